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
    let named = page.split('`').filter(|text| text.starts_with("attacks::"));
    let gone: Vec<_> = named.filter(|name| !attacks.iter().any(|attack| attack == name)).collect();
    assert!(gone.is_empty(), "docs/oauth.md names what is no longer there: {gone:#?}");
}
