//! T2: keys change while the server runs, and everything opens at every moment.

use chrono::Duration;
use huntaze::model::AccountId;
use huntaze::server::db::{self, accounts::Account, sealed};
use huntaze::server::domain::keys::{self as sealing, Kept, Rotated};
use huntaze::server::identity::identify;
use huntaze::server::vault::{Refusal, SealContext};
use huntaze::server::{Backend, keys, start};

use super::cast::*;
use crate::support::{Engine, Person, TestApp, both};

/// Bytes that need no key: hashes, and pictures.
const OPEN: [&str; 9] = [
    "_sqlx_migrations.checksum",
    "avatars.bytes",
    "idempotency_keys.body_hash",
    "idempotency_keys.key_hash",
    "email_tokens.token_hash",
    "oauth_flows.state_hash",
    "refresh_journal.credential_hash",
    "refresh_tokens.token_hash",
    "sessions.token_hash",
];

// The one list of sealed columns is complete: whoever adds a column of bytes decides whether it is
// sealed.
both!(every_column_of_bytes_is_sealed_or_known_not_to_be, |app| async {
    let columns = app.texts(match app.engine() {
        Engine::Sqlite => {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN \
            pragma_table_info(m.name) c WHERE c.type IN ('BYTEA', 'BLOB')"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name FROM \
            information_schema.columns WHERE table_schema = 'public' AND data_type = 'bytea'"
        }
    });
    let mut found: Vec<String> =
        columns.await.into_iter().filter(|column| !OPEN.contains(&column.as_str())).collect();
    let mut listed: Vec<String> =
        sealed::COLUMNS.iter().map(|column| format!("{}.{}", column.table, column.name)).collect();
    found.sort();
    listed.sort();
    assert_eq!(found, listed);
});

/// Many accounts like the one that a person has, each sealed for its own row.
pub async fn multiply(app: &TestApp, person: &Person, count: usize) {
    let bearer = format!("Bearer {}", person.token()).parse().expect("a header");
    let headers = http::HeaderMap::from_iter([(http::header::AUTHORIZATION, bearer)]);
    let actor = identify(app.backend(), &headers)
        .await
        .expect("the database answers")
        .expect("she is logged in");
    let found =
        db::accounts::by_platform_id(&app.backend().db, actor.workspace, "x", INES_ON_X).await;
    let one = found.expect("the database answers").expect("the account");
    let vault = &app.backend().vault;
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    for number in 0..count {
        let id = AccountId::new();
        let seal = |column| {
            Some(vault.seal(
                &format!("{column} {number}").into(),
                SealContext::new("oauth_accounts", id.0, column),
            ))
        };
        let (access_token, refresh_token) = (seal("access_token"), seal("refresh_token"));
        let provider_account_id = format!("many-{number}");
        let account =
            Account { id, provider_account_id, access_token, refresh_token, ..one.clone() };
        db::accounts::upsert(&mut tx, &account).await.expect("an account");
    }
    tx.commit().await.expect("a commit");
}

/// `huntaze keys rotate` in a process of its own: a backend that read the key file after its
/// change.
async fn command(app: &TestApp) -> Backend {
    start::backend(app.backend().config.clone(), app.backend().clock.clone())
        .await
        .expect("a command")
}

async fn opens_all(backend: &Backend) -> u64 {
    let (opened, unreadable) = sealing::verify(backend).await.expect("a look at everything");
    assert_eq!(unreadable, []);
    opened
}

