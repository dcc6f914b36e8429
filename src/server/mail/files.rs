//! Mail into files that the operators read in the app.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use secrecy::{ExposeSecret, SecretString};

use super::{OutgoingMail, message_id, one_line};

/// Files beyond these are deleted, oldest first.
const KEPT: usize = 200;

/// For people's eyes: text and headers in UTF-8 as they are (RFC 6532).
pub(super) fn file_text(mail: &OutgoingMail, from: &str, host: &str) -> SecretString {
    let (id, date, to, subject) =
        (message_id(mail, host), mail.at.to_rfc2822(), one_line(&mail.to), one_line(&mail.subject));
    format!(
        "Message-ID: {id}\nDate: {date}\nFrom: {from}\nTo: {to}\nSubject: {subject}\nMIME-Version: \
         1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n",
        mail.text.expose_secret()
    )
    .into()
}

/// Written for the owner alone from its first byte on, and whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unfinished = path.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    files(folder).iter().skip(KEPT).try_for_each(std::fs::remove_file)
}

/// Newest first: ids begin with the time of their making.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut found: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "eml")).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

/// Reads back what [`file_text`] wrote; any other file is none of ours.
pub(super) fn read(path: &Path) -> Option<OutgoingMail> {
    let text = std::fs::read_to_string(path).ok()?;
    let (head, body) = text.split_once("\n\n")?;
    let header =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some(OutgoingMail {
        id: path.file_stem()?.to_str()?.parse().ok()?,
        to: header("To")?.to_owned(),
        subject: header("Subject")?.to_owned(),
        text: body.trim_end().to_owned().into(),
        at: DateTime::parse_from_rfc2822(header("Date")?).ok()?.to_utc(),
    })
}
