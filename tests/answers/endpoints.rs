//! Every endpoint that an adapter names is one whose answers are changed: a call that is added
//! without an operation that makes it fails here.

use std::collections::BTreeSet;
use std::path::Path;

use huntaze::server::platform::{Connect, all};

use super::server::Server;
use super::{ALL_OPERATIONS, FINDING, FOUND_OTHERWISE, account_at, record};

/// What an adapter names in place of a path: an address that the operator chose.
const NAMED: [(&str, &str); 1] = [("(rules)", "/rules.json")];

pub async fn assert_all_tried(provider: &str) {
    let named = named(provider);
    assert!(!named.is_empty(), "{provider} names no endpoint");
    let tried = tried(provider).await;
    let missing: Vec<_> = named.difference(&tried).collect();
    assert!(missing.is_empty(), "{provider}: nobody changes the answers of {missing:?}: {tried:?}");
}

/// The paths of what the generator's operations call.
async fn tried(provider: &str) -> BTreeSet<String> {
    let usual = (account_at(provider), &ALL_OPERATIONS[..]);
    let others = FOUND_OTHERWISE.iter().filter(|account| account.provider == provider);
    let mut tried = BTreeSet::new();
    for (account, operations) in
        std::iter::once(usual).chain(others.map(|account| (*account, &FINDING[..])))
    {
        let server = Server::here().await;
        for operation in operations {
            for good in record(&server, account, *operation).await {
                let path = good.call.split(' ').nth(1).expect("a path");
                let path = path.strip_prefix(&format!("/{provider}")).expect("its platform");
                tried.insert(without_version(path).to_owned());
            }
        }
        server.end().await;
    }
    tried
}

/// `/v26.0/me` is written as `/me`, with its version put before it by a macro.
fn without_version(path: &str) -> &str {
    let versioned = path.strip_prefix("/v").and_then(|rest| rest.split_once('/'));
    match versioned {
        Some((version, _)) if version.contains('.') => &path[version.len() + 2..],
        _ => path,
    }
}

/// The paths in the sources of a platform's adapter, and what it labels calls with. Ids in them are
/// `{id}`. People's browsers go to the consent page by themselves.
fn named(provider: &str) -> BTreeSet<String> {
    let adapter = all().into_iter().find(|platform| platform.info().id == provider);
    let consent = match adapter.expect("a platform").connect() {
        Connect::OAuth2(spec) => without_version(spec.authorize.path),
        Connect::Session => "",
    };
    let mut texts = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/platform").join(provider);
    collect(&sources, &mut texts);
    texts.remove(consent);
    texts
}

fn collect(folder: &Path, texts: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("its entry").path();
        if path.is_dir() {
            collect(&path, texts);
        } else if !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = code.lines().map(str::trim_start);
            // A version is put before other paths.
            let code = code.filter(|line| !line.starts_with("//") && !line.contains("concat!("));
            texts.extend(code.flat_map(paths));
        }
    }
}

/// The paths that begin in a line, without their queries.
fn paths(line: &str) -> Vec<String> {
    let label = line.split(".label(\"").skip(1);
    let path = line.split("\"/").skip(1).map(|rest| ("/", rest));
    let all = label.map(|rest| ("", rest)).chain(path).filter_map(|(begin, rest)| {
        let text = format!("{begin}{}", rest.split(['"', '?']).next()?).replace("{}", "{id}");
        let named = NAMED.iter().find(|(label, _)| *label == text);
        Some(named.map_or(text, |(_, path)| (*path).to_owned()))
    });
    all.filter(|path| path.len() > 1).collect()
}
