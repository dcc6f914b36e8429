//! The keys of a key file, and what they do with one value. A blob is `version (1) | key id (4) |
//! nonce (12) | ciphertext and tag`.

use std::collections::BTreeMap;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use super::{Error, KeyError, KeyFile, SealContext};

const VERSION: u8 = 1;
/// Version and key id: what a blob tells without a key.
const TELLS: usize = 1 + 4;
const HEAD: usize = 1 + 4 + 12;

/// The keys that seal and the keys that sign access tokens, by id; one primary of each.
pub(super) struct Ring {
    pub(super) keys: BTreeMap<u32, Aes256Gcm>,
    pub(super) primary: u32,
    pub(super) signing: BTreeMap<String, Arc<SigningKey>>,
    pub(super) primary_signing: Arc<SigningKey>,
}

/// The key for JSON Web Tokens, with its id.
pub struct SigningKey {
    /// The `kid` of a token's header (RFC 7515, 4.1.4).
    pub id: String,
    /// 32 bytes, wiped when dropped.
    pub secret: Zeroizing<Vec<u8>>,
}

/// What everything begins with that a key sealed.
pub fn head_of(key: u32) -> Vec<u8> {
    std::iter::once(VERSION).chain(key.to_be_bytes()).collect()
}

/// The id of the key that a blob, or its first bytes, was sealed with.
pub fn key_of(blob: &[u8]) -> Option<u32> {
    let (version, id) = blob.get(..TELLS)?.split_first()?;
    (*version == VERSION).then_some(())?;
    Some(u32::from_be_bytes(id.try_into().ok()?))
}

impl Ring {
    pub(super) fn from_text(text: &SecretString) -> Result<Self, KeyError> {
        let file = KeyFile::from_text(text)?;
        let mut keys = BTreeMap::new();
        for (id, key) in &file.seal.keys {
            let bytes = decode(id, key)?;
            let cipher =
                Aes256Gcm::new_from_slice(&bytes).map_err(|_| KeyError::Length(id.clone()))?;
            keys.insert(parse_id(id)?, cipher);
        }
        let primary = parse_id(&file.seal.primary)?;
        if !keys.contains_key(&primary) {
            return Err(KeyError::NoPrimary(file.seal.primary.clone()));
        }
        let mut signing = BTreeMap::new();
        for (id, key) in &file.sign.keys {
            parse_id(id)?;
            let key = SigningKey { id: id.clone(), secret: decode(id, key)? };
            signing.insert(id.clone(), Arc::new(key));
        }
        let primary_signing = signing
            .get(&file.sign.primary)
            .cloned()
            .ok_or_else(|| KeyError::NoPrimary(file.sign.primary.clone()))?;
        Ok(Self { keys, primary, signing, primary_signing })
    }

    pub(super) fn seal(&self, key: u32, secret: &SecretString, context: SealContext) -> Vec<u8> {
        let nonce: [u8; 12] = rand::rng().random();
        let aad = context.associated_data();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &aad };
        // AES-GCM fails on texts of 64 GiB only, and `key` comes from the ring.
        let sealed = self.keys[&key]
            .encrypt(&Nonce::from(nonce), payload)
            .expect("a secret is shorter than 64 GiB");
        let mut blob = Vec::with_capacity(HEAD + sealed.len());
        blob.push(VERSION);
        blob.extend_from_slice(&key.to_be_bytes());
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        blob
    }

    pub(super) fn open(&self, blob: &[u8], context: SealContext) -> Result<SecretString, Error> {
        let (head, sealed) = blob.split_at_checked(HEAD).ok_or(Error::Malformed)?;
        let id = key_of(head).ok_or(Error::Malformed)?;
        let key = self.keys.get(&id).ok_or(Error::UnknownKey(id))?;
        let nonce: [u8; 12] = head[TELLS..].try_into().map_err(|_| Error::Malformed)?;
        let aad = context.associated_data();
        let bytes = key
            .decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: &aad })
            .map_err(|_| Error::Refused)?;
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
