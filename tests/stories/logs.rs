//! H3: what the people who run the server read about a failure, found by the reference that its
//! owner was told.

use reqwest::Method;
use serde_json::{Value, json};

use super::cast::*;
use crate::support::{Answer, both, log};

/// The lines of a request that have all of these fields.
fn with(answer: &Answer, fields: Value) -> Vec<Value> {
    let wanted = fields.as_object().expect("fields").clone();
    let all = log::of_answer(answer);
    assert!(!all.is_empty(), "nothing was logged for {}", answer.header("x-correlation-id"));
    all.into_iter().filter(|line| wanted.iter().all(|(name, value)| line[name] == *value)).collect()
}

#[track_caller]
fn assert_logged(answer: &Answer, fields: Value) -> Value {
    let found = with(answer, fields.clone());
    assert_eq!(found.len(), 1, "{fields} among {:#?}", log::of_answer(answer));
    found[0].clone()
}

// H3, S9: every call of a platform that is down, and what the person was told, under one reference.
both!(a_platform_that_is_down_is_logged_call_by_call, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/users/me", "503", None).await;
    let before = app.metrics().await;
    let answer = ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await;
    let call = json!({ "message": "platform call", "platform": "x", "endpoint": "GET \
        /2/users/me", "status": "503" });
    let calls = with(&answer, call);
    assert_eq!(
        calls.iter().map(|line| line["attempt"].as_u64()).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3), Some(4)]
    );
    for line in &calls {
        assert!(
            line["latency_ms"].is_u64() && line["level"] == "INFO" && line["timestamp"].is_string(),
            "{line}"
        );
    }
    let route = "/api/integrations/test/{provider}/{accountId}";
    let answered = assert_logged(
        &answer,
        json!({ "message": "request completed", "method": "POST", "route": route }),
    );
    assert_eq!(answered["status"], answer.status);
    let down = [("platform", "x"), ("status", "503")];
    assert_eq!(app.metrics().await.since(&before, "huntaze_platform_calls_total", &down), 4.0);
});

// H3, C4: each step of a connection, and why it failed.
both!(every_step_of_a_connection_is_logged, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    let answer = ada.post("/api/integrations/connect/x", None).await.expect(200);
    assert_logged(&answer, json!({ "platform": "x", "step": "started" }));
    let back = ada.allow("x", INES_ON_X).await;
    for step in ["returned", "exchanged", "connected"] {
        assert_logged(&back, json!({ "platform": "x", "step": step }));
    }
    assert_logged(
        &back,
        json!({ "message": "platform call", "endpoint": "POST /2/oauth2/token", "status": "200" }),
    );

    let denied = ada.decide("tiktok", &[("account", INES_ON_TIKTOK), ("decision", "deny")]).await;
    let line = assert_logged(
        &denied,
        json!({ "platform": "tiktok", "step": "callback", "outcome": "cancelled" }),
    );
    assert_eq!(line["level"], "WARN");
    let made_up =
        ada.browser.open("/api/integrations/callback/x?code=of-nobody&state=never-begun").await;
    assert_logged(
        &made_up,
        json!({ "platform": "x", "step": "callback", "outcome": "unknown_state" }),
    );
    let empty = json!({ "credentials": { "cookie": "", "xBc": "", "userAgent": "" } });
    let pasted = ada.post("/api/integrations/connect/onlyfans", Some(empty)).await.expect(422);
    assert_logged(
        &pasted,
        json!({ "platform": "onlyfans", "step": "session", "outcome": "validation" }),
    );
});

// H3: the answer's header, its body, the line and the toast name the same reference.
both!(a_reference_finds_the_line, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    let refused = ada.post("/api/integrations/connect/myspace", None).await.expect(404);
    assert_eq!(refused.json()["correlationId"], refused.header("x-correlation-id"));
    assert_logged(&refused, json!({ "message": "no such platform", "kind": "NotFound" }));
    let page = ada.browser.open("/integrations").await.expect(200);
    assert_logged(
        &page,
        json!({ "message": "request completed", "route": "/integrations", "status": 200 }),
    );
    let elsewhere = ada
        .browser
        .send(ada.browser.request(Method::GET, "/").header("host", "another.example"))
        .await
        .expect(421);
    assert_logged(&elsewhere, json!({ "message": "request completed", "status": 421 }));
});

// H3, S5: a limit that somebody met, by its name and never by who it was.
both!(
    a_limit_that_is_met_is_logged_and_counted,
    config = |config| config.limits =
        huntaze::server::config::Limits { auth: 1, ..huntaze::server::config::Limits::none() },
    |app| async {
        log::listen();
        let ada = app.person("Ada").await;
        let before = app.metrics().await;
        let login = json!({ "email": ada.email, "password": "not this one" });
        let refused = app
            .stranger("Ada")
            .browser
            .rest(Method::POST, "/api/auth/login", Some(&login))
            .await
            .expect(429);
        assert_logged(&refused, json!({ "message": "rate limit exceeded", "class": "auth" }));
        assert_logged(
            &refused,
            json!({ "message": "request completed", "route": "/api/auth/login", "status": 429 }),
        );
        assert_eq!(
            app.metrics().await.since(
                &before,
                "huntaze_rate_limited_requests_total",
                &[("limit", "auth")]
            ),
            1.0
        );
    }
);
