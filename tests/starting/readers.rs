//! Commands that only read make nothing; and with `--sandbox` every command works on the sandbox's
//! data.

use crate::support::process::Machine;

/// What is in the folder, besides the site that every machine has.
fn left_behind(machine: &Machine) -> Vec<String> {
    std::fs::read_dir(machine.path(""))
        .expect("the folder")
        .map(|entry| entry.expect("its entry").file_name().to_string_lossy().into_owned())
        // Its log is a hidden file.
        .filter(|name| name != "site" && !name.starts_with('.'))
        .collect()
}

// T2: somebody looks before anything is there, or in the wrong folder.
#[test]
fn a_command_that_reads_makes_no_database_and_no_keys() {
    let machine = Machine::new();
    for command in [&["keys", "list"][..], &["keys", "verify"], &["keys", "list", "--sandbox"]] {
        machine.command(command).refuses_to_start(&["there is no database at", "--data-dir"]);
        assert_eq!(left_behind(&machine), [""; 0], "{command:?}");
    }
    machine.serve().starts().stop("TERM");
    std::fs::remove_file(machine.path("data/keys.json")).expect("the keys are lost");
    for command in [&["keys", "list"][..], &["keys", "verify"], &["keys", "generate"]] {
        machine.command(command).refuses_to_start(&["key file data/keys.json"]);
        assert!(!machine.path("data/keys.json").exists(), "{command:?} made keys of its own");
    }
}

// H6
#[test]
fn a_worker_without_postgres_makes_nothing() {
    let machine = Machine::new();
    machine.command(&["worker"]).refuses_to_start(&["needs PostgreSQL"]);
    assert_eq!(left_behind(&machine), [""; 0]);
}

// T2: the same commands, on what the sandbox keeps.
#[test]
fn every_command_works_on_the_sandboxs_data() {
    let machine = Machine::new();
    machine.serve_sandbox().starts().stop("TERM");
    let list = machine.command(&["keys", "list", "--sandbox"]).succeeds();
    assert!(list.contains("  seals\n") && list.contains("  signs\n"), "{list}");
    assert_eq!(
        machine.command(&["--sandbox", "migrate"]).succeeds(),
        "The tables are up to date.\n"
    );
    machine.command(&["keys", "list"]).refuses_to_start(&["there is no database at", "--sandbox"]);
}

// T2: step by step, as with the keys that seal.
#[test]
fn the_key_that_signs_is_changed_by_the_operator() {
    let machine = Machine::new();
    machine.serve().starts().stop("TERM");
    let keys = |arguments: &[&str]| machine.command(&[&["keys"], arguments].concat()).succeeds();
    let signer = |list: &str| {
        let line = list.lines().find(|line| line.ends_with("  signs")).expect("one that signs");
        line[..8].to_owned()
    };
    let old = signer(&keys(&["list"]));
    machine
        .command(&["keys", "rotate", "--signing"])
        .refuses_to_start(&["no new key", "generate --signing"]);
    let said = keys(&["generate", "--signing"]);
    let new = said.strip_prefix("Key ").and_then(|rest| rest.get(..8)).expect("an id").to_owned();
    assert_eq!(signer(&keys(&["list"])), old, "it signs nothing yet");
    machine.command(&["keys", "drop", &old]).refuses_to_start(&["is in use"]);
    assert!(keys(&["rotate", "--signing"]).contains("15 minutes"));
    assert_eq!(signer(&keys(&["list"])), new);
    assert!(keys(&["drop", &old]).contains("is gone from the key file"));
    assert!(!keys(&["list"]).contains(&old));
}
