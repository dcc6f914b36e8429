//! What is durable, and in which order: a token or a session that exists nowhere else is written
//! down before anything else is; lease, row and journal are touched in one order everywhere; and
//! what can't be written now is written later.

use std::time::{Duration as Patience, Instant};

use chrono::Duration;
use futures::FutureExt;
use huntaze::server::db::refreshes;
use huntaze::server::domain::access::RefreshReason;
use huntaze::server::domain::access::steps::{self, Attempt, LeaseOutcome};
use huntaze::server::platform::Credential;
use huntaze::server::vault::SealContext;
use huntaze::server::web;
use leptos::config::LeptosOptions;
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::access::{allow, pair, refuse};
use super::cast::*;
use super::refreshing::account;
use crate::support::{Engine, PASSWORD, Person, TestApp, both, log};
use crate::sweep::until;

const X_TOKENS: &str = "/2/oauth2/token";
const REFRESH: &str = "/api/integrations/refresh/x/1427750916318339072";

/// From now on the database notes in which order these are written: `("UPDATE ON breakers",
/// "breaker")`.
async fn watch(app: &TestApp, writes: &[(&str, &str)]) {
    let id = match app.engine() {
        Engine::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        Engine::Postgres => "BIGSERIAL PRIMARY KEY",
    };
    app.sql(&format!("CREATE TABLE written (id {id}, what TEXT NOT NULL)")).await;
    if app.engine() == Engine::Postgres {
        app.sql(
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO \
             written (what) VALUES (TG_ARGV[0]); RETURN NULL; END $$",
        )
        .await;
    }
    for (n, (on, what)) in writes.iter().enumerate() {
        let note = match app.engine() {
            Engine::Sqlite => format!("BEGIN INSERT INTO written (what) VALUES ('{what}'); END"),
            Engine::Postgres => format!("FOR EACH ROW EXECUTE FUNCTION note('{what}')"),
        };
        app.sql(&format!("CREATE TRIGGER note_{n} AFTER {on} {note}")).await;
    }
}

/// What was written since this was asked last.
async fn written(app: &TestApp) -> Vec<String> {
    let noted = app.texts("SELECT what FROM written ORDER BY id").await;
    app.sql("DELETE FROM written").await;
    noted
}

const REFRESHING: [(&str, &str); 8] = [
    ("INSERT ON refresh_leases", "lease"),
    ("UPDATE ON refresh_leases", "lease"),
    ("INSERT ON refresh_journal", "intent"),
    ("UPDATE ON refresh_journal", "answer"),
    ("DELETE ON refresh_journal", "closed"),
    ("UPDATE ON oauth_accounts", "row"),
    ("INSERT ON pending_revocations", "revocation"),
    ("UPDATE ON breakers", "breaker"),
];

/// A platform whose breaker has been open, and that may be asked now.
async fn may_be_asked_again(app: &TestApp, provider: &str) {
    let before = (app.backend().clock.now() - Duration::seconds(1)).to_rfc3339();
    app.sql(&format!(
        "INSERT INTO breakers (provider, open_count, open_until) VALUES ('{provider}', 1, \
         '{before}')"
    ))
    .await;
    // Whatever this process had read is old by then.
    app.later(Duration::seconds(3)).await;
}

/// Ada's refresh of X as far as its intent.
async fn intent(app: &TestApp, ada: &Person) -> Attempt {
    let row = account(app, ada, "x", INES_ON_X).await;
    let why = RefreshReason::Renew { seen: row.version };
    let outcome = steps::begin_attempt(app.backend(), row.workspace_id, row.id, why)
        .await
        .expect("a lease outcome");
    let LeaseOutcome::Mine(attempt) = outcome else { panic!("nobody else renews it") };
    *attempt
}

/// X renews the token, and its answer is durable when the process dies.
async fn answered(app: &TestApp, ada: &Person) {
    let (backend, attempt) = (app.backend(), intent(app, ada).await);
    let row = account(app, ada, "x", INES_ON_X).await;
    let open = |sealed: &Option<Vec<u8>>, column| {
        let place = SealContext::new("oauth_accounts", row.id.0, column);
        backend.vault.open(sealed.as_ref().expect("a token"), place).expect("it opens")
    };
    let held = Credential {
        access: open(&row.access_token, "access_token"),
        refresh: Some(open(&row.refresh_token, "refresh_token")),
        grant_key: None,
    };
    let x = backend.platforms.get("x").expect("X");
    let grant = x.refresh(&held).await.expect("a new pair");
    let now = backend.clock.now();
    attempt.record(backend, &grant, now, Instant::now()).await.expect("it is durable");
}

