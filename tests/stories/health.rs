//! H1: how the server says it is, to whoever asks, and what it does not say.

use chrono::Duration;
use serde_json::{Value, json};

use super::cast::word;
use crate::support::{Engine, MailServer, TestApp, both};

/// A look that is not the last one.
async fn look(app: &TestApp, status: u16) -> Value {
    app.later(Duration::seconds(31)).await;
    app.stranger("Probe").browser.open("/health/detailed").await.expect(status).json()
}

// H1: what the server stands on, looked at once in half a minute.
both!(health_tells_what_the_server_stands_on, |app| async {
    let probe = app.stranger("Probe").browser;
    let request =
        probe.request(reqwest::Method::GET, "/health/detailed").header("host", "10.0.0.7");
    let answer = probe.send(request).await.expect(200).json();
    assert_eq!(
        (&answer["status"], &answer["checks"]["redis"]["status"]),
        (&json!("ok"), &json!("off"))
    );
    assert!(
        answer["checks"]["database"]["latencyMs"].as_f64().is_some_and(|ms| ms < 500.0),
        "{answer}"
    );
    app.backend().db.close().await;
    assert_eq!(
        probe.open("/health/detailed").await.expect(200).json()["time"],
        answer["time"],
        "the same look"
    );
    let down = look(&app, 503).await;
    assert_eq!(
        (&down["status"], &down["checks"]["database"]["status"]),
        (&json!("down"), &json!("silent"))
    );
    assert_eq!(
        (&down["checks"]["queue"]["status"], &down["checks"]["mail"]["status"]),
        (&json!("silent"), &json!("silent"))
    );
});

// H1: a queue in which nobody works is seen from outside; given-up jobs are counted.
both!(health_tells_when_nobody_does_the_jobs, |app| async {
    app.work().await;
    let idle = look(&app, 200).await;
    let queue = &idle["checks"]["queue"];
    assert_eq!(
        (word(queue, "status"), &queue["due"], &queue["oldestDueSeconds"]),
        ("ok", &json!(0), &json!(0)),
        "{idle}"
    );
    let form = json!({ "name": "Ada", "email": "ada@stories.example",
        "password": crate::support::PASSWORD });
    app.stranger("Ada")
        .browser
        .rest(reqwest::Method::POST, "/api/auth/register", Some(&form))
        .await
        .expect(201);
    let waiting = look(&app, 200).await;
    assert_eq!(
        (&waiting["status"], &waiting["checks"]["queue"]["oldestDueSeconds"]),
        (&json!("ok"), &json!(31))
    );
    app.later(Duration::minutes(5)).await;
    let behind = look(&app, 200).await;
    let queue = &behind["checks"]["queue"];
    assert_eq!(
        (word(&behind, "status"), word(queue, "status"), &queue["due"]),
        ("degraded", "behind", &json!(1)),
        "{behind}"
    );
    app.work().await;
    let again = look(&app, 200).await;
    assert_eq!(
        (&again["status"], &again["checks"]["queue"]["due"]),
        (&json!("ok"), &json!(0)),
        "{again}"
    );
    assert!(
        again["checks"]["mail"]["lastSentAt"].is_string()
            && again["checks"]["mail"]["mode"] == "files",
        "{again}"
    );
});

// H1, S9: a mail server that takes nothing is seen, and neither its host nor its words are told to
// strangers.
async fn a_mail_server_that_fails_is_seen(engine: Engine) {
    let server = MailServer::start().await;
    let app = TestApp::start(engine, |config| {
        config.mail.url = Some(format!("smtp://huntaze:hunter2@{}", server.addr).into());
        config.mail.from = Some("Huntaze <huntaze@stories.example>".into());
    });
    let Some(app) = app.await else { return };
    server.is_busy();
    let form = json!({ "name": "Ada", "email": "ada@stories.example",
        "password": crate::support::PASSWORD });
    app.stranger("Ada")
        .browser
        .rest(reqwest::Method::POST, "/api/auth/register", Some(&form))
        .await
        .expect(201);
    app.work().await;
    let failing = look(&app, 200).await;
    let mail = &failing["checks"]["mail"];
    assert_eq!(
        (word(&failing, "status"), word(mail, "status"), word(mail, "mode")),
        ("degraded", "failing", "smtp"),
        "{failing}"
    );
    assert!(mail["lastFailedAt"].is_string() && mail["lastSentAt"].is_null(), "{failing}");
    let text = failing.to_string();
    for secret in
        ["hunter2", "127.0.0.1", "localhost", "stories.example", &server.addr.port().to_string()]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    server.is_well();
    app.later(Duration::hours(1)).await;
    app.work().await;
    let well = look(&app, 200).await;
    assert_eq!(
        (word(&well, "status"), word(&well["checks"]["mail"], "status")),
        ("ok", "ok"),
        "{well}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_mail_server_that_fails_is_seen_on_sqlite() {
    a_mail_server_that_fails_is_seen(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_mail_server_that_fails_is_seen_on_postgres() {
    a_mail_server_that_fails_is_seen(Engine::Postgres).await;
}
