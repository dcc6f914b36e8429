//! `Idempotency-Key` as a way to other people's answers, or to do twice what happens once.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::raw::Raw;
use super::*;
use crate::stories::cast::{INES_ON_X, word};
use crate::support::both;

const CONNECT: &str = "/api/integrations/connect/x";

async fn post(person: &Person, path: &str, key: &str, body: Option<Value>) -> Answer {
    let request = person
        .browser
        .request(Method::POST, path)
        .bearer_auth(person.token())
        .header("idempotency-key", key);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    person.browser.send(request).await
}

// U6, S4: a key that Mallory guessed or read is his own: he gets nothing that Ada's request was
// answered, nor stops it.
both!(a_key_of_another_person, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let watch = Watch::over(&app, &[&ada]).await;
    let taken = post(&mallory, CONNECT, "connect-1", None).await.expect(200);
    let hers = post(&ada, CONNECT, "connect-1", None).await.expect(200);
    assert_eq!(hers.header("idempotent-replayed"), "", "taken by Mallory first, and still hers");
    let his = post(&mallory, CONNECT, "connect-1", None).await.expect(200);
    watch.assert_silent("a key of Ada's", &his);
    let state = |answer: &Answer| word(&answer.data(), "state").to_owned();
    assert_eq!(state(&his), state(&taken));
    assert_ne!(state(&his), state(&hers));
    let nobody = app.stranger("Nobody").browser;
    let request = nobody.request(Method::POST, CONNECT).header("idempotency-key", "connect-1");
    let answer = nobody.send(request).await.expect(401);
    assert!(!answer.body.contains(&state(&hers)));
});

// U6, S4: in another workspace of hers the key is another one, and after she has left a workspace
// its answers are nobody's.
both!(a_key_from_another_workspace, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    let first = post(&ada, CONNECT, "connect-1", None).await.expect(200);
    app.sql(
        "INSERT INTO members (workspace_id, user_id, role)
         SELECT m.workspace_id, u.id, 'editor' FROM members m, users u
         WHERE u.email = 'ada@stories.example' AND m.user_id = (SELECT id FROM users WHERE email = \
         'grace@stories.example')",
    )
    .await;
    app.sql(
        "UPDATE sessions SET workspace_id = (SELECT m.workspace_id FROM members m JOIN users u ON \
         u.id = m.user_id
         WHERE u.email = 'grace@stories.example') WHERE user_id = (SELECT id FROM users WHERE \
         email = 'ada@stories.example')",
    )
    .await;
    let there = post(&ada, CONNECT, "connect-1", None).await.expect(200);
    assert_eq!(there.header("idempotent-replayed"), "");
    assert_ne!(word(&there.data(), "state"), word(&first.data(), "state"));
    let graces = post(&grace, CONNECT, "connect-1", None).await.expect(200);
    assert_eq!(
        graces.header("idempotent-replayed"),
        "",
        "nor does somebody else of that workspace get it"
    );
});

// U6: the same key for something else: another body is refused, another route is another request.
both!(a_key_for_another_request, |app| async {
    let ada = app.person("Ada").await;
    let id = word(&ada.connect("x", INES_ON_X).await, "id").to_owned();
    let first =
        post(&ada, CONNECT, "connect-1", Some(json!({ "accountId": id }))).await.expect(200);
    let watch = Watch::over(&app, &[&ada]).await;
    for body in [
        None,
        Some(json!({})),
        Some(json!({ "accountId": id, "attested": 1 })),
        Some(json!({ "accountId": null })),
    ] {
        let refused = post(&ada, CONNECT, "connect-1", body).await.expect(422);
        assert!(!refused.body.contains(word(&first.data(), "state")), "{}", refused.body);
    }
    watch.assert_unchanged("another body").await;
    for path in [
        "/api/integrations/connect/reddit",
        "/api/integrations/connect/x/",
        "/api/integrations/connect/X",
        "/api/integrations/connect/%78",
    ] {
        let other = post(&ada, path, "connect-1", Some(json!({ "accountId": null }))).await;
        assert!(
            other.status < 500 && other.header("idempotent-replayed").is_empty(),
            "{path}: {}",
            other.body
        );
    }
});

// U6, S6: what is no key: too long, with characters that end lines or are none, several at once.
both!(a_key_that_is_none, |app| async {
    let ada = app.person("Ada").await;
    let watch = Watch::over(&app, &[&ada]).await;
    for key in ["", " ", "a b", "a\tb", &"k".repeat(256), &"k".repeat(20_000)] {
        let answer = post(&ada, CONNECT, key, None).await.expect(422);
        watch.assert_refused(key, &answer);
    }
    let (host, token) = (Raw::host(&app), ada.token());
    let lines: [&[u8]; 6] = [
        b"idempotency-key: a\x01b",
        b"idempotency-key: \xff\xfe",
        b"idempotency-key: \xe2\x80\xae",
        b"idempotency-key: a\x00b",
        b"idempotency-key: a\rX-Evil: 1",
        b"idempotency-key: a\r\nidempotency-key: b",
    ];
    for line in lines {
        let mut request = format!(
            "POST {CONNECT} HTTP/1.1\r\nhost: {host}\r\nauthorization: \
            Bearer {token}\r\nconnection: close\r\ncontent-length: 0\r\n"
        )
        .into_bytes();
        request.extend_from_slice(line);
        request.extend_from_slice(b"\r\n\r\n");
        let answer = Raw::to(&app).await.ask(&request).await;
        assert!(matches!(Raw::status(&answer), 400 | 422), "{line:?}: {answer}");
    }
    watch.assert_unchanged("no key").await;
    assert!(
        app.rows("oauth_flows").await.is_empty() && app.rows("idempotency_keys").await.is_empty()
    );
});

// U6: many at once, each with another body: one is done, and nobody is told what came of another's.
both!(a_key_used_for_many_at_once, |app| async {
    let ada = app.person("Ada").await;
    let id = word(&ada.connect("x", INES_ON_X).await, "id").to_owned();
    let bodies = [None, Some(json!({ "accountId": id })), Some(json!({ "accountId": null }))];
    let answers =
        join_all((0..12).map(|n| post(&ada, CONNECT, "connect-1", bodies[n % 3].clone()))).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409 | 422)), "{answers:?}");
    let done: std::collections::BTreeSet<String> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| word(&answer.data(), "state").to_owned())
        .collect();
    assert_eq!(done.len(), 1, "{answers:?}");
    assert_eq!(
        app.texts("SELECT provider FROM oauth_flows WHERE claimed_at IS NULL").await.len(),
        1
    );
});
