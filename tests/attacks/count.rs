//! How many attacks there are, and that the documentation names them all.

use std::path::Path;

/// The attacks by their paths below the tests: `attacks::callback::a_state_that_is_missing`.
fn attacks() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the attacks") {
        let path = entry.expect("one of them").path();
        let theme = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).expect("a source file");
        let names = source
            .split("\nboth!(")
            .skip(1)
            .filter_map(|rest| rest.trim_start().split(',').next().map(str::to_owned));
        found.extend(names.map(|name| format!("attacks::{theme}::{name}")));
    }
    found.sort();
    found
}

// S1
#[test]
fn there_are_many_and_each_is_documented() {
    let (attacks, page) = (attacks(), include_str!("../../docs/oauth.md"));
    println!("{} attacks, each on SQLite and on PostgreSQL", attacks.len());
    assert!(attacks.len() >= 40, "{attacks:#?}");
    let missing: Vec<_> =
        attacks.iter().filter(|attack| !page.contains(&format!("`{attack}`"))).collect();
    assert!(missing.is_empty(), "docs/oauth.md does not name {missing:#?}");
    let is_there = |name: &&str| match name.split_once("::tests::") {
        // A unit test: its module is a file of the server, and the test stands in it.
        Some((module, test)) => unit_tests(module).contains(&format!("fn {test}(")),
        None => attacks.iter().any(|attack| attack == name),
    };
    let named =
        page.split('`').filter(|text| text.starts_with("attacks::") || text.contains("::tests::"));
    let gone: Vec<_> = named.filter(|name| !is_there(name)).collect();
    assert!(gone.is_empty(), "docs/oauth.md names what is no longer there: {gone:#?}");
}

/// The text of a module of the server.
fn unit_tests(module: &str) -> String {
    let path = format!("{}/src/server/{}", env!("CARGO_MANIFEST_DIR"), module.replace("::", "/"));
    let read = |path: String| std::fs::read_to_string(path).unwrap_or_default();
    read(format!("{path}.rs")) + &read(format!("{path}/mod.rs"))
}
