//! The door to the platforms on bad days: writes that fail after the one that counts, sealed values
//! that do not open, leases and lines that stand in the way; and what the open pages hear.

use std::time::{Duration as Patience, Instant};

use chrono::Duration;
use huntaze::server::db::accounts::Account;
use huntaze::server::db::signals::{Signal, Subscription};
use huntaze::server::db::tasks::{self, Kind};
use huntaze::server::db::{accounts, limits};
use huntaze::server::domain::access::steps::{self, LeaseOutcome};
use huntaze::server::domain::access::{RefreshReason, mark_expired};
use huntaze::server::platform::TokenGrant;
use reqwest::Method;
use serde_json::json;

use super::cast::*;
use super::refreshing::account;
use crate::support::{Engine, PASSWORD, Person, TestApp, both, log, text};

const X_TOKENS: &str = "/2/oauth2/token";

/// From now on the database refuses `what`: "INSERT ON account_limits".
pub async fn refuse(app: &TestApp, what: &str, condition: &str) {
    match app.engine() {
        Engine::Sqlite => {
            app.sql(&format!(
                "CREATE TRIGGER refuse BEFORE {what} {condition} BEGIN SELECT RAISE(ABORT, \
                 'refused'); END"
            ))
            .await;
        }
        Engine::Postgres => {
            app.sql(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE \
                 EXCEPTION 'refused'; END $$",
            )
            .await;
            app.sql(&format!(
                "CREATE TRIGGER refuse BEFORE {what} FOR EACH ROW {condition} EXECUTE FUNCTION \
                 refuse()"
            ))
            .await;
        }
    }
}

/// The database takes again what was refused ON this table.
pub async fn allow(app: &TestApp, table: &str) {
    match app.engine() {
        Engine::Sqlite => app.sql("DROP TRIGGER refuse").await,
        Engine::Postgres => app.sql(&format!("DROP TRIGGER refuse ON {table}")).await,
    };
}

/// How many error lines say of this row that something of it does not open.
fn unreadable_lines(row: &str) -> usize {
    let said = |line: &&str| {
        line.contains("ERROR") && line.contains("could not decrypt") && line.contains(row)
    };
    log::raw().lines().filter(said).count()
}

async fn unreadable(app: &TestApp, table: &str) -> f64 {
    app.metrics().await.value("huntaze_decryption_failures_total", &[("table", table)])
}

/// Whether Ada's workspace was signalled since this was asked last.
async fn told(watch: &mut Subscription) -> bool {
    let mut heard = false;
    while let Ok(signal) = tokio::time::timeout(Patience::from_millis(100), watch.next()).await {
        heard |= matches!(signal, Signal::Workspace(_));
    }
    heard
}

/// Ben gets a role in Ada's workspace, and works there.
async fn join(app: &TestApp, ada: &Person, ben: &Person, role: &str) {
    let id = |person: &Person| format!("(SELECT id FROM users WHERE email = '{}')", person.email);
    let home = format!(
        "(SELECT workspace_id FROM members WHERE role = 'owner' AND user_id = {})",
        id(ada)
    );
    app.sql(&format!(
        "INSERT INTO members (workspace_id, user_id, role) VALUES ({home}, {}, '{role}')",
        id(ben)
    ))
    .await;
    app.sql(&format!("UPDATE sessions SET workspace_id = {home} WHERE user_id = {}", id(ben)))
        .await;
}

// C2, T5: what fails after the commit of a connection does not undo it.
both!(a_connection_stays_when_what_follows_its_commit_fails, |app| async {
    let ada = app.person("Ada").await;
    refuse(&app, "INSERT ON account_limits", "").await;
    ada.connect("x", INES_ON_X).await;
    assert_eq!(app.sandbox().live_grants("x").await, 1, "the grant was not given back");
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
    let tested =
        ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(200).data();
    assert_eq!(tested["ok"], true, "a test that came to its end is no failure: {tested}");
    assert!(app.rows("account_limits").await.is_empty(), "or this proves nothing");
});

