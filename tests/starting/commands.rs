//! T2, H7: `huntaze worker` and `huntaze keys`, as an operator uses them.

use tokio::net::TcpListener;

use crate::support::Engine;
use crate::support::process::Machine;
use crate::sweep::creator::Creator;
use crate::sweep::until;
use crate::sweep::world::World;

/// Letters on their way.
async fn waiting(world: &World) -> usize {
    world.look.rows("outgoing_emails").await.len()
}

// H7: serve leaves the jobs to a process of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_does_what_serve_leaves_to_it() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let server = world.idle();
    Creator::register(&server, "Mira").await;
    assert_eq!((waiting(&world).await, world.letters()), (1, 0), "nobody sends her letter");
    let worker = world.worker().works();
    until("the worker to send it", async || waiting(&world).await == 0).await;
    assert_eq!(world.letters(), 1);
    let (code, log) = worker.stop("TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"worker ready\"") && log.contains("\"stopped\""), "{log}");
    drop(server);
    world.end().await;
}

/// A mail server that does not say a word: the worker gives its job back, and nobody has to wait
/// for a lease to end.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_hands_back_what_it_holds() {
    let Some(world) = World::new(Engine::Postgres).await else { return };
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("smtp://{}", silent.local_addr().expect("its address"));
    let server = world.idle();
    Creator::register(&server, "Mira").await;
    let worker = world
        .worker()
        .env("HUNTAZE__MAIL__URL", url)
        .env("HUNTAZE__MAIL__FROM", "huntaze@localhost")
        .works();
    let held = silent.accept().await.expect("the worker calls");
    let (code, log) = tokio::task::block_in_place(|| worker.stop("TERM"));
    drop(held);
    assert_eq!(code, Some(0), "{log}");
    let left = world
        .look
        .texts("SELECT state || ', ' || CAST(attempts AS TEXT) FROM jobs WHERE kind = 'send_mail'")
        .await;
    assert_eq!(left, ["queued, 0"], "as if nobody had taken it");
    drop(server);
    world.end().await;
}

#[test]
fn a_worker_of_its_own_needs_postgres() {
    Machine::new().command(&["worker"]).refuses_to_start(&[
        "needs PostgreSQL",
        "set database.url",
        "`huntaze serve`",
    ]);
}

// T2
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_changes_the_keys_step_by_step() {
    let Some(world) = World::new(Engine::Sqlite).await else { return };
    // Her letter is sealed, and stays as long as nobody sends it.
    let server = world.idle();
    Creator::register(&server, "Mira").await;
    let keys = |arguments: &[&str]| {
        let told = world.command(&[&["keys"], arguments].concat());
        tokio::task::block_in_place(|| told.succeeds())
    };
    let refused = |arguments: &[&str], words: &[&str]| {
        let told = world.command(&[&["keys"], arguments].concat());
        tokio::task::block_in_place(|| told.refuses_to_start(words));
    };
    let old = world.primary_key();
    let list = keys(&["list"]);
    assert!(
        list.starts_with(&format!("{old}         1 sealed  "))
            && list.contains(" seals made  seals\n"),
        "{list}"
    );
    assert_eq!(keys(&["verify"]), "1 values open.\n");
    refused(&["drop", &old], &[&format!("key {old} is in use"), "huntaze keys generate"]);
    refused(&["drop", "00000000"], &["there is no key 00000000", "huntaze keys list"]);

    let told = keys(&["generate"]);
    let new = told
        .strip_prefix("Key ")
        .and_then(|rest| rest.get(..8))
        .expect("the new key's id")
        .to_owned();
    assert!(
        told.contains("Back the file up") && told.trim_end().ends_with("huntaze keys rotate"),
        "{told}"
    );
    refused(&["generate"], &[&format!("key {new} is new"), "huntaze keys rotate"]);
    assert_eq!(world.primary_key(), old, "it seals nothing yet");

    assert_eq!(
        keys(&["rotate"]),
        format!("Key {new} seals from now on.\n1 values are sealed anew.\n")
    );
    assert_eq!(world.primary_key(), new);
    let list = keys(&["list"]);
    assert!(list.contains(&format!("{new}         1 sealed  ")), "{list}");
    assert!(list.contains(&format!("{old}         0 sealed  ")), "{list}");
    refused(&["drop", &old], &["may still be on its way", "the same again after"]);
    world
        .look
        .run(
            "UPDATE key_seals SET retired_at = '2026-01-01T00:00:00+00:00' WHERE retired_at \
        IS NOT NULL",
        )
        .await;
    assert!(keys(&["drop", &old]).starts_with(&format!("Key {old} is gone from the key file.")));
    assert_eq!(keys(&["verify"]), "1 values open.\n");
    refused(&["drop", &old], &[&format!("there is no key {old}")]);

    // S9: what does not open is named by its place, never by its content.
    world.look.run("UPDATE outgoing_emails SET body = X'0102030405060708'").await;
    refused(
        &["verify"],
        &["outgoing_emails.body of row", "1 values do not open", "from your backup"],
    );
    drop(server);
    world.end().await;
}
