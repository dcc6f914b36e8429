//! The directions of the modules, kept by reading the sources (see "Directions" in
//! docs/architecture.md). Each rule is a function over a path and a text, so that each is also
//! shown a text that breaks it.
//!
//! Serves S1, S4 and T1: SQL in one place, platforms that never see the database, a sandbox that
//! shares nothing with what it tests.

mod icons;
mod imports;
mod words;

use std::path::{Path, PathBuf};

/// A source file as the rules see it: its path below `src/`, its text without comments.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let code = text.lines().map(without_comment).collect::<Vec<_>>().join("\n");
        Self { path: path.to_owned(), code }
    }
}

/// A comment may name what the code may not. `//` inside a URL is no comment.
fn without_comment(line: &str) -> &str {
    let starts = |at: usize| line[..at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices("//").map(|(at, _)| at).find(|at| starts(*at)).map_or(line, |at| &line[..at])
}

/// Unit tests may say and name what their module may not.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

/// What is wrong with a file, one line each.
type Rule = fn(&Source) -> Vec<String>;

#[track_caller]
fn assert_kept(rule: Rule) {
    let broken: Vec<String> = sources().iter().flat_map(rule).collect();
    assert!(broken.is_empty(), "forbidden edges:\n{}", broken.join("\n"));
}

/// Shows a rule files, each a path and a text, that all break it.
#[track_caller]
fn assert_refuses(rule: Rule, files: &[(&str, &str)]) {
    for (path, text) in files {
        assert!(!rule(&Source::new(path, text)).is_empty(), "{path} may not say: {text}");
    }
}

/// Shows a rule files that all keep it.
#[track_caller]
fn assert_allows(rule: Rule, files: &[(&str, &str)]) {
    for (path, text) in files {
        assert_eq!(rule(&Source::new(path, text)), Vec::<String>::new(), "{path} may say: {text}");
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: Vec<Source> =
        files(&root).iter().map(|(path, text)| Source::new(path, text)).collect();
    assert!(found.len() > 100, "src was not read: {} files", found.len());
    found
}

/// Every Rust file below a folder: its path from there, and its text.
fn files(root: &Path) -> Vec<(String, String)> {
    let (mut folders, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file is text");
                let below = path.strip_prefix(root).expect("it is below").to_string_lossy();
                found.push((below.into_owned(), text));
            }
        }
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .expect("a folder of src")
        .map(|entry| entry.expect("its entry").path())
        .collect()
}
