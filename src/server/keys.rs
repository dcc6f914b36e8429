//! Where the key ring comes from: the configuration, or a file that the first start makes for its
//! owner alone.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Backend;
use super::config::Config;
use super::db::{self, Db};
use super::metrics;
use super::vault::{KeyError, KeyFile, Refusal, SealContext, Vault};

/// Why the keys can't be used. Stops the start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("key file {path}: {error}\n  fix: {fix}")]
    File { path: String, error: std::io::Error, fix: &'static str },
    #[error(
        "{place}: {error}\n  fix: restore the key file from your backup; without it the stored \
         connections can't be opened"
    )]
    Content { place: String, error: KeyError },
    #[error(
        "key {id:08x} is not the one this database was sealed with\n  fix: restore the key file \
         that belongs to this database, or start with an empty data directory"
    )]
    WrongKey { id: u32 },
    #[error(
        "this database was sealed with key {id}, which is not in the key ring\n  fix: restore the \
         key file that belongs to this database, or start with an empty data directory"
    )]
    MissingKey { id: String },
    #[error("database: {0}")]
    Database(#[from] db::Error),
    #[error(transparent)]
    Refused(#[from] Refusal),
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

fn path(config: &Config) -> PathBuf {
    config.keys.file.clone().unwrap_or_else(|| config.server.data_dir.join("keys.json"))
}

fn content(path: &Path, error: KeyError) -> Error {
    Error::Content { place: format!("key file {}", path.display()), error }
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

/// AES-GCM with random nonces is good for 2^32 seals with one key (NIST SP 800-38D, 8.3). Operators
/// are told from a quarter of that on, long before 2^31, at which a key has to be replaced.
pub const MANY_SEALS: i64 = 1 << 30;
/// And again each time that so many more were made.
const AGAIN: i64 = 1 << 26;

/// Adds what this process sealed to the count of each key. A process that is killed forgets what it
/// sealed in the last seconds.
pub async fn count(backend: &Backend) {
    for (key, seals) in backend.vault.take_seals() {
        match db::keys::add(&backend.db, &format!("{key:08x}"), seals).await {
            Ok(sum) => log_seal_count(key, sum, seals, key == backend.vault.primary()),
            Err(error) => {
                backend.vault.count_seals(key, seals);
                tracing::warn!("could not store seal count: {error}");
            }
        }
    }
}

fn log_seal_count(key: u32, sum: i64, added: i64, seals: bool) {
    if seals {
        metrics::key_seals(sum);
    }
    if sum >= MANY_SEALS && (sum - added < MANY_SEALS || sum / AGAIN > (sum - added) / AGAIN) {
        tracing::error!(
            key = format!("{key:08x}"),
            seals = sum,
            "sealing key is near its limit, run huntaze keys generate, then huntaze keys rotate"
        );
    }
}

/// Changes the key file as a whole: another process sees it before or after, never between.
pub fn change<T>(
    config: &Config,
    edit: impl FnOnce(&mut KeyFile) -> Result<T, Refusal>,
) -> Result<T, Error> {
    // Nothing to lock where there is nothing to change.
    read(config)?;
    let path = path(config);
    let fix = "let the user that runs huntaze write to this folder";
    // Held until the end: of two changes at once, one would be lost.
    let _lock = lock(&path).map_err(failed(&path, fix))?;
    let mut file = read(config)?;
    let told = edit(&mut file)?;
    let beside = path.with_extension(format!("{:08x}.new", rand::random::<u32>()));
    let written = make(&beside, &text(&file))
        .and_then(|()| keep_owner(&path, &beside))
        .and_then(|()| std::fs::rename(&beside, &path))
        .inspect_err(|_| drop(std::fs::remove_file(&beside)))
        .and_then(|()| settle(&path));
    written.map_err(failed(&path, fix))?;
    Ok(told)
}

/// Waits until no other process changes the key file.
fn lock(path: &Path) -> std::io::Result<std::fs::File> {
    let beside = path.with_extension("lock");
    if let Err(error) = make(&beside, "").and_then(|()| keep_owner(path, &beside))
        && error.kind() != ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    let file = std::fs::File::open(&beside)?;
    file.lock()?;
    Ok(file)
}

/// Whoever could read the old file can read the new one: a command that root runs must not take the
/// keys from the server.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (was, is) = (std::fs::metadata(old)?, std::fs::metadata(new)?);
    std::fs::set_permissions(new, was.permissions())?;
    // A group that may not read needs no keeping, which not every owner is allowed.
    let group_reads = was.mode() & 0o070 != 0 && was.gid() != is.gid();
    if was.uid() != is.uid() || group_reads {
        chown(new, Some(was.uid()), Some(was.gid()))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_old: &Path, _new: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A key that the file would let go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Droppable {
    pub id: u32,
    /// It was never the one that seals.
    pub is_new: bool,
}

/// Whether a key of the file signs access tokens, or would.
pub fn is_signing(config: &Config, id: &str) -> Result<bool, Error> {
    Ok(read(config)?.sign.contains(id))
}

/// Whether the file would let a key that seals go.
pub fn droppable(config: &Config, id: &str) -> Result<Droppable, Error> {
    let file = read(config)?;
    file.seal.may_remove(id)?;
    let number = u32::from_str_radix(id, 16).map_err(|_| Refusal::NoSuchKey(id.to_owned()))?;
    Ok(Droppable { id: number, is_new: file.seal.is_new(id) })
}

fn read(config: &Config) -> Result<KeyFile, Error> {
    if !is_file(config) {
        return Err(Error::NoFile);
    }
    let path = path(config);
    let text = read_file(&path)?;
    KeyFile::from_text(&text).map_err(|error| content(&path, error))
}

/// The name's new meaning survives a power cut once the folder is on disk.
fn settle(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn text(file: &KeyFile) -> Zeroizing<String> {
    // KeyFile is strings only, so it always serialises.
    Zeroizing::new(serde_json::to_string_pretty(file).expect("strings serialise"))
}

fn failed(path: &Path, fix: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::File { path: path.display().to_string(), error, fix }
}

fn read_file(path: &Path) -> Result<SecretString, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let fix = match error.kind() {
            ErrorKind::NotFound => "start `huntaze serve` once, which makes it, or set keys.file",
            _ => "let the user that runs huntaze read it (mode 0600, its own)",
        };
        failed(path, fix)(error)
    })?;
    Ok(text.into())
}

fn read_or_make(path: &Path) -> Result<SecretString, Error> {
    match read_file(path) {
        Err(Error::File { error, .. }) if error.kind() == ErrorKind::NotFound => {
            let text = text(&KeyFile::generate());
            make(path, &text)
                .map_err(failed(path, "let the server write to this folder, or set keys.file"))?;
            tracing::info!(
                path = %path.display(),
                "key file created, back it up apart from the database"
            );
            Ok(text.as_str().into())
        }
        read => read,
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

/// Opens the constant that each key sealed at its first use, so that a wrong key is told at start
/// and not at the first connection; new keys seal theirs.
pub async fn prove(db: &Db, vault: &Vault) -> Result<(), Error> {
    prove_known(db, vault).await?;
    for key in vault.key_ids() {
        let sealed = vault.seal_with(key, &PROOF.into(), place());
        db::server_facts::keep(db, &format!("key:{key:08x}"), &encode_hex(&sealed)).await?;
    }
    Ok(())
}

/// The same, without writing anything.
pub async fn prove_known(db: &Db, vault: &Vault) -> Result<(), Error> {
    for fact in db::server_facts::with_prefix(db, "key:").await? {
        let id = fact.name.trim_start_matches("key:").to_owned();
        let Some(key) = vault.key_ids().into_iter().find(|key| format!("{key:08x}") == id) else {
            return Err(Error::MissingKey { id });
        };
        let blob = decode_hex(&fact.value).unwrap_or_default();
        let opened = vault.open(&blob, place()).map_err(|_| Error::WrongKey { id: key })?;
        if opened.expose_secret() != PROOF {
            return Err(Error::WrongKey { id: key });
        }
    }
    Ok(())
}

fn place() -> SealContext {
    SealContext::new("server_facts", Uuid::nil(), "value")
}

fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn with_file(folder: &Path) -> (Config, PathBuf) {
        let mut config = Config::default();
        config.server.data_dir = folder.to_owned();
        (config.clone(), path(&config))
    }

    // T2: of two commands at once, none undoes what the other did.
    #[test]
    fn the_key_file_is_changed_by_one_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let (config, path) = with_file(folder.path());
        read_or_make(&path).expect("a key file");
        let busy = AtomicBool::new(false);
        let edit = |_: &mut KeyFile| {
            assert!(!busy.swap(true, Ordering::SeqCst), "two at once");
            std::thread::yield_now();
            busy.store(false, Ordering::SeqCst);
            Ok(())
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| change(&config, edit).expect("a change"));
            }
        });
    }

    // T2: a changed file is for those that the old one was for.
    #[test]
    fn who_could_read_the_key_file_can_read_it_after_a_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let (config, path) = with_file(folder.path());
        read_or_make(&path).expect("a key file");
        for mode in [0o600, 0o640] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
            change(&config, |_| Ok(())).expect("a change");
            let now = std::fs::metadata(&path).expect("the file").permissions().mode();
            assert_eq!(now & 0o777, mode);
        }
        // Only root gives a file away; elsewhere the owner is whoever runs this, before and after.
        let server = (nobody(&path), 0o640);
        change(&config, |_| Ok(())).expect("a change");
        let now = std::fs::metadata(&path).expect("the file");
        assert_eq!(((now.uid(), now.gid()), now.mode() & 0o777), server);
    }

    /// Gives a file to somebody else if this test may: whose it is then.
    fn nobody(path: &Path) -> (u32, u32) {
        // An error says that we are not root.
        drop(chown(path, Some(65_534), Some(65_533)));
        let about = std::fs::metadata(path).expect("the file");
        (about.uid(), about.gid())
    }
}
