//! T2: the key file is made at the first start, for its owner alone; one that can't be used is told
//! at the next, not at the first connection.

use huntaze::server::vault::KeyFile;
use serde_json::Value;

use crate::support::process::Machine;

const FILE: &str = "data/keys.json";

/// A machine on which the server has run once.
fn used() -> Machine {
    let machine = Machine::new();
    machine.serve().starts().stop("TERM");
    machine
}

fn other_keys() -> Value {
    serde_json::to_value(KeyFile::generate()).expect("a key file is JSON")
}

#[cfg(unix)]
#[test]
fn the_first_start_makes_the_key_file_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let machine = used();
    let about = std::fs::metadata(machine.path(FILE)).expect("the key file");
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    let made = machine.read(FILE);
    machine.serve().starts().stop("TERM");
    assert_eq!(machine.read(FILE), made, "a second start takes the same keys");
}

#[test]
fn a_key_file_that_cannot_be_read_is_told() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.path(FILE)).expect("a folder in its place");
    machine.serve().refuses_to_start(&["key file data/keys.json", "read it"]);
}

#[test]
fn a_key_file_that_was_cut_is_told_without_its_content() {
    let machine = used();
    let whole = machine.read(FILE);
    let key = serde_json::from_str::<Value>(&whole).expect("JSON");
    let keys = key["sign"]["keys"].as_object().expect("keys by id");
    let key = keys.values().next().and_then(Value::as_str).expect("a key").to_owned();
    for cut in ["", &whole[..whole.len() / 2], "no keys at all", &whole.replace(&key, &key[..20])] {
        machine.write(FILE, cut);
        let refused = machine.serve().refuses_to_start(&[
            "key file data/keys.json",
            "restore the key file from your backup",
        ]);
        assert!(!refused.message.contains(&key[..20]), "the message holds a part of a key");
    }
    machine.write(FILE, &whole);
    machine.serve().starts();
}

#[test]
fn a_key_ring_of_another_database_is_told_by_id() {
    let machine = used();
    let id = serde_json::from_str::<Value>(&machine.read(FILE)).expect("JSON")["seal"]["primary"]
        .as_str()
        .expect("an id")
        .to_owned();
    machine.write(FILE, &other_keys().to_string());
    machine.serve().refuses_to_start(&[
        &id,
        "not in the key ring",
        "restore the key file that belongs to this database",
    ]);
}

#[test]
fn another_key_under_the_same_id_is_told_too() {
    let machine = used();
    let mut keys: Value = serde_json::from_str(&machine.read(FILE)).expect("JSON");
    let id = keys["seal"]["primary"].as_str().expect("an id").to_owned();
    let other = other_keys();
    let theirs = other["seal"]["primary"].as_str().expect("an id");
    keys["seal"]["keys"][&id] = other["seal"]["keys"][theirs].clone();
    machine.write(FILE, &keys.to_string());
    machine.serve().refuses_to_start(&[
        &id,
        "not the one this database was sealed with",
        "restore the key file",
    ]);
}

#[test]
fn a_key_ring_can_come_from_the_environment() {
    let machine = Machine::new();
    machine.serve().env("HUNTAZE__KEYS__RING", other_keys().to_string()).starts();
    assert!(!machine.path(FILE).exists(), "no key file beside it");
    machine.serve().env("HUNTAZE__KEYS__RING", "{}").refuses_to_start(&["keys.ring"]);
}
