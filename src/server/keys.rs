//! Where the key ring comes from: the configuration, or a file that the first start makes for its owner alone.

use std::io::{ErrorKind, Write};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::config::Config;
use super::db::{self, Db};
use super::vault::{KeyError, KeyFile, Place, Vault};

/// Why the keys can't be used. Stops the start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("key file {path}: {error}\n  fix: {fix}")]
    File { path: String, error: std::io::Error, fix: &'static str },
    #[error("{place}: {error}\n  fix: restore the key file from your backup; without it the stored connections can't be opened")]
    Content { place: String, error: KeyError },
    #[error(
        "key {id:08x} is not the one this database was sealed with\n  fix: restore the key file that belongs to this database, or start with an empty data directory"
    )]
    WrongKey { id: u32 },
    #[error(
        "this database was sealed with key {id}, which is not in the key ring\n  fix: restore the key file that belongs to this database, or start with an empty data directory"
    )]
    MissingKey { id: String },
    #[error("database: {0}")]
    Database(#[from] db::Error),
}

/// Loads the ring, making the key file at the very first start.
pub fn load(config: &Config) -> Result<Vault, Error> {
    if let Some(ring) = &config.keys.ring {
        return Vault::from_text(ring).map_err(|error| Error::Content { place: "setting keys.ring".into(), error });
    }
    let path = config.keys.file.clone().unwrap_or_else(|| config.server.data_dir.join("keys.json"));
    let text = read_or_make(&path)?;
    Vault::from_text(&text).map_err(|error| Error::Content { place: format!("key file {}", path.display()), error })
}

fn read_or_make(path: &Path) -> Result<SecretString, Error> {
    let failed = |fix| move |error| Error::File { path: path.display().to_string(), error, fix };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // KeyFile is strings only, so it always serialises.
            let text = Zeroizing::new(serde_json::to_string_pretty(&KeyFile::generate()).expect("strings serialise"));
            make(path, &text).map_err(failed("let the server write to this folder, or set keys.file"))?;
            tracing::info!(path = %path.display(), "made the key file; back it up, apart from the database");
            Ok(text.as_str().into())
        }
        Err(error) => Err(failed("let the user that runs huntaze read it (mode 0600, its own)")(error)),
    }
}

/// Written for the owner alone from its first byte on, and on disk before it is used.
fn make(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

const PROOF: &str = "huntaze key proof";

/// Opens the constant that each key sealed at its first use, so that a wrong key is told at start and not at the first connection.
pub async fn prove(db: &Db, vault: &Vault) -> Result<(), Error> {
    for fact in db::facts::with_prefix(db, "key:").await? {
        let id = fact.name.trim_start_matches("key:").to_owned();
        let Some(key) = vault.key_ids().find(|key| format!("{key:08x}") == id) else {
            return Err(Error::MissingKey { id });
        };
        let blob = decode_hex(&fact.value).unwrap_or_default();
        let opened = vault.open(&blob, place()).map_err(|_| Error::WrongKey { id: key })?;
        if opened.expose_secret() != PROOF {
            return Err(Error::WrongKey { id: key });
        }
    }
    for key in vault.key_ids() {
        let sealed = vault.seal_with(key, &PROOF.into(), place());
        db::facts::keep(db, &format!("key:{key:08x}"), &encode_hex(&sealed)).await?;
    }
    Ok(())
}

fn place() -> Place {
    Place::new("server_facts", Uuid::nil(), "value")
}

fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
