//! H7: what the server needs around it, and how it stops.

use std::net::TcpListener;

use crate::support::process::{Machine, sqlite};

#[test]
fn a_taken_port_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("its address").to_string();
    let machine = Machine::new();
    machine.command(&["serve", "--addr", &addr]).refuses_to_start(&[
        &addr,
        "the app can't listen",
        "--addr",
    ]);
    machine
        .command(&["serve", "--sandbox", "--addr", "127.0.0.1:0", "--sandbox-addr", &addr])
        .refuses_to_start(&[&addr, "the sandbox can't listen", "--sandbox-addr"]);
}

#[test]
fn a_site_that_was_not_built_is_told() {
    Machine::new().serve().without_site().refuses_to_start(&[
        "the site is not in",
        "nowhere",
        "make build",
    ]);
}

#[test]
fn a_database_that_cannot_be_opened_is_told() {
    let machine = Machine::new();
    std::fs::create_dir_all(machine.path("data/huntaze.db")).expect("a folder in its place");
    machine.serve().refuses_to_start(&["database", "database.url"]);
    machine
        .serve()
        .env("DATABASE_URL", "postgres://huntaze@127.0.0.1:1/none")
        .refuses_to_start(&["database", "database.url"]);
    machine
        .serve()
        .env("DATABASE_URL", "mysql://huntaze@127.0.0.1/none")
        .refuses_to_start(&["database", "database.url"]);
    machine.write("file", "");
    machine
        .command(&["serve", "--addr", "127.0.0.1:0", "--data-dir", "file/data"])
        .refuses_to_start(&["database"]);
}

#[test]
fn a_file_that_is_no_database_is_told() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("data")).expect("a folder");
    machine.write("data/huntaze.db", &"this was a photo once ".repeat(500));
    machine.serve().refuses_to_start(&["database"]);
}

// Decision 23: sandbox and real accounts never mix.
#[test]
fn a_database_remembers_whether_its_accounts_are_real() {
    let machine = Machine::new();
    let url = sqlite(&machine.path("one.db"));
    machine.serve().env("DATABASE_URL", &url).starts().stop("TERM");
    machine.serve_sandbox().env("DATABASE_URL", &url).refuses_to_start(&[
        "belongs to the real mode",
        "sandbox mode",
        "another data directory",
    ]);
    machine.serve().env("DATABASE_URL", &url).starts();

    let other = sqlite(&machine.path("other.db"));
    machine.serve_sandbox().env("DATABASE_URL", &other).starts().stop("TERM");
    machine
        .serve()
        .env("DATABASE_URL", &other)
        .refuses_to_start(&["belongs to the sandbox mode", "real mode"]);
}

// Both live in one data directory, each in its own folder.
#[test]
fn the_sandbox_has_its_own_folder() {
    let machine = Machine::new();
    machine.serve().starts().stop("TERM");
    machine.serve_sandbox().starts().stop("TERM");
    assert!(
        machine.path("data/huntaze.db").exists()
            && machine.path("data/sandbox/huntaze.db").exists()
    );
}

#[test]
fn told_to_stop_it_finishes_and_ends_well() {
    for (signal, start) in [
        ("TERM", Machine::serve as fn(&Machine) -> _),
        ("INT", Machine::serve),
        ("TERM", Machine::serve_sandbox),
    ] {
        let machine = Machine::new();
        let (code, log) = start(&machine).starts().stop(signal);
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    }
}

#[test]
fn migrating_alone_ends_well() {
    let machine = Machine::new();
    let code = std::process::Command::new(env!("CARGO_BIN_EXE_huntaze"))
        .arg("migrate")
        .current_dir(machine.path(""))
        .env_clear()
        .output()
        .expect("the binary runs");
    assert!(code.status.success(), "{}", String::from_utf8_lossy(&code.stderr));
    assert!(machine.path("data/huntaze.db").exists());
}