// T1, C3: two ciphertexts swapped behind our back, found by the scheduler: said once, to everybody
// whom it concerns, and mended by reconnecting.
both!(a_credential_that_does_not_open_is_said_once, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.work().await;
    let id = word(&ada.integration("reddit", MARA_ON_REDDIT).await, "id").to_owned();
    let (lines, counted) = (unreadable_lines(&id), unreadable(&app, "oauth_accounts").await);
    app.sql("UPDATE oauth_accounts SET access_token = refresh_token, refresh_token = access_token")
        .await;
    let calls = app.sandbox().calls("reddit", "/api/v1/access_token").await;
    app.later(Duration::days(1)).await;
    for _ in 0..3 {
        app.work().await;
        app.later(Duration::minutes(3)).await;
    }
    assert_eq!(unreadable_lines(&id) - lines, 1, "one error line, not one a round");
    assert_eq!(unreadable(&app, "oauth_accounts").await - counted, 1.0);
    assert_eq!(app.rows("notices").await.len(), 1, "one notice");
    assert_eq!(app.sandbox().calls("reddit", "/api/v1/access_token").await, calls);
    ada.log_in().await;
    let broken = ada.integration("reddit", MARA_ON_REDDIT).await;
    assert_eq!((word(&broken, "status"), word(&broken, "reason")), ("error", "unreadable"));
    let page = text(&ada.page("/integrations").await);
    assert!(page.contains("can no longer read") && page.contains("Reconnect"), "{page}");

    let address = format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}");
    let tested = ada.post(&address, None).await.expect(200).data();
    assert_eq!(tested["ok"], false, "{tested}");
    let address = format!("/api/integrations/refresh/reddit/{MARA_ON_REDDIT}");
    ada.post(&address, None).await.expect(409);
    assert_eq!(unreadable_lines(&id) - lines, 1);
    ada.reconnect("reddit", &id, MARA_ON_REDDIT).await;
    assert_eq!(word(&ada.integration("reddit", MARA_ON_REDDIT).await, "status"), "connected");
});

// T1: the same, found by who presses the button.
both!(a_button_finds_a_credential_that_does_not_open, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sql("UPDATE oauth_accounts SET access_token = refresh_token, refresh_token = access_token")
        .await;
    let address = format!("/api/integrations/test/x/{INES_ON_X}");
    let tested = ada.post(&address, None).await.expect(200).data();
    assert_eq!(tested["ok"], false, "{tested}");
    let broken = ada.integration("x", INES_ON_X).await;
    assert_eq!((word(&broken, "status"), word(&broken, "reason")), ("error", "unreadable"));
});

// T1, T6: an answer in the journal that does not open counts as one that never came.
both!(an_answer_that_does_not_open_is_let_go_once, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let id = word(&ada.integration("x", INES_ON_X).await, "id").to_owned();
    app.sql(
        "INSERT INTO refresh_journal (id, workspace_id, account_id, epoch, credential_hash, \
         unanswered_attempts, started_at, response)
         SELECT id, workspace_id, id, 0, access_token, 0, created_at, access_token FROM \
         oauth_accounts",
    )
    .await;
    let (lines, counted) = (unreadable_lines(&id), unreadable(&app, "refresh_journal").await);
    for _ in 0..3 {
        app.work().await;
        app.later(Duration::minutes(1)).await;
    }
    assert_eq!(unreadable_lines(&id) - lines, 1);
    assert_eq!(unreadable(&app, "refresh_journal").await - counted, 1.0);
    assert_eq!(
        app.texts("SELECT 'open' FROM refresh_journal WHERE response IS NULL").await.len(),
        1
    );
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
    ada.post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None).await.expect(200);
    assert!(app.rows("refresh_journal").await.is_empty());
});

// T1, C5: a choice whose grant does not open is over, and says so.
both!(a_choice_that_does_not_open_is_over, |app| async {
    log::listen();
    let ines = app.person("Ines").await;
    let back = ines.allow("instagram", INES_WITH_TWO_PAGES).await;
    let flow = back.location().strip_prefix("/integrations/choose/").expect("a choice").to_owned();
    app.sql("UPDATE pending_connections SET payload = (SELECT token_hash FROM sessions LIMIT 1)")
        .await;
    let lines = unreadable_lines(&flow);
    let path = format!("/api/integrations/choices/{flow}");
    let refused = ines.get(&path).await.expect(409).error();
    assert!(word(&refused, "userMessage").contains("can no longer be read"), "{refused}");
    ines.get(&path).await.expect(404);
    assert!(app.rows("pending_connections").await.is_empty());
    assert_eq!(unreadable_lines(&flow) - lines, 1);
});

