//! The key file, and how its keys change: a new one is known to everybody before it seals, and goes
//! only after another one does.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// The key file. Zeroized when dropped; it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The id of the key that seals; the others only open.
    pub(super) primary: String,
    /// A key that every process shall know before it is made primary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Base64 of 32 bytes, by an id of eight hex digits.
    pub(super) seal: BTreeMap<String, String>,
    /// The key that signs access tokens: id and base64.
    pub(super) sign: (String, String),
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.seal.values_mut().for_each(Zeroize::zeroize);
        self.sign.1.zeroize();
    }
}

impl KeyFile {
    pub fn from_text(text: &SecretString) -> Result<Self, KeyError> {
        serde_json::from_str(text.expose_secret())
            .map_err(|e| KeyError::Syntax(e.classify(), e.line()))
    }

    /// Fresh random keys.
    pub fn generate() -> Self {
        let id = format!("{:08x}", rand::rng().random::<u32>());
        Self {
            seal: BTreeMap::from([(id.clone(), fresh_key())]),
            primary: id,
            next: None,
            sign: (format!("{:08x}", rand::rng().random::<u32>()), fresh_key()),
        }
    }
}

/// Why the keys are left as they are.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    #[error("key {0} is new and does not seal yet\n  fix: huntaze keys rotate")]
    NotRotated(String),
    #[error("key {0} seals\n  fix: huntaze keys generate, then rotate, then drop this one")]
    InUse(String),
    #[error("there is no key {0} in the key file\n  fix: huntaze keys list shows them")]
    NoSuchKey(String),
}

impl KeyFile {
    /// A fresh key, which seals nothing before [`KeyFile::promote`]. Its id.
    pub fn add(&mut self) -> Result<String, Refusal> {
        if let Some(waiting) = &self.next {
            return Err(Refusal::NotRotated(waiting.clone()));
        }
        let id = format!("{:08x}", rand::rng().random::<u32>());
        self.seal.insert(id.clone(), fresh_key());
        self.next = Some(id.clone());
        Ok(id)
    }

    /// Makes the new key the one that seals, if there is one.
    pub fn promote(&mut self) -> Option<String> {
        self.primary = self.next.take()?;
        Some(self.primary.clone())
    }

    /// Whether a key may go, as far as the file tells; whether it still seals something the
    /// database knows.
    pub fn may_remove(&self, id: &str) -> Result<(), Refusal> {
        if !self.seal.contains_key(id) {
            return Err(Refusal::NoSuchKey(id.to_owned()));
        }
        if self.primary == id { Err(Refusal::InUse(id.to_owned())) } else { Ok(()) }
    }

    /// Whether a key has never sealed anything but its proof.
    pub fn is_new(&self, id: &str) -> bool {
        self.next.as_deref() == Some(id)
    }

    pub fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        self.may_remove(id)?;
        if let Some(mut key) = self.seal.remove(id) {
            key.zeroize();
        }
        self.next.take_if(|next| next == id);
        Ok(())
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
