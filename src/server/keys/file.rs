//! The key file: made for its owner alone, changed as a whole, kept for whom it was.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Error, is_file};
use crate::server::config::Config;
use crate::server::vault::{KeyError, KeyFile, Refusal};

pub(super) fn path(config: &Config) -> PathBuf {
    config.keys.file.clone().unwrap_or_else(|| config.server.data_dir.join("keys.json"))
}

pub(super) fn content(path: &Path, error: KeyError) -> Error {
    Error::Content { place: format!("key file {}", path.display()), error }
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
    /// The number that sealed values carry; in the file it is eight hex digits.
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

pub(super) fn read_file(path: &Path) -> Result<SecretString, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let fix = match error.kind() {
            ErrorKind::NotFound => "start `huntaze serve` once, which makes it, or set keys.file",
            _ => "let the user that runs huntaze read it (mode 0600, its own)",
        };
        failed(path, fix)(error)
    })?;
    Ok(text.into())
}

pub(super) fn read_or_make(path: &Path) -> Result<SecretString, Error> {
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