// T1, C2: a verifier that does not open ends the attempt, and says what to do.
both!(a_verifier_that_does_not_open_ends_the_attempt, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.post("/api/integrations/connect/x", None).await.expect(200).data();
    app.sql("UPDATE oauth_flows SET code_verifier = (SELECT token_hash FROM sessions LIMIT 1)")
        .await;
    let counted = unreadable(&app, "oauth_flows").await;
    let form = [("account", INES_ON_X), ("decision", "allow")];
    let back = app.sandbox().consent(word(&begun, "authUrl"), &form).await;
    ada.toast(&ada.browser.come_back(&back).await).await.says(&[
        "What was kept to finish this X connection can no longer be read.",
        "Nothing was connected. Start again",
    ]);
    assert_eq!(unreadable(&app, "oauth_flows").await - counted, 1.0);
    assert_eq!(app.sandbox().calls("x", "/2/oauth2/token").await, 0, "the code was not sent");
    ada.connect("x", INES_ON_X).await;
});

// T1, C11: a revocation that does not open can be carried out by nobody: it goes.
both!(a_revocation_that_does_not_open_is_given_up_once, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "", "500", None).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    app.sql("UPDATE pending_revocations SET payload = (SELECT token_hash FROM sessions LIMIT 1)")
        .await;
    let counted = unreadable(&app, "pending_revocations").await;
    for _ in 0..3 {
        app.later(Duration::minutes(11)).await;
        app.work().await;
    }
    assert!(app.rows("pending_revocations").await.is_empty());
    assert!(app.texts("SELECT kind FROM jobs WHERE kind = 'revoke'").await.is_empty());
    assert_eq!(unreadable(&app, "pending_revocations").await - counted, 1.0);
});

// T3, S5: who presses the button again gets the token that was renewed a moment ago.
both!(a_healthy_token_is_renewed_once_a_minute_at_most, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let press = async || {
        let address = format!("/api/integrations/refresh/x/{INES_ON_X}");
        ada.post(&address, None).await.expect(200).data()["expiresAt"].clone()
    };
    let calls = async || app.sandbox().calls("x", X_TOKENS).await;
    let begun = calls().await;
    // What came with the consent may be renewed at once.
    app.later(Duration::seconds(1)).await;
    let first = press().await;
    app.later(Duration::seconds(59)).await;
    assert_eq!((press().await, calls().await - begun), (first.clone(), 1), "the present one");
    app.later(Duration::seconds(1)).await;
    assert_ne!(press().await, first);
    assert_eq!(calls().await - begun, 2);
    // One that does not work is no answer.
    app.sql("UPDATE oauth_accounts SET status = 'error', reason = 'refused_by_platform'").await;
    press().await;
    assert_eq!(calls().await - begun, 3);
});

pub fn pair(name: &str) -> TokenGrant {
    TokenGrant {
        access: format!("access-{name}").into(),
        refresh: Some(format!("refresh-{name}").into()),
        token_type: "bearer".into(),
        expires_in: Some(Duration::hours(2)),
        refresh_expires_in: None,
        scopes: Vec::new(),
        grant_key: None,
    }
}