both!(keys_change_while_pages_are_served_and_the_command_is_killed, |app| async {
    let ines = app.person("Ines").await;
    ines.connect("x", INES_ON_X).await;
    // The welcome mail is on its way, and no longer sealed in the outbox.
    app.work().await;
    multiply(&app, &ines, 200).await;
    let old = app.backend().vault.primary();
    let all = opens_all(app.backend()).await;
    assert_eq!(all, 402, "access and refresh tokens");

    let new = keys::change(&app.backend().config, |file| file.seal.add()).expect("a key");
    keys::change(&app.backend().config, |file| Ok(file.seal.promote())).expect("it seals");
    let command_1 = command(&app).await;
    assert_eq!(format!("{:08x}", command_1.vault.primary()), new);
    // Killed at the third page that is served meanwhile: the future is dropped wherever it stands.
    let pages = async {
        for _ in 0..3 {
            ines.browser.open("/integrations").await.expect(200);
        }
    };
    tokio::select! {
        biased;
        () = pages => {}
        done = sealing::rotate(&command_1) => assert_eq!(done.expect("it was \
            faster").unreadable, 0),
    }
    assert_eq!(
        opens_all(app.backend()).await,
        all,
        "the app reads the key file again when it meets the new key"
    );

    let command_2 = command(&app).await;
    let rotate = async { sealing::rotate(&command_2).await.expect("it goes on") };
    let serve = async {
        for _ in 0..5 {
            ines.browser.open("/integrations").await.expect(200);
            ines.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(200);
        }
    };
    let (done, ()) = tokio::join!(rotate, serve);
    assert_eq!(done.unreadable, 0);
    // The test may have refreshed with the key before.
    sealing::rotate(&command_2).await.expect("what was sealed meanwhile");
    let counts = sealing::counts(app.backend()).await.expect("counts");
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [(Some(command_2.vault.primary()), all as i64)]
    );
    assert_eq!(opens_all(app.backend()).await, all);
    assert_eq!(
        sealing::rotate(&command_2).await.expect("once more"),
        Rotated::default(),
        "there is nothing left to do"
    );

    let old_id = format!("{old:08x}");
    let config = &app.backend().config;
    let droppable = keys::droppable(config, &old_id).expect("another one seals");
    let forget = async || sealing::forget(&command_2, droppable).await.expect("an answer");
    assert!(
        matches!(forget().await, Err(Kept::Until(_))),
        "somebody may be about to store what it sealed"
    );
    app.later(Duration::minutes(10)).await;
    // A process that slept through everything stores what it sealed before.
    let late = app.backend().vault.seal_with(
        old,
        &"late".into(),
        SealContext::new("outgoing_emails", uuid::Uuid::nil(), "body"),
    );
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    let now = app.backend().clock.now();
    db::outgoing_emails::insert(
        &mut tx,
        uuid::Uuid::nil(),
        "ines@stories.example",
        "Late",
        &late,
        now,
    )
    .await
    .expect("a letter");
    tx.commit().await.expect("a commit");
    assert_eq!(forget().await, Err(Kept::Seals(1)));
    app.sql("DELETE FROM outgoing_emails").await;
    assert_eq!(forget().await, Ok(()));
    keys::change(&app.backend().config, |file| file.seal.remove(&old_id)).expect("it goes");
    app.backend().vault.reload();
    assert_eq!(app.backend().vault.key_ids(), [command_2.vault.primary()]);
    assert_eq!(opens_all(app.backend()).await, all);
    assert_eq!(command(&app).await.vault.key_ids().len(), 1, "and the server starts without it");
    for command in [command_1, command_2] {
        command.db.close().await;
    }
});

both!(a_value_that_changed_meanwhile_is_left_alone, |app| async {
    let ines = app.person("Ines").await;
    ines.connect("x", INES_ON_X).await;
    let column = &sealed::COLUMNS[0];
    let rows = sealed::page(&app.backend().db, column, uuid::Uuid::nil(), 9).await.expect("a page");
    let [(id, old)] = rows.as_slice() else { panic!("{rows:?}") };
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    assert!(sealed::swap(&mut tx, column, *id, old, b"newer").await.expect("an answer"));
    assert!(
        !sealed::swap(&mut tx, column, *id, old, b"late").await.expect("an answer"),
        "a newer token is not overwritten"
    );
});

both!(what_does_not_open_is_named, |app| async {
    let ines = app.person("Ines").await;
    ines.connect("x", INES_ON_X).await;
    app.work().await;
    let stranger =
        if app.engine() == Engine::Sqlite { "x'01deadbeef00'" } else { "'\\x01deadbeef00'" };
    app.sql(&format!("UPDATE oauth_accounts SET refresh_token = {stranger}")).await;
    let (opened, unreadable) = sealing::verify(app.backend()).await.expect("a look at everything");
    let [bad] = unreadable.as_slice() else { panic!("{unreadable:?}") };
    assert_eq!((opened, bad.table, bad.column), (1, "oauth_accounts", "refresh_token"));
    assert_eq!(
        sealing::counts(app.backend()).await.expect("counts").get(&Some(0xdead_beef)),
        Some(&1),
        "by the key it names"
    );
    keys::change(&app.backend().config, |file| file.seal.add()).expect("a key");
    keys::change(&app.backend().config, |file| Ok(file.seal.promote())).expect("it seals");
    app.backend().vault.reload();
    let done = sealing::rotate(app.backend()).await.expect("the rest is sealed anew");
    assert_eq!((done.resealed, done.unreadable), (1, 1));
});