// T5, T6: the answer is durable before the breaker hears of it, and lease, row and journal come in
// one order, however it ends.
both!(a_refresh_writes_its_answer_before_anything_else, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    may_be_asked_again(&app, "x").await;
    watch(&app, &REFRESHING).await;
    ada.post(REFRESH, None).await.expect(200);
    let all =
        ["lease", "intent", "breaker", "lease", "answer", "breaker", "lease", "row", "closed"];
    assert_eq!(written(&app).await, all);

    app.sandbox().revoke("x", INES_ON_X).await;
    app.later(Duration::minutes(2)).await;
    assert!(ada.post(REFRESH, None).await.status >= 400);
    assert_eq!(written(&app).await, ["lease", "intent", "lease", "lease", "row", "closed"]);
});

// T6, C11: who disconnects comes in the same order, and what was answered by then is given back
// with what the row holds.
both!(disconnecting_gives_back_an_answer_that_was_not_stored_yet, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    answered(&app, &ada).await;
    watch(&app, &REFRESHING).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    let order = written(&app).await;
    assert_eq!(order, ["lease", "row", "closed", "revocation", "revocation"]);
    assert_eq!(app.sandbox().live_grants("x").await, 0, "at once");
    assert!(app.rows("refresh_journal").await.is_empty());
    assert!(app.rows("pending_revocations").await.is_empty());
});

// U1, C11: the same where the account goes with its workspace, and the journal with it.
both!(leaving_gives_back_an_answer_that_was_not_stored_yet, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    answered(&app, &ada).await;
    let form = json!({ "email": ada.email, "password": PASSWORD });
    ada.browser.rest(Method::DELETE, "/api/auth/me", Some(&form)).await.expect(200);
    app.later(Duration::minutes(2)).await;
    app.work().await;
    assert_eq!(app.sandbox().live_grants("x").await, 0);
});

// T5: a lease that was given back is free, whatever a prolonging that is still on its way says.
both!(a_lease_that_was_given_back_is_not_prolonged, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let (backend, attempt) = (app.backend(), intent(&app, &ada).await);
    let line = attempt.line().clone();
    // It was sent a moment ago, and the database took its time.
    let (sent, until) =
        (backend.clock.now() - Duration::seconds(1), backend.clock.now() + Duration::seconds(89));
    let answer = pair("x");
    let answer = attempt.record(backend, &answer, sent, Instant::now()).await.expect("it is kept");
    attempt.settle(backend, answer).await.expect("it is stored").1.expect("the account");
    let prolonged =
        refreshes::renew_lease(&backend.db, line.account_id, line.epoch, sent, until).await;
    assert!(!prolonged.expect("an answer"));
    intent(&app, &ada).await;
});

// T6: nothing was sent where the lease could not be looked at once more: as if it had not begun.
both!(a_refresh_is_withdrawn_when_its_lease_can_not_be_prolonged, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    // A lease that is given back ends before.
    refuse(&app, "UPDATE ON refresh_leases", "WHEN (NEW.expires_at >= OLD.expires_at)").await;
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    ada.post(REFRESH, None).await.expect(500);
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await, calls, "nobody called");
    assert!(app.rows("refresh_journal").await.is_empty(), "nothing is open");
    allow(&app, "refresh_leases").await;
    ada.post(REFRESH, None).await.expect(200);
});

/// From now on every answer of OnlyFans replaces the session, and the old one is dead.
async fn rotate_sessions(app: &TestApp) {
    app.sandbox().control("onlyfans/switches", json!({ "rotatesSession": true })).await;
}

/// Once more: a session that was lost in between would be refused.
async fn assert_session_lives(app: &TestApp, mara: &Person) {
    app.later(Duration::minutes(6)).await;
    let test = format!("/api/integrations/test/onlyfans/{MARA_ON_ONLYFANS}");
    assert_eq!(mara.post(&test, None).await.expect(200).data()["ok"], true);
}

// C10, T6: the same of a pasted session that was replaced, which is the only one that lives.
both!(a_replaced_session_is_stored_before_anything_else, |app| async {
    let mara = app.person("Mara").await;
    mara.connect("onlyfans", MARA_ON_ONLYFANS).await;
    app.later(Duration::minutes(6)).await;
    rotate_sessions(&app).await;
    may_be_asked_again(&app, "onlyfans").await;
    watch(&app, &REFRESHING).await;
    let test = format!("/api/integrations/test/onlyfans/{MARA_ON_ONLYFANS}");
    assert_eq!(mara.post(&test, None).await.expect(200).data()["ok"], true);
    assert_eq!(written(&app).await[..3], ["breaker", "row", "breaker"]);
    assert_session_lives(&app, &mara).await;
});