// T6: an answer that can't be put into its row waits, and holds up none of those behind it.
both!(recovery_goes_on_past_a_line_that_it_cannot_settle, |app| async {
    let ada = app.person("Ada").await;
    let backend = app.backend();
    for (provider, id) in [("x", INES_ON_X), ("reddit", MARA_ON_REDDIT)] {
        ada.connect(provider, id).await;
        let row = account(&app, &ada, provider, id).await;
        let why = RefreshReason::Renew { seen: row.version };
        let outcome = steps::begin_attempt(backend, row.workspace_id, row.id, why)
            .await
            .expect("a lease outcome");
        let LeaseOutcome::Mine(attempt) = outcome else { panic!("nobody else renews it") };
        attempt
            .record(backend, &pair(provider), backend.clock.now(), Instant::now())
            .await
            .expect("it is durable");
        app.later(Duration::seconds(1)).await;
    }
    refuse(&app, "UPDATE ON oauth_accounts", "WHEN (NEW.provider = 'x')").await;
    steps::recover(backend).await.expect("the rest is recovered");
    let left = app
        .texts(
            "SELECT a.provider FROM refresh_journal j JOIN oauth_accounts a ON a.id = j.account_id",
        )
        .await;
    assert_eq!(left, ["x"], "Reddit's is in its row, X's waits");
    allow(&app, "oauth_accounts").await;
    steps::recover(backend).await.expect("now it goes");
    assert!(app.rows("refresh_journal").await.is_empty());
});

// T5: a lease that a wrong clock wrote holds nobody up.
both!(nobody_waits_for_a_lease_with_an_absurd_end, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sql(
        "INSERT INTO refresh_leases (account_id, owner, epoch, expires_at) SELECT id, id, 1, \
         '2999-01-01T00:00:00+00:00' FROM oauth_accounts",
    )
    .await;
    app.later(Duration::hours(3)).await;
    ada.log_in().await;
    let address = format!("/api/integrations/test/x/{INES_ON_X}");
    let tested = tokio::time::timeout(Patience::from_secs(30), ada.post(&address, None)).await;
    assert_eq!(tested.expect("at once").expect(200).data()["ok"], true);
});

// C16: whatever changes what a page shows is told to it.
both!(open_pages_hear_of_labels_tests_limits_and_healthy_reconnects, |app| async {
    let ada = app.person("Ada").await;
    let id = word(&ada.connect("x", INES_ON_X).await, "id").to_owned();
    app.work().await;
    let mut watch = app.backend().db.signals().subscribe();
    let label = format!("/api/integrations/x/{INES_ON_X}/label");
    ada.put(&label, json!({ "label": "Studio" })).await.expect(200);
    assert!(told(&mut watch).await, "a label");
    let test = format!("/api/integrations/test/x/{INES_ON_X}");
    ada.post(&test, None).await.expect(200);
    assert!(told(&mut watch).await, "a test's result");
    ada.reconnect("x", &id, INES_ON_X).await;
    assert!(told(&mut watch).await, "a reconnect of what was healthy");
    app.work().await;
    assert!(told(&mut watch).await, "its picture");
    // A test whose result can't be stored: what is told is its limits alone.
    refuse(&app, "UPDATE OF check_message ON oauth_accounts", "").await;
    ada.post(&test, None).await.expect(200);
    assert!(told(&mut watch).await, "limits");
});

// C16, S10: a picture is fetched after the callback; until then there are initials.
both!(a_picture_comes_after_the_account, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let mut watch = app.backend().db.signals().subscribe();
    assert!(!ada.page("/integrations").await.contains("/media/avatars/"), "initials");
    app.work().await;
    assert!(told(&mut watch).await, "the page is told");
    assert!(ada.page("/integrations").await.contains("/media/avatars/"));
});

// U1, C11: who connected an account in somebody's workspace may leave; the account stays.
both!(who_connected_an_account_for_somebody_else_may_leave, |app| async {
    let (ada, ben) = (app.person("Ada").await, app.person("Ben").await);
    join(&app, &ada, &ben, "editor").await;
    ben.connect("x", INES_ON_X).await;
    app.work().await;
    let form = json!({ "email": ben.email, "password": PASSWORD });
    ben.browser.rest(Method::DELETE, "/api/auth/me", Some(&form)).await.expect(200);
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
    let address = format!("/api/integrations/refresh/x/{INES_ON_X}");
    ada.post(&address, None).await.expect(200);
});

