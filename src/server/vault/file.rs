//! The key file, and how its keys change: a new one is known to everybody before it seals, and goes
//! only after another one does.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// The key file. Its keys are zeroized when it is dropped; it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The keys that seal, with AES-256-GCM.
    pub seal: KeySet,
    /// The keys that sign access tokens, with HMAC-SHA-256.
    pub sign: KeySet,
}

/// Keys for one purpose, one of them primary.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    /// The id of the key that is used for what is new; the others only open and verify.
    pub(super) primary: String,
    /// A key that every process shall know before it is made primary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Base64 of 32 bytes, by an id of eight hex digits.
    pub(super) keys: BTreeMap<String, String>,
}

impl Drop for KeySet {
    fn drop(&mut self) {
        self.keys.values_mut().for_each(Zeroize::zeroize);
    }
}

impl KeyFile {
    /// Checks the JSON alone; keys and ids are checked when the ring is made.
    pub fn from_text(text: &SecretString) -> Result<Self, KeyError> {
        serde_json::from_str(text.expose_secret())
            .map_err(|e| KeyError::Syntax(e.classify(), e.line()))
    }

    /// Fresh random keys.
    pub fn generate() -> Self {
        Self { seal: KeySet::generate(), sign: KeySet::generate() }
    }
}

/// Why the keys are left as they are.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// A second new key before the first was made primary.
    #[error("key {0} is new and not in use yet\n  fix: huntaze keys rotate")]
    NotRotated(String),
    /// The primary key can't be dropped.
    #[error("key {0} is in use\n  fix: huntaze keys generate, then rotate, then drop this one")]
    InUse(String),
    /// No key of this set has this id.
    #[error("there is no key {0} in the key file\n  fix: huntaze keys list shows them")]
    NoSuchKey(String),
}

impl KeySet {
    fn generate() -> Self {
        let id = fresh_id();
        Self { primary: id.clone(), next: None, keys: BTreeMap::from([(id, fresh_key())]) }
    }

    /// A fresh key, which is not used before [`KeySet::promote`]. Its id.
    pub fn add(&mut self) -> Result<String, Refusal> {
        if let Some(waiting) = &self.next {
            return Err(Refusal::NotRotated(waiting.clone()));
        }
        let id = fresh_id();
        self.keys.insert(id.clone(), fresh_key());
        self.next = Some(id.clone());
        Ok(id)
    }

    /// Makes the new key the primary one, if there is one.
    pub fn promote(&mut self) -> Option<String> {
        self.primary = self.next.take()?;
        Some(self.primary.clone())
    }

    /// By id, eight hex digits.
    pub fn contains(&self, id: &str) -> bool {
        self.keys.contains_key(id)
    }

    /// Whether a key may go, as far as the file tells; whether it still seals something the
    /// database knows.
    pub fn may_remove(&self, id: &str) -> Result<(), Refusal> {
        if !self.contains(id) {
            return Err(Refusal::NoSuchKey(id.to_owned()));
        }
        if self.primary == id { Err(Refusal::InUse(id.to_owned())) } else { Ok(()) }
    }

    /// Whether a key waits for [`KeySet::promote`].
    pub fn is_new(&self, id: &str) -> bool {
        self.next.as_deref() == Some(id)
    }

    /// Takes a key out and wipes it. Refused for the primary one and for an unknown id.
    pub fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        self.may_remove(id)?;
        if let Some(mut key) = self.keys.remove(id) {
            key.zeroize();
        }
        self.next.take_if(|next| next == id);
        Ok(())
    }
}

fn fresh_id() -> String {
    format!("{:08x}", rand::rng().random::<u32>())
}

fn fresh_key() -> String {
    let mut key = Zeroizing::new([0u8; 32]);
    rand::rng().fill(&mut key[..]);
    STANDARD.encode(key.as_slice())
}

/// What is wrong with a key file; never its content.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not JSON, or not of this shape; the line counts from 1.
    #[error("it is not a key file: {0:?} at line {1}")]
    Syntax(serde_json::error::Category, usize),
    /// Sealed values carry the id as a 32-bit number.
    #[error("the id \"{0}\" is not eight hex digits")]
    Id(String),
    /// It decodes to another length, or not at all.
    #[error("key {0} is not the base64 of 32 bytes")]
    Length(String),
    /// Nothing could be sealed or signed.
    #[error("the primary key {0} is not among the keys")]
    NoPrimary(String),
}
