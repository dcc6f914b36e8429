//! The state's file: read once at start, replaced as a whole after every change.

use std::{fs, io, path::Path};

use super::state::State;

/// Why the sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "The sandbox cannot use {path}: {source}. \
        Choose another data directory or change its permissions."
    )]
    File { path: String, source: io::Error },
    #[error(
        "{path} is not a sandbox state of this version: {source}. \
        Delete it to begin with a fresh sandbox."
    )]
    Unreadable { path: String, source: serde_json::Error },
}

/// The state in `path`, or a fresh one where there is none yet. Writes it back, so that a folder
/// that cannot be written is told at the start and not at the first click.
pub fn open(path: &Path) -> Result<State, Error> {
    let file = |source| Error::File { path: path.display().to_string(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(file)?;
    }
    let state = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|source| Error::Unreadable { path: path.display().to_string(), source })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
        Err(error) => return Err(file(error)),
    };
    save(path, &state).map_err(file)?;
    Ok(state)
}

/// Replaces the file in one step: a reader, or a restart after a crash, finds the old state or the
/// new one, never half.
pub fn save(path: &Path, state: &State) -> io::Result<()> {
    let draft = path.with_extension("json.new");
    fs::write(&draft, serde_json::to_vec(state)?)?;
    fs::rename(&draft, path)
}