// S4: who may only look neither tests nor gives up a choice.
both!(a_viewer_neither_tests_nor_cancels, |app| async {
    let (ada, ben) = (app.person("Ada").await, app.person("Ben").await);
    ada.connect("x", INES_ON_X).await;
    join(&app, &ada, &ben, "editor").await;
    let back = ben.allow("instagram", INES_WITH_TWO_PAGES).await;
    let flow = back.location().strip_prefix("/integrations/choose/").expect("a choice").to_owned();
    app.sql("UPDATE members SET role = 'viewer' WHERE role = 'editor'").await;
    let calls = app.sandbox().calls("x", "/2/users/me").await;
    ben.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(403);
    assert_eq!(app.sandbox().calls("x", "/2/users/me").await, calls);
    ben.browser.submit(back.location(), "/fn/cancel_choice", &[("flow", &flow)]).await;
    assert_eq!(app.rows("pending_connections").await.len(), 1, "the choice still waits");
});

/// As an answer of a moment ago told it.
async fn tell_limit(
    app: &TestApp,
    account: &Account,
    shared: bool,
    remaining: i64,
    resets_in: Duration,
) {
    let (now, db) = (app.backend().clock.now(), &app.backend().db);
    let name = if shared { "Calls of this server" } else { "Profile reads" };
    let resets_at = Some(now + resets_in);
    let told =
        limits::LimitReading { name, maximum: Some(75), remaining, resets_at, observed_at: now };
    let mut tx = db.begin().await.expect("a transaction");
    if shared {
        limits::upsert_platform_limit(&mut tx, &account.provider, &told).await.expect("it is kept");
    } else {
        limits::upsert_account_limit(&mut tx, account.id, &told).await.expect("it is kept");
    }
    tx.commit().await.expect("a commit");
}

// H5: where X told that nothing is left, no call is burnt to hear it again; a new token is another
// matter, and when the window is over everything goes on.
both!(a_call_waits_where_nothing_is_left_of_its_limit, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let row = account(&app, &ada, "x", INES_ON_X).await;
    tell_limit(&app, &row, false, 0, Duration::minutes(10)).await;
    let calls = async || app.sandbox().calls("x", "/2/users/me").await;
    let begun = calls().await;
    let test = format!("/api/integrations/test/x/{INES_ON_X}");
    let tested = ada.post(&test, None).await.expect(200).data();
    assert_eq!(tested["ok"], false, "{tested}");
    assert!(tested.to_string().contains("asks us to slow down until"), "{tested}");
    assert_eq!(calls().await, begun, "nobody called");
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
    let refreshed = app.sandbox().calls("x", X_TOKENS).await;
    ada.post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None).await.expect(200);
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await - refreshed, 1, "a token is renewed");
    app.later(Duration::minutes(10)).await;
    assert_eq!(ada.post(&test, None).await.expect(200).data()["ok"], true);
    assert_eq!(calls().await - begun, 1);
});

// H5: what all accounts of the server share holds up all of them, in every workspace.
both!(a_limit_of_the_whole_server_holds_up_everybody, |app| async {
    let (mara, ben) = (app.person("Mara").await, app.person("Ben").await);
    for person in [&mara, &ben] {
        person.connect("reddit", MARA_ON_REDDIT).await;
    }
    let test = format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}");
    let row = account(&app, &mara, "reddit", MARA_ON_REDDIT).await;
    tell_limit(&app, &row, true, 0, Duration::minutes(10)).await;
    assert_eq!(ben.post(&test, None).await.expect(200).data()["ok"], false);
    // What one account heard before is not what is true now.
    tell_limit(&app, &row, true, 3, Duration::minutes(10)).await;
    app.sql("UPDATE account_limits SET remaining = 0, name = 'Calls of this server'").await;
    assert_eq!(ben.post(&test, None).await.expect(200).data()["ok"], true);
});

