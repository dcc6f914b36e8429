//! Seals secrets before they reach the database: AES-256-GCM with a random nonce.
//!
//! The associated data names table, row and column, each with its length before it, so that a blob
//! moved elsewhere does not open (NIST SP 800-38D; OWASP ASVS 5.0, 11.3).

#![warn(missing_docs)]

mod file;
mod ring;
mod seal_context;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use secrecy::SecretString;

pub use file::{KeyError, KeyFile, KeySet, Refusal};
use ring::Ring;
pub use ring::{SigningKey, head_of, key_of};
pub use seal_context::SealContext;

/// Nothing is sealed with a ring that was read longer ago: a process that slept through a change of
/// keys must not go on with the old one.
const FRESH: Duration = Duration::from_secs(15);
/// The key file is read no more often than this for the sake of a token signed by an unknown key.
const UNKNOWN_SIGNER: Duration = Duration::from_secs(1);

/// Why a blob does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// Shorter than a head, or of a version that this release does not write.
    #[error("the sealed value is cut short or of an unknown version")]
    Malformed,
    /// The key was dropped from the file, or the file is another database's.
    #[error("sealed with key {0:08x}, which is not in the key ring")]
    UnknownKey(u32),
    /// The tag of AES-GCM does not match.
    #[error("the sealed value was changed, moved, or sealed with another key of the same id")]
    Refused,
    /// It opened, but not to UTF-8, which the caller asked for.
    #[error("the sealed value is not text")]
    NotText,
}

/// The key ring, as far as this process knows it.
pub struct Vault {
    ring: RwLock<(Arc<Ring>, Instant)>,
    /// How often each key sealed since it was asked last.
    seals: Mutex<BTreeMap<u32, i64>>,
    /// Reads the key file again; nothing where the keys do not come from a file.
    source: Option<Source>,
    /// The key file could not be read when it was last tried, and that was said.
    is_unreadable: AtomicBool,
}

type Source = Box<dyn Fn() -> Option<SecretString> + Send + Sync>;

impl Vault {
    /// Reads the text of a key file.
    pub fn from_text(text: &SecretString) -> Result<Self, KeyError> {
        let ring = RwLock::new((Arc::new(Ring::from_text(text)?), Instant::now()));
        Ok(Self {
            ring,
            seals: Mutex::default(),
            source: None,
            is_unreadable: AtomicBool::default(),
        })
    }

    /// The same, and where to read it again.
    pub fn reading(
        self,
        source: impl Fn() -> Option<SecretString> + Send + Sync + 'static,
    ) -> Self {
        Self { source: Some(Box::new(source)), ..self }
    }

    /// Takes the key file as it is now, so that a key that another process added is known. One that
    /// can't be read changes nothing, which operators are told once.
    pub fn reload(&self) {
        let Some(source) = &self.source else { return };
        let read = source().and_then(|text| Ring::from_text(&text).ok());
        let was_unreadable = self.is_unreadable.swap(read.is_none(), Ordering::Relaxed);
        if let Some(ring) = read {
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) =
                (Arc::new(ring), Instant::now());
        } else if !was_unreadable {
            tracing::error!(
                "could not read the key file, so keys added by other processes are unknown; make \
                 it readable for the user that runs huntaze (owner, mode 0600)"
            );
        }
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn read_at(&self) -> Instant {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).1
    }

    /// The ring as the key file had it a moment ago.
    fn fresh_ring(&self) -> Arc<Ring> {
        if self.read_at().elapsed() > FRESH {
            self.reload();
        }
        self.ring()
    }

    /// How often each key sealed since this was asked last.
    pub fn take_seals(&self) -> BTreeMap<u32, i64> {
        std::mem::take(&mut *self.seals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts seals of a key, also those that could not be written down when they were taken.
    pub fn count_seals(&self, key: u32, seals: i64) {
        *self.seals.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(0) += seals;
    }

    /// The key that signs access tokens.
    pub fn signing(&self) -> Arc<SigningKey> {
        self.ring().primary_signing.clone()
    }

    /// A key that signs access tokens or did. One that we do not know may have been added since the
    /// key file was read; anybody can name such a key, so that the file is not read for each.
    pub fn verifying(&self, id: &str) -> Option<Arc<SigningKey>> {
        let known = || self.ring().signing.get(id).cloned();
        known().or_else(|| {
            if self.read_at().elapsed() > UNKNOWN_SIGNER {
                self.reload();
            }
            known()
        })
    }

    /// The ids of the keys that sign access tokens or did.
    pub fn signing_ids(&self) -> Vec<String> {
        self.ring().signing.keys().cloned().collect()
    }

    /// The ids of all keys, the primary among them.
    pub fn key_ids(&self) -> Vec<u32> {
        self.ring().keys.keys().copied().collect()
    }

    /// The id of the key that seals.
    pub fn primary(&self) -> u32 {
        self.ring().primary
    }

    /// What everything begins with that the primary key sealed.
    pub fn head(&self) -> Vec<u8> {
        head_of(self.primary())
    }

    /// Seals with the primary key.
    pub fn seal(&self, secret: &SecretString, context: SealContext) -> Vec<u8> {
        let ring = self.fresh_ring();
        self.count_seals(ring.primary, 1);
        ring.seal(ring.primary, secret, context)
    }

    /// Seals with one key of the ring, for the constant that proves it at start.
    pub fn seal_with(&self, key: u32, secret: &SecretString, context: SealContext) -> Vec<u8> {
        self.count_seals(key, 1);
        self.ring().seal(key, secret, context)
    }

    /// Opens what a stranger may have made, with the keys as this process knows them: anybody can
    /// name a key, so that the file is not read for each.
    pub fn open_cookie(&self, blob: &[u8], context: SealContext) -> Result<SecretString, Error> {
        self.ring().open(blob, context)
    }

    /// Opens a blob that was sealed for this very context. A key that we do not know may have been
    /// added since the key file was read.
    pub fn open(&self, blob: &[u8], context: SealContext) -> Result<SecretString, Error> {
        match self.ring().open(blob, context) {
            Err(Error::UnknownKey(_)) => {
                self.reload();
                self.ring().open(blob, context)
            }
            told => told,
        }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.ring().keys.len())
    }
}
