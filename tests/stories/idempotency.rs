//! U6: a request with an Idempotency-Key happens once, whatever becomes of its answer.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::*;
use crate::support::{Answer, Person, both};

async fn post(person: &Person, path: &str, key: &str, body: Option<Value>) -> Answer {
    let request = person
        .browser
        .request(Method::POST, path)
        .bearer_auth(person.token())
        .header("idempotency-key", key);
    person
        .browser
        .send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
}

const CONNECT: &str = "/api/integrations/connect/x";

// U6: the second gets the first one's answer, to the byte; nobody else does.
both!(the_same_key_gets_the_same_answer, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    let first = post(&ada, CONNECT, "try-1", None).await.expect(200);
    let again = post(&ada, CONNECT, "try-1", None).await.expect(200);
    assert_eq!((&first.body, first.header("idempotent-replayed")), (&again.body, ""));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(app.rows("oauth_flows").await.len(), 1, "begun once");
    let state = word(&first.data(), "state").to_owned();
    assert!(!app.rows("idempotency_keys").await.join("\n").contains(&state), "sealed");

    for other in [
        post(&ada, CONNECT, "try-2", None).await,
        post(&ada, "/api/integrations/connect/reddit", "try-1", None).await,
        post(&grace, CONNECT, "try-1", None).await,
    ] {
        assert_ne!(word(&other.expect(200).data(), "state"), state);
    }
    let replayed = post(&ada, CONNECT, "try-2", None).await.data();
    let form = [("account", INES_ON_X), ("decision", "allow")];
    let back = app.sandbox().consent(word(&replayed, "authUrl"), &form).await;
    ada.toast(&ada.browser.come_back(&back).await).await.says(&["is connected"]);
});

// U6: a key belongs to one request.
both!(a_key_belongs_to_one_request, |app| async {
    let ada = app.person("Ada").await;
    let id = word(&ada.connect("x", INES_ON_X).await, "id").to_owned();
    post(&ada, CONNECT, "try-1", Some(json!({ "accountId": id }))).await.expect(200);
    let refused = post(&ada, CONNECT, "try-1", None).await.expect(422).error();
    assert_eq!(
        (word(&refused, "type"), &refused["details"]["fields"][0]["field"]),
        ("validation", &json!("Idempotency-Key"))
    );
    for bad in ["", "with a blank", &"k".repeat(256)] {
        post(&ada, CONNECT, bad, None).await.expect(422);
    }
    app.later(Duration::days(1)).await;
    ada.log_in().await;
    post(&ada, CONNECT, "try-1", None).await.expect(200);
});

// U6: what did not succeed may be tried again with the same key.
both!(a_failure_gives_the_key_back, |app| async {
    let mara = app.person("Mara").await;
    let path = "/api/integrations/connect/onlyfans";
    post(&mara, path, "try-1", Some(json!({}))).await.expect(422);
    let credentials = json!({ "credentials": app.sandbox().session(MARA_ON_ONLYFANS).await });
    let first = post(&mara, path, "try-1", Some(credentials.clone())).await.expect(201);
    let again = post(&mara, path, "try-1", Some(credentials)).await.expect(201);
    assert_eq!(first.body, again.body);
    let connected = app
        .texts(
            "SELECT action FROM audit_events WHERE action IN ('connect', 'reconnect') AND \
            result = 'done'",
        )
        .await;
    assert_eq!(connected, ["connect"], "connected once, and the platform asked once");
});

// U6: while the first is under way the second waits; where the first died with its process, the key
// is free after three minutes.
both!(a_key_outlives_a_crash, |app| async {
    let ada = app.person("Ada").await;
    post(&ada, CONNECT, "try-1", None).await.expect(200);
    // As a process leaves it that was killed before it kept the answer.
    app.sql("UPDATE idempotency_keys SET response = NULL").await;
    let waiting = post(&ada, CONNECT, "try-1", None).await.expect(409);
    assert_eq!(
        (waiting.header("retry-after"), waiting.error()["type"].as_str()),
        ("2", Some("conflict"))
    );
    app.later(Duration::minutes(3)).await;
    let second = post(&ada, CONNECT, "try-1", None).await.expect(200);
    assert_eq!(post(&ada, CONNECT, "try-1", None).await.expect(200).body, second.body);
    assert_eq!(app.rows("idempotency_keys").await.len(), 1);
});

// U6: ten at once are one.
both!(ten_at_once_are_one, |app| async {
    let ada = app.person("Ada").await;
    let answers =
        futures::future::join_all((0..10).map(|_| post(&ada, CONNECT, "try-1", None))).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)), "{answers:?}");
    let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(!good.is_empty() && good.iter().all(|answer| answer.body == good[0].body));
    assert_eq!(app.rows("oauth_flows").await.len(), 1);
});

// U6, T1: an answer that can no longer be read is no server error for a day: it is said, and the
// request is not done again.
both!(an_answer_that_does_not_open_is_said, |app| async {
    let ada = app.person("Ada").await;
    post(&ada, CONNECT, "try-1", None).await.expect(200);
    app.sql("UPDATE idempotency_keys SET response = key_hash").await;
    let refused = post(&ada, CONNECT, "try-1", None).await.expect(409).error();
    assert!(word(&refused, "userMessage").contains("can no longer be read"), "{refused}");
    assert_eq!(app.rows("oauth_flows").await.len(), 1, "begun once");
    post(&ada, CONNECT, "try-2", None).await.expect(200);
});