// H5: where the reset lies far ahead, what was told is believed for a quarter of an hour; then one
// call asks whether it is still so, and the others wait for its answer, but not for ever.
both!(one_call_asks_whether_a_limit_is_still_used_up, |app| async {
    let (mara, ben) = (app.person("Mara").await, app.person("Ben").await);
    for person in [&mara, &ben] {
        person.connect("reddit", MARA_ON_REDDIT).await;
    }
    let row = account(&app, &mara, "reddit", MARA_ON_REDDIT).await;
    let calls = async || app.sandbox().calls("reddit", "/api/v1/me").await;
    let address = format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}");
    let test = async |who: &Person| who.post(&address, None).await.expect(200).data();
    for shared in [true, false] {
        tell_limit(&app, &row, shared, 0, Duration::hours(6)).await;
        // Her own limit is no matter of Ben's.
        let other = if shared { &ben } else { &mara };
        let begun = calls().await;
        app.later(Duration::minutes(14)).await;
        assert_eq!((test(&mara).await["ok"].clone(), calls().await), (json!(false), begun));
        app.later(Duration::minutes(1)).await;
        app.sandbox().trouble("reddit", "/api/v1/me", "cut", None).await;
        assert_eq!(test(&mara).await["ok"], false);
        let asked = calls().await;
        assert!(asked > begun, "one asks, and is not answered");
        app.sandbox().calm().await;
        let waits = test(other).await;
        assert!(waits.to_string().contains("asks us to slow down until"), "{waits}");
        assert_eq!(calls().await, asked, "the others do not ask beside it");
        app.later(Duration::minutes(1)).await;
        assert_eq!(test(other).await["ok"], true, "the next one does");
        // An answer that tells of another limit says nothing of this one.
        tell_limit(&app, &row, shared, 3, Duration::hours(6)).await;
        assert_eq!(test(&mara).await["ok"], true);
    }
});

// T6: what the old credential was asked for and never answered is not held against a new one.
both!(reconnecting_closes_what_was_never_answered, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let id = word(&ada.integration("x", INES_ON_X).await, "id").to_owned();
    app.sql(
        "INSERT INTO refresh_journal (id, workspace_id, account_id, epoch, credential_hash, \
         unanswered_attempts, started_at)
         SELECT id, workspace_id, id, 7, access_token, 0, created_at FROM oauth_accounts",
    )
    .await;
    ada.reconnect("x", &id, INES_ON_X).await;
    assert!(app.rows("refresh_journal").await.is_empty());
});

// T7: a wait that was set since an account was read is not undone by marking the account.
both!(marking_an_account_keeps_the_wait_of_its_refresh, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let row = account(&app, &ada, "x", INES_ON_X).await;
    let (now, next) = (app.backend().clock.now(), row.next_refresh_at);
    let wait = now + Duration::minutes(50);
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    tasks::postpone(&mut tx, row.id, Kind::Refresh, wait, 1, None).await.expect("a wait");
    assert!(accounts::mark(&mut tx, &row, row.status, None, next, now).await.expect("a mark"));
    tx.commit().await.expect("a commit");
    let waits = account(&app, &ada, "x", INES_ON_X).await.next_refresh_at.expect("a time");
    assert!((waits - wait).abs() < Duration::seconds(1) && Some(waits) != next, "{waits}");
});

// T10: an end that was read before somebody reconnected marks nothing.
both!(an_end_that_lies_ahead_again_marks_nothing, |app| async {
    let ada = app.person("Ada").await;
    app.sandbox()
        .lifetimes("tiktok", json!({ "accessSeconds": 3600, "refreshSeconds": 86_400 }))
        .await;
    ada.connect("tiktok", INES_ON_TIKTOK).await;
    let row = account(&app, &ada, "tiktok", INES_ON_TIKTOK).await;
    mark_expired(app.backend(), row.workspace_id, row.id).await.expect("nothing to do");
    let stored = async || app.texts("SELECT status FROM oauth_accounts").await;
    assert_eq!(stored().await, ["connected"]);
    app.later(Duration::days(2)).await;
    mark_expired(app.backend(), row.workspace_id, row.id).await.expect("it has ended");
    assert_eq!(stored().await, ["expired"]);
});

// S9: a refresh token that was sealed anew since it was read stays as it is.
both!(renewing_writes_back_no_refresh_token_that_was_only_read, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let read = account(&app, &ada, "x", INES_ON_X).await;
    app.sql("UPDATE oauth_accounts SET refresh_token = access_token").await;
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    assert!(accounts::renew(&mut tx, read.version, &read, None).await.expect("it is renewed"));
    tx.commit().await.expect("a commit");
    let stored = account(&app, &ada, "x", INES_ON_X).await;
    assert!(stored.refresh_token == read.access_token);
});
