//! Seals secrets before they reach the database: AES-256-GCM with a random nonce.
//!
//! A blob is `version (1) | key id (4) | nonce (12) | ciphertext and tag`. The associated data names table, row and column, each
//! with its length before it, so that a blob moved elsewhere does not open (NIST SP 800-38D; OWASP ASVS 5.0, 11.3).

use std::collections::BTreeMap;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

const VERSION: u8 = 1;
const HEAD: usize = 1 + 4 + 12;

/// Where a blob belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub table: &'static str,
    pub row: Uuid,
    pub column: &'static str,
}

impl Place {
    pub const fn new(table: &'static str, row: Uuid, column: &'static str) -> Self {
        Self { table, row, column }
    }

    /// Length-prefixed, not glued: "ab" + "c" must differ from "a" + "bc".
    fn associated_data(&self) -> Vec<u8> {
        let parts: [&[u8]; 3] = [self.table.as_bytes(), self.row.as_bytes(), self.column.as_bytes()];
        parts.iter().flat_map(|part| (part.len() as u32).to_be_bytes().into_iter().chain(part.iter().copied())).collect()
    }
}

/// Why a blob does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    #[error("the sealed value is cut short or of an unknown version")]
    Malformed,
    #[error("sealed with key {0:08x}, which is not in the key ring")]
    UnknownKey(u32),
    #[error("the sealed value was changed, moved, or sealed with another key of the same id")]
    Refused,
    #[error("the sealed value is not text")]
    NotText,
}

/// The sealing keys by id, one of them primary, and the key that signs access tokens.
pub struct Vault {
    keys: BTreeMap<u32, Aes256Gcm>,
    primary: u32,
    signing: SigningKey,
}

/// The key for JSON Web Tokens, with its id.
pub struct SigningKey {
    pub id: String,
    pub secret: Zeroizing<Vec<u8>>,
}

/// The key file. Zeroized when dropped; it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The id of the key that seals; the others only open.
    primary: String,
    /// Base64 of 32 bytes, by an id of eight hex digits.
    seal: BTreeMap<String, String>,
    /// The key that signs access tokens: id and base64.
    sign: (String, String),
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.seal.values_mut().for_each(Zeroize::zeroize);
        self.sign.1.zeroize();
    }
}

impl KeyFile {
    /// Fresh random keys.
    pub fn generate() -> Self {
        let id = format!("{:08x}", rand::rng().random::<u32>());
        Self {
            seal: BTreeMap::from([(id.clone(), fresh_key())]),
            primary: id,
            sign: (format!("{:08x}", rand::rng().random::<u32>()), fresh_key()),
        }
    }
}

fn fresh_key() -> String {
    let mut key = Zeroizing::new([0u8; 32]);
    rand::rng().fill(&mut key[..]);
    STANDARD.encode(key.as_slice())
}

/// What is wrong with a key file; never its content.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("it is not a key file: {0:?} at line {1}")]
    Syntax(serde_json::error::Category, usize),
    #[error("the id \"{0}\" is not eight hex digits")]
    Id(String),
    #[error("key {0} is not the base64 of 32 bytes")]
    Length(String),
    #[error("the primary key {0} is not among the keys")]
    NoPrimary(String),
}

impl Vault {
    /// Reads the text of a key file.
    pub fn from_text(text: &SecretString) -> Result<Self, KeyError> {
        let file: KeyFile = serde_json::from_str(text.expose_secret()).map_err(|e| KeyError::Syntax(e.classify(), e.line()))?;
        let mut keys = BTreeMap::new();
        for (id, key) in &file.seal {
            let bytes = decode(id, key)?;
            let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| KeyError::Length(id.clone()))?;
            keys.insert(parse_id(id)?, cipher);
        }
        let primary = parse_id(&file.primary)?;
        if !keys.contains_key(&primary) {
            return Err(KeyError::NoPrimary(file.primary.clone()));
        }
        let signing = SigningKey { id: file.sign.0.clone(), secret: decode(&file.sign.0, &file.sign.1)? };
        Ok(Self { keys, primary, signing })
    }

    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The ids of all keys, the primary among them.
    pub fn key_ids(&self) -> impl Iterator<Item = u32> {
        self.keys.keys().copied()
    }

    /// Seals with the primary key.
    pub fn seal(&self, secret: &SecretString, place: Place) -> Vec<u8> {
        self.seal_with(self.primary, secret, place)
    }

    /// Seals with one key of the ring, for the constant that proves it at start.
    pub fn seal_with(&self, key: u32, secret: &SecretString, place: Place) -> Vec<u8> {
        let nonce: [u8; 12] = rand::rng().random();
        let aad = place.associated_data();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &aad };
        // AES-GCM fails on texts of 64 GiB only, and `key` comes from the ring.
        let sealed = self.keys[&key].encrypt(&Nonce::from(nonce), payload).expect("a secret is shorter than 64 GiB");
        let mut blob = Vec::with_capacity(HEAD + sealed.len());
        blob.push(VERSION);
        blob.extend_from_slice(&key.to_be_bytes());
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        blob
    }

    /// Opens a blob that was sealed for this very place.
    pub fn open(&self, blob: &[u8], place: Place) -> Result<SecretString, Error> {
        let (head, sealed) = blob.split_at_checked(HEAD).ok_or(Error::Malformed)?;
        if head[0] != VERSION {
            return Err(Error::Malformed);
        }
        let id = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let key = self.keys.get(&id).ok_or(Error::UnknownKey(id))?;
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&head[5..]);
        let aad = place.associated_data();
        let bytes = key.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: &aad }).map_err(|_| Error::Refused)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(Error::NotText)
            }
        }
    }
}

fn parse_id(id: &str) -> Result<u32, KeyError> {
    if id.len() == 8 {
        u32::from_str_radix(id, 16).map_err(|_| KeyError::Id(id.to_owned()))
    } else {
        Err(KeyError::Id(id.to_owned()))
    }
}

fn decode(id: &str, key: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bytes = Zeroizing::new(STANDARD.decode(key).map_err(|_| KeyError::Length(id.to_owned()))?);
    if bytes.len() == 32 { Ok(bytes) } else { Err(KeyError::Length(id.to_owned())) }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.keys.len())
    }
}
