//! Where the key ring comes from: the configuration, or a file that the first start makes for its
//! owner alone.

#![warn(missing_docs)]

mod file;
mod proof;
mod seal_count;

use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use self::file::{content, path, read_file, read_or_make};
use super::Backend;
use super::config::Config;
use super::db;
use super::vault::{KeyError, Refusal, Vault};

pub use self::file::{Droppable, change, droppable, is_signing};
pub use self::proof::{prove, prove_known};
pub use self::seal_count::{MANY_SEALS, count};

/// Why the keys can't be used. Stops the start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read, made or replaced.
    #[error("key file {path}: {error}\n  fix: {fix}")]
    File {
        /// The file that could not be used.
        path: String,
        /// What the operating system said.
        error: std::io::Error,
        /// What the operator can do.
        fix: &'static str,
    },
    /// What was read is no key ring.
    #[error(
        "{place}: {error}\n  fix: restore the key file from your backup; without it the stored \
         connections can't be opened"
    )]
    Content {
        /// The file or the setting.
        place: String,
        /// What is wrong with it, without its content.
        error: KeyError,
    },
    /// The id is the same, the key is another: what proves the key does not open.
    #[error(
        "key {id:08x} is not the one this database was sealed with\n  fix: restore the key file \
         that belongs to this database, or start with an empty data directory"
    )]
    WrongKey {
        /// The id of the key that does not open the proof; eight hex digits in the key file.
        id: u32,
    },
    /// The database knows a key that the ring lacks.
    #[error(
        "this database was sealed with key {id}, which is not in the key ring\n  fix: restore the \
         key file that belongs to this database, or start with an empty data directory"
    )]
    MissingKey {
        /// Eight hex digits, as in the key file.
        id: String,
    },
    /// The proof of the key could not be read or written.
    #[error("database: {0}")]
    Database(#[from] db::Error),
    /// The change asked for would lose a key that is needed, or names none.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A change of keys was asked for where there is no file to change.
    #[error(
        "the keys come from the setting keys.ring, which huntaze can't change\n  fix: put its \
         content into a file, set keys.file for this command, and hand the changed file to your \
         secret manager"
    )]
    NoFile,
}

/// Loads the ring, making the key file at the very first start.
pub fn load(config: &Config) -> Result<Vault, Error> {
    open(config, read_or_make)
}

/// Loads the ring that there is.
pub fn load_existing(config: &Config) -> Result<Vault, Error> {
    open(config, read_file)
}

fn open(
    config: &Config,
    read: impl FnOnce(&Path) -> Result<SecretString, Error>,
) -> Result<Vault, Error> {
    if let Some(ring) = &config.keys.ring {
        return Vault::from_text(ring)
            .map_err(|error| Error::Content { place: "setting keys.ring".into(), error });
    }
    let path = path(config);
    let text = read(&path)?;
    let vault = Vault::from_text(&text).map_err(|error| content(&path, error))?;
    Ok(vault.reading(move || std::fs::read_to_string(&path).ok().map(Into::into)))
}

/// Whether the keys are in a file that we can change.
pub fn is_file(config: &Config) -> bool {
    config.keys.ring.is_none()
}

/// How often a process looks at the key file: by then it seals with a new primary key.
pub const LOOK: Duration = Duration::from_secs(5);

/// Keeps the ring as the key file has it, and the count of its seals, for as long as the process
/// lives.
pub async fn watch(backend: Backend) {
    loop {
        tokio::time::sleep(LOOK).await;
        backend.vault.reload();
        count(&backend).await;
    }
}
