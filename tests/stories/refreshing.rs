//! Refreshing ahead, once, and through whatever happens: leases, the journal, the scheduler,
//! outages.

use std::sync::Arc;
use std::time::Duration as Patience;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use huntaze::server::config::Config;
use huntaze::server::domain::access::{RefreshReason, fresh_token, open_until, run_due_tasks};
use huntaze::server::identity::identify;
use huntaze::server::{Backend, db, start};
use secrecy::ExposeSecret;

use super::cast::*;
use super::keys::multiply;
use crate::support::cross_origin::{self, Behind};
use crate::support::{Person, TestApp, both, log, text};

const X_TOKENS: &str = "/2/oauth2/token";

pub async fn account(
    app: &TestApp,
    person: &Person,
    provider: &str,
    id: &str,
) -> db::accounts::Account {
    // Their token may have run out meanwhile.
    person.log_in().await;
    let bearer = format!("Bearer {}", person.token()).parse().expect("a header");
    let headers = http::HeaderMap::from_iter([(http::header::AUTHORIZATION, bearer)]);
    let actor = identify(app.backend(), &headers)
        .await
        .expect("the database answers")
        .expect("they are logged in");
    let found =
        db::accounts::by_platform_id(&app.backend().db, actor.workspace, provider, id).await;
    found.expect("the database answers").expect("a row")
}

/// Another process on the same database: with its own connections and its own memory.
async fn another(app: &TestApp) -> Backend {
    start::backend(app.backend().config.clone(), app.backend().clock.clone())
        .await
        .expect("a second backend")
}

// T5: a thousand callers in two processes make one call, and all get its token.
both!(a_thousand_callers_in_two_processes_make_one_call, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox()
        .control(
            "faults",
            serde_json::json!({ "platform": "x", "endpoint": X_TOKENS,
            "kind": "latency", "ms": 300 }),
        )
        .await;
    let row = account(&app, &ada, "x", INES_ON_X).await;
    app.later(Duration::hours(3)).await;
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    let other = another(&app).await;
    let callers = (0..1000).map(|n| {
        let backend = if n % 2 == 0 { app.backend() } else { &other };
        fresh_token(backend, row.clone(), RefreshReason::Use)
    });
    let tokens: Vec<String> = futures::future::join_all(callers)
        .await
        .into_iter()
        .map(|outcome| outcome.expect("a token").1.expose_secret().to_owned())
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "the losers get the winner's token");
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, 1);
    assert!(app.rows("refresh_journal").await.is_empty(), "nothing is left open");
    other.db.close().await;
});

// T4: tokens are renewed before anybody asks, once each, and their next time is put down.
both!(the_scheduler_renews_ahead_of_the_end, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.connect("tiktok", INES_ON_TIKTOK).await;
    app.work().await;
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    app.later(Duration::minutes(114)).await;
    futures::future::join(app.work(), app.work()).await;
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, 1);
    app.work().await;
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, 1, "it is not due again");
    let row = account(&app, &ada, "x", INES_ON_X).await;
    assert!(row.next_refresh_at.is_some_and(|at| at > app.backend().clock.now()));
});

/// More than one process refreshes at once.
const STORM: usize = 24;

/// X, answering the refreshes of a storm only once all of them have come: fewer wait in vain.
fn all_or_none(config: &mut Config) {
    config.worker.lane_width = 16;
    let all = Arc::new(tokio::sync::Barrier::new(STORM));
    cross_origin::stand(config, |behind| {
        Router::new().fallback(move |request: Request| storm(behind.clone(), all.clone(), request))
    });
}