// T2: every seal of every process counts for its key, and operators are told long before the nonces
// could repeat.
both!(seals_are_counted_for_each_key, |app| async {
    crate::support::log::listen();
    let ines = app.person("Ines").await;
    let key = format!("{:08x}", app.backend().vault.primary());
    let count = async || {
        keys::count(app.backend()).await;
        db::keys::all(&app.backend().db)
            .await
            .expect("counts")
            .into_iter()
            .find(|seals| seals.key_id == key)
            .expect("its count")
            .seal_count
    };
    let before = count().await;
    ines.connect("x", INES_ON_X).await;
    let after = count().await;
    assert!(after >= before + 3, "the verifier, an access and a refresh token: {before}, {after}");
    assert_eq!(count().await, after, "nothing is counted twice");
    let other = command(&app).await;
    keys::count(&other).await;
    let shared = count().await;
    other
        .vault
        .seal(&"one more".into(), SealContext::new("outgoing_emails", uuid::Uuid::nil(), "body"));
    keys::count(&other).await;
    assert_eq!(count().await, shared + 1, "two processes share the count");
    other.db.close().await;

    app.sql(&format!("UPDATE key_seals SET seal_count = {}", keys::MANY_SEALS - 1)).await;
    let warned = || crate::support::log::raw().matches("sealing key is near its limit").count();
    let quiet = warned();
    app.backend().vault.seal(
        &"one too many".into(),
        SealContext::new("outgoing_emails", uuid::Uuid::nil(), "body"),
    );
    assert_eq!((count().await, warned() - quiet), (keys::MANY_SEALS, 1), "once");
    app.backend().vault.seal(
        &"and one more".into(),
        SealContext::new("outgoing_emails", uuid::Uuid::nil(), "body"),
    );
    assert_eq!(
        (count().await, warned() - quiet),
        (keys::MANY_SEALS + 1, 1),
        "and not every five seconds"
    );
    assert_eq!(app.metrics().await.value("huntaze_key_seals", &[]), (keys::MANY_SEALS + 1) as f64);
});

// S7: whoever changes the keys leaves a line, though nobody is logged in there.
both!(a_change_of_keys_is_written_down, |app| async {
    let old = app.backend().vault.primary();
    let new = keys::change(&app.backend().config, |file| file.seal.add()).expect("a key");
    sealing::added(app.backend(), &new).await;
    keys::change(&app.backend().config, |file| Ok(file.seal.promote())).expect("it seals");
    let command = command(&app).await;
    let done = sealing::rotate(&command).await.expect("everything");
    sealing::rotated(&command, done).await;
    app.later(Duration::minutes(10)).await;
    let old =
        keys::droppable(&app.backend().config, &format!("{old:08x}")).expect("another one seals");
    assert_eq!(sealing::forget(&command, old).await.expect("an answer"), Ok(()));
    let lines = app
        .texts(
            "SELECT actor || ': ' || action || ', ' || subject FROM audit_events WHERE \
            workspace_id IS NULL ORDER BY id",
        )
        .await;
    let by = "An operator on the server";
    let expected = [
        format!("{by}: key_added, key {new}"),
        format!("{by}: keys_rotated, key {new}"),
        format!("{by}: key_dropped, key {:08x}", old.id),
    ];
    assert_eq!(lines, expected);
    command.db.close().await;
});

// Two steps: a key is known to everybody before it seals; one that seals stays.
both!(a_key_that_seals_cannot_be_taken_away, |app| async {
    let config = &app.backend().config;
    let old = format!("{:08x}", app.backend().vault.primary());
    let refused = |id: &str| keys::droppable(config, id).expect_err("it stays").to_string();
    assert!(refused(&old).contains("is in use"), "{}", refused(&old));
    assert!(refused("00000000").contains("there is no key"));
    let new = keys::change(config, |file| file.seal.add()).expect("a key");
    app.backend().vault.reload();
    assert_eq!(format!("{:08x}", app.backend().vault.primary()), old, "known, and not used yet");
    assert_eq!(app.backend().vault.key_ids().len(), 2);
    let again = keys::change(config, |file| file.seal.add()).expect_err("one at a time");
    assert!(matches!(again, keys::Error::Refused(Refusal::NotRotated(id)) if id == new));
    keys::change(config, |file| file.seal.remove(&new)).expect("a key that never sealed may go");
});