// C10, T6: and a database that is away for a moment does not lose it.
both!(a_replaced_session_outlives_a_database_that_refuses_it, |app| async {
    log::listen();
    let mara = app.person("Mara").await;
    mara.connect("onlyfans", MARA_ON_ONLYFANS).await;
    app.later(Duration::minutes(6)).await;
    rotate_sessions(&app).await;
    refuse(&app, "UPDATE ON oauth_accounts", "").await;
    let test = format!("/api/integrations/test/onlyfans/{MARA_ON_ONLYFANS}");
    let mended = async {
        until("the database to refuse it", async || log::raw().contains("is not stored yet")).await;
        allow(&app, "oauth_accounts").await;
    };
    let (tested, ()) = futures::join!(mara.post(&test, None), mended);
    assert_eq!(tested.expect(200).data()["ok"], true);
    assert_session_lives(&app, &mara).await;
});

// H7, C10: a look at a pasted session that a page began is waited for, or what replaced it is lost.
both!(a_stop_waits_for_a_look_that_a_page_began, |app| async {
    let mara = app.person("Mara").await;
    mara.connect("onlyfans", MARA_ON_ONLYFANS).await;
    rotate_sessions(&app).await;
    app.later(Duration::hours(1)).await;
    mara.log_in().await;
    let slow = json!({ "platform": "onlyfans", "endpoint": "/users/me", "kind": "latency",
        "ms": 500 });
    app.sandbox().control("faults", slow).await;
    let calls = app.sandbox().calls("onlyfans", "/users/me").await;
    mara.page("/integrations").await;
    until("the look to be under way", async || {
        app.sandbox().calls("onlyfans", "/users/me").await > calls
    })
    .await;
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let leptos = LeptosOptions::builder().output_name("huntaze").build();
    let served = web::App::new(app.backend().clone(), leptos).expect("no list is read");
    let before = row(&app, MARA_ON_ONLYFANS).await;
    let serving = tokio::spawn(web::serve(listener, served, stopped.map(drop)));
    stop.send(()).expect("it serves");
    let ended = tokio::time::timeout(Patience::from_secs(30), serving).await;
    ended.expect("it comes to its end").expect("it ends well");
    assert_ne!(row(&app, MARA_ON_ONLYFANS).await, before, "it was not waited for");
    app.sandbox().calm().await;
    assert_session_lives(&app, &mara).await;
});

// C5, H7: a choice that can't be erased holds up none of those behind it, and is not forgotten.
both!(choices_are_given_back_past_one_that_can_not_be_erased, |app| async {
    let (ines, kofi) = (app.person("Ines").await, app.person("Kofi").await);
    ines.allow("instagram", INES_WITH_TWO_PAGES).await;
    app.sql("UPDATE pending_connections SET expires_at = '2020-01-01T00:00:00+00:00'").await;
    kofi.allow("instagram", INES_WITH_TWO_PAGES).await;
    refuse(
        &app,
        "DELETE ON pending_connections",
        "WHEN (OLD.expires_at < '2021-01-01T00:00:00+00:00')",
    )
    .await;
    app.later(Duration::minutes(11)).await;
    app.work().await;
    let left = app.rows("pending_connections").await;
    assert!(left.len() == 1 && left[0].contains("2020"), "{left:?}");
    allow(&app, "pending_connections").await;
    app.later(Duration::minutes(11)).await;
    app.work().await;
    assert!(app.rows("pending_connections").await.is_empty());
});

// U1, H7: the same of links to a new password.
both!(links_are_sent_past_one_that_can_not_be_made, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    app.mail_of(&ada.email).await;
    refuse(&app, "INSERT ON email_tokens", &format!("WHEN (NEW.email = '{}')", ada.email)).await;
    for person in [&ada, &grace] {
        let form = json!({ "email": person.email });
        let asked = person.browser.rest(Method::POST, "/api/auth/forgot", Some(&form));
        asked.await.expect(202);
    }
    app.work().await;
    assert!(app.last_mail_of(&grace.email).await.subject.contains("password"));
    allow(&app, "email_tokens").await;
    app.later(Duration::minutes(2)).await;
    app.work().await;
    assert!(app.last_mail_of(&ada.email).await.subject.contains("password"));
});