async fn storm(behind: Behind, all: Arc<tokio::sync::Barrier>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 1 << 16).await.expect("a form");
    if !String::from_utf8_lossy(&body).contains("refresh_token=refresh_token") {
        return behind.ask(&parts, body).await.expect("an answer").into_response();
    }
    match tokio::time::timeout(Patience::from_secs(60), all.wait()).await {
        Ok(_) => {
            let tokens = serde_json::json!({ "token_type": "bearer", "expires_in": 7200,
                "access_token": "new", "refresh_token": "newer" });
            (StatusCode::OK, tokens.to_string()).into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

// T4: what is due is shared by the processes: each takes what no other has.
both!(two_processes_share_a_storm, config = |config| all_or_none(config), |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    multiply(&app, &ada, STORM).await;
    app.later(Duration::minutes(114)).await;
    let other = another(&app).await;
    let (one, two) = futures::join!(run_due_tasks(app.backend()), run_due_tasks(&other));
    one.and(two).expect("both rounds end");
    let failed = app.texts("SELECT provider FROM account_tasks WHERE failures > 0").await;
    assert!(failed.is_empty(), "one process did not have all of them at hand: {failed:?}");
    let renewed = app
        .texts("SELECT provider_account_id FROM oauth_accounts WHERE issued_at > connected_at")
        .await;
    assert_eq!(renewed.len(), STORM + 1);
    other.db.close().await;
});

/// X, which does not tell how long its tokens live.
fn endless(config: &mut Config) {
    cross_origin::stand(config, |behind| {
        Router::new().fallback(move |request: Request| untold(behind.clone(), request))
    });
}

async fn untold(behind: Behind, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 1 << 16).await.expect("a form");
    let mut told = behind.ask(&parts, body).await.expect("an answer");
    if parts.uri.path().ends_with(X_TOKENS) {
        let mut answer: serde_json::Value = serde_json::from_slice(&told.body).expect("JSON");
        answer["expires_in"] = 0.into();
        told.body = answer.to_string().into();
    }
    told.into_response()
}

// T4: a life of zero is not told. Such a token is renewed soon, to see whether it can be, and
// again.
both!(
    a_token_whose_life_was_not_told_is_renewed_soon,
    config = |config| endless(config),
    |app| async {
        let ada = app.person("Ada").await;
        ada.connect("x", INES_ON_X).await;
        assert_eq!(ada.integration("x", INES_ON_X).await["expiresAt"], serde_json::Value::Null);
        let calls = app.sandbox().calls("x", X_TOKENS).await;
        for round in 1..4 {
            app.later(Duration::minutes(50)).await;
            app.work().await;
            assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, round - 1, "not yet");
            app.later(Duration::minutes(10)).await;
            app.work().await;
            assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, round);
        }
        app.sandbox().revoke("x", INES_ON_X).await;
        app.later(Duration::hours(1)).await;
        app.work().await;
        ada.log_in().await;
        assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "error");
    }
);

// T6: where a repeat may end the grant, an answer that never came lets the old token
// be used to its end; then one more try, and its refusal says what happened.
both!(an_answer_that_never_came_is_told_truthfully, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    // As a crash leaves it: begun, and nothing more known.
    app.sql(
        "INSERT INTO refresh_journal (id, workspace_id, account_id, epoch, credential_hash, \
         unanswered_attempts, started_at)
         SELECT id, workspace_id, id, 0, access_token, 0, created_at FROM oauth_accounts",
    )
    .await;
    app.later(Duration::minutes(117)).await;
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    app.work().await;
    let row = account(&app, &ada, "x", INES_ON_X).await;
    fresh_token(app.backend(), row, RefreshReason::Use).await.expect("the old token");
    assert_eq!(
        app.sandbox().calls("x", X_TOKENS).await,
        calls,
        "the old token lives: nothing is risked"
    );
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
    // X had renewed it: what we hold is spent.
    app.sandbox().revoke("x", INES_ON_X).await;
    app.later(Duration::minutes(4)).await;
    app.work().await;
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, 1, "one last try");
    let broken = ada.integration("x", INES_ON_X).await;
    assert_eq!((word(&broken, "status"), word(&broken, "reason")), ("error", "answer_lost"));
    assert!(text(&ada.page("/integrations").await).contains("its answer never reached us"));
    assert!(app.rows("refresh_journal").await.is_empty());
});

// T7: an outage of 72 hours, of a kind that never answers, disconnects nobody; afterwards
// everything is as before.
both!(an_outage_of_72_hours_disconnects_nobody, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    for platform in ["x", "reddit"] {
        app.sandbox()
            .control("faults", serde_json::json!({ "platform": platform, "kind": "cut" }))
            .await;
    }
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    for _ in 0..72 {
        app.later(Duration::hours(1)).await;
        app.work().await;
    }
    ada.log_in().await;
    let summary = ada.status().await["summary"].clone();
    assert_eq!(summary["connected"], 2, "{summary}");
    let tried = app.sandbox().calls("x", X_TOKENS).await - calls;
    assert!((1..=80).contains(&tried), "tried {tried} times: neither given up nor hammered");
    app.sandbox().calm().await;
    app.later(Duration::hours(1)).await;
    app.work().await;
    app.later(Duration::minutes(5)).await;
    app.work().await;
    for (platform, id) in [("x", INES_ON_X), ("reddit", MARA_ON_REDDIT)] {
        let tested = ada
            .post(&format!("/api/integrations/test/{platform}/{id}"), None)
            .await
            .expect(200)
            .data();
        assert_eq!(tested["ok"], true, "{tested}");
        assert_eq!(account(&app, &ada, platform, id).await.refresh_failures, 0);
    }
});

// H5: an account that gets no answer may have a trouble of its own: the others go on. Once nobody
// gets one, nobody calls, in no process, until a probe is answered.
both!(three_accounts_without_an_answer_are_the_platforms_trouble_and_one_is_not, |app| async {
    log::listen();
    let mut people = Vec::new();
    for name in ["Ada", "Ben", "Cleo"] {
        let person = app.person(name).await;
        person.connect("x", INES_ON_X).await;
        people.push(person);
    }
    let refresh = format!("/api/integrations/refresh/x/{INES_ON_X}");
    let press = async |who: usize| people[who].post(&refresh, None).await.status;
    app.sandbox().trouble("x", X_TOKENS, "cut", None).await;
    for _ in 0..8 {
        assert!(press(0).await >= 500);
    }
    app.sandbox().calm().await;
    assert_eq!(press(1).await, 200, "Ada's trouble is not Ben's");

    app.sandbox().trouble("x", X_TOKENS, "cut", None).await;
    // A token of a moment ago would be the answer.
    app.later(Duration::minutes(1)).await;
    let other = another(&app).await;
    let x = other.platforms.get("x").expect("X");
    for who in [1, 2] {
        assert_eq!(open_until(&other, x).await.expect("an answer"), None);
        assert!(press(who).await >= 500);
    }
    let state = async || {
        app.metrics().await.value("huntaze_platform_circuit_breaker_state", &[("platform", "x")])
    };
    assert_eq!(state().await, 2.0, "three of them, and most of the latest calls");
    assert!(log::raw().contains("circuit breaker opened"));
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    assert_eq!(press(0).await, 503);
    app.later(Duration::seconds(3)).await;
    let until = open_until(&other, x).await.expect("an answer").expect("the other process knows");
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await, calls, "nobody called");

    // The probe is not answered: it stays open for twice as long.
    app.later(Duration::seconds(30)).await;
    assert!(press(2).await >= 500);
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await - calls, 1, "one call");
    app.later(Duration::seconds(3)).await;
    assert!(
        open_until(&other, x).await.expect("an answer").expect("still")
            > until + Duration::seconds(60)
    );
    app.sandbox().calm().await;
    app.later(Duration::seconds(60)).await;
    assert_eq!(press(1).await, 200);
    assert_eq!((state().await, press(0).await), (0.0, 200));
    app.later(Duration::seconds(3)).await;
    assert_eq!(open_until(&other, x).await.expect("an answer"), None);
    other.db.close().await;
});

// H5, T7: a platform that does not answer is left alone for a while, which is said without blame; a
// probe ends it.
both!(a_silent_platform_is_left_alone_until_a_probe_is_answered, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", X_TOKENS, "cut", None).await;
    let refresh = format!("/api/integrations/refresh/x/{INES_ON_X}");
    for _ in 0..5 {
        assert!(ada.post(&refresh, None).await.status >= 500);
    }
    let calls = app.sandbox().calls("x", X_TOKENS).await;
    let refused = ada.post(&refresh, None).await.expect(503).error();
    assert!(word(&refused, "userMessage").contains("Next try at"), "{refused}");
    assert_eq!(app.sandbox().calls("x", X_TOKENS).await, calls, "nobody called");
    assert!(text(&ada.page("/integrations").await).contains("X is having trouble. Next try at"));
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
    // T9: and it stands in the platform's health.
    let health = ada.get("/api/integrations/health/x").await.expect(200).data();
    assert!(health["nextTryAt"].is_string() && health["healthy"] == true, "{health}");
    assert_eq!(health["accounts"][0]["refreshFailures"], 5);
    app.sandbox().calm().await;
    app.later(Duration::seconds(31)).await;
    ada.post(&refresh, None).await.expect(200);
    assert!(!text(&ada.page("/integrations").await).contains("is having trouble"));
});
