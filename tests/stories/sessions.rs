//! Sessions and bearer tokens: how they end, and what is no token.

use chrono::Duration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::word;
use crate::support::{Answer, Browser, Person, both, text};

async fn me_by_cookie(person: &Person) -> u16 {
    person.browser.rest(Method::GET, "/api/auth/me", None).await.status
}

async fn me_by(browser: &Browser, authorization: &str) -> Answer {
    let request =
        browser.request(Method::GET, "/api/auth/me").header("authorization", authorization);
    browser.send(request).await
}

// S2: a session that nobody used for a week is over.
both!(an_idle_session_ends_after_a_week, |app| async {
    let ada = app.person("Ada").await;
    app.later(Duration::days(7) - Duration::seconds(1)).await;
    assert_eq!(me_by_cookie(&ada).await, 200, "and this use counts");
    app.later(Duration::days(7) - Duration::seconds(1)).await;
    assert_eq!(me_by_cookie(&ada).await, 200);
    app.later(Duration::days(7)).await;
    assert_eq!(me_by_cookie(&ada).await, 401);
    assert_eq!(
        ada.browser.open("/integrations").await.expect(303).location(),
        "/login?next=%2Fintegrations"
    );
    app.work().await;
    assert!(app.rows("sessions").await.is_empty(), "swept");
});

// S2: and none lives longer than thirty days.
both!(no_session_lives_longer_than_thirty_days, |app| async {
    let ada = app.person("Ada").await;
    for _ in 0..5 {
        app.later(Duration::days(5)).await;
        assert_eq!(me_by_cookie(&ada).await, 200);
    }
    app.later(Duration::days(5) - Duration::seconds(1)).await;
    assert_eq!(me_by_cookie(&ada).await, 200);
    app.later(Duration::seconds(1)).await;
    assert_eq!(me_by_cookie(&ada).await, 401);
});

// S2, U3: logging out ends cookie and bearer token of that session at once, and of no other.
both!(logging_out_ends_one_session_at_once, |app| async {
    let ada = app.person("Ada").await;
    let phone = ada.elsewhere().await;
    ada.begin("x", None).await;
    let out = ada.browser.rest(Method::POST, "/api/auth/logout", None).await.expect(200);
    assert!(
        out.cookies()
            .iter()
            .any(|line| line.starts_with("session=;") && line.contains("Max-Age=0")),
        "{:?}",
        out.cookies()
    );
    assert_eq!((me_by_cookie(&ada).await, ada.get("/api/auth/me").await.status), (401, 401));
    assert_eq!((me_by_cookie(&phone).await, phone.get("/api/auth/me").await.status), (200, 200));
    assert!(app.rows("oauth_flows").await.is_empty(), "its open flows went with it");
});

// S2: a new log-in is a new session, and the old cookie's value is not taken over.
both!(every_log_in_is_a_new_session, |app| async {
    let ada = app.person("Ada").await;
    let before = ada.browser.cookie("session").expect("a cookie");
    ada.log_in().await;
    let after = ada.browser.cookie("session").expect("a cookie");
    assert_ne!(before, after);
    assert_eq!(after.len(), 64, "256 bits");
    let stranger = app.stranger("Nobody");
    stranger.browser.set_cookie("session", &"0".repeat(64));
    assert_eq!(me_by_cookie(&stranger).await, 401, "a value of one's own choice is no session");
});

// S2: the list of devices, and ending one of them from another.
both!(ada_ends_another_device_of_hers, |app| async {
    let ada = app.person("Ada").await;
    let phone = ada.elsewhere().await;
    assert!(text(&ada.page("/settings").await).contains("This device"));
    let sessions = app.texts("SELECT CAST(last_seen_at AS TEXT) FROM sessions").await;
    assert_eq!(sessions.len(), 2);
    let html = ada.page("/settings").await;
    let form = html.split("action=\"/fn/revoke_session\"").nth(1).expect("the other device");
    let id = form
        .split("value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("its id")
        .to_owned();

    let mallory = app.person("Mallory").await;
    let refused = mallory.browser.submit("/settings", "/fn/revoke_session", &[("id", &id)]).await;
    mallory.toast(&refused).await.says(&["There is no such session"]);
    assert_eq!(me_by_cookie(&phone).await, 200);

    let done = ada.browser.submit("/settings", "/fn/revoke_session", &[("id", &id)]).await;
    ada.toast(&done).await.says(&["logged out"]);
    assert_eq!((me_by_cookie(&phone).await, me_by_cookie(&ada).await), (401, 200));
});

// S2: everything but the device in one's hand, and each by REST.
both!(ada_logs_out_everywhere_else, |app| async {
    let ada = app.person("Ada").await;
    let (phone, tablet, work) =
        (ada.elsewhere().await, ada.elsewhere().await, ada.elsewhere().await);
    let listed = ada.get("/api/auth/sessions").await.expect(200).data()["sessions"].clone();
    let of = |current: bool| {
        listed.as_array().expect("a list").iter().filter(move |one| one["current"] == current)
    };
    assert_eq!((of(true).count(), of(false).count()), (1, 3));
    let one = word(of(false).next().expect("another device"), "id").to_owned();
    let mallory = app.person("Mallory").await;
    mallory.delete(&format!("/api/auth/sessions/{one}")).await.expect(404);
    ada.delete("/api/auth/sessions/no-id").await.expect(404);
    ada.delete(&format!("/api/auth/sessions/{one}")).await.expect(200);
    let done = ada.browser.submit("/settings", "/fn/revoke_other_sessions", &[]).await;
    ada.toast(&done).await.says(&["Every other device is logged out."]);
    assert_eq!(
        (me_by_cookie(&phone).await, me_by_cookie(&tablet).await, me_by_cookie(&work).await),
        (401, 401, 401)
    );
    assert_eq!((me_by_cookie(&ada).await, me_by_cookie(&mallory).await), (200, 200));
    assert!(
        !ada.page("/settings").await.contains("revoke_other_sessions"),
        "there is nothing left to end"
    );
    assert_eq!(ada.delete("/api/auth/sessions").await.expect(200).data()["ended"], 0);
});

// U3: a bearer token lives a quarter of an hour.
both!(a_bearer_token_lives_fifteen_minutes, |app| async {
    let ada = app.person("Ada").await;
    app.later(Duration::seconds(899)).await;
    let authorization = format!("Bearer {}", ada.token());
    me_by(&ada.browser, &authorization).await.expect(200);
    app.later(Duration::seconds(1)).await;
    let refused = me_by(&ada.browser, &authorization).await.expect(401).error();
    assert_eq!((&refused["type"], &refused["retryable"]), (&json!("unauthorized"), &json!(false)));
    assert_eq!(me_by_cookie(&ada).await, 200, "the session lives on");
});

// U3, S3: a token that is not ours, in whatever way, is refused, also beside a good cookie.
both!(a_forged_token_is_refused_and_never_falls_back_to_the_cookie, |app| async {
    let ada = app.person("Ada").await;
    let token = ada.token();
    let parts: Vec<&str> = token.split('.').collect();
    let claims: Value = serde_json::from_slice(&decode(parts[1])).expect("claims");
    let forged = |header: &Header, key: &[u8]| {
        jsonwebtoken::encode(header, &claims, &EncodingKey::from_secret(key)).expect("a token")
    };
    let none = format!("{}.{}.", encode(br#"{"alg":"none","typ":"JWT"}"#), parts[1]);
    let mut longer = claims.clone();
    longer["exp"] = json!(claims["exp"].as_i64().expect("an end") + 3600);
    let stretched = format!("{}.{}.{}", parts[0], encode(longer.to_string().as_bytes()), parts[2]);
    let bad = [
        forged(&Header::new(Algorithm::HS256), b"another key of thirty-two bytes."),
        forged(&Header::new(Algorithm::HS512), b"another key of thirty-two bytes."),
        none,
        stretched,
        "not-a-token".into(),
        String::new(),
    ];
    for token in bad {
        assert_eq!(me_by(&ada.browser, &format!("Bearer {token}")).await.status, 401, "{token}");
    }
    for other in ["Basic YWRhOmFkYQ==", &token, "bearer"] {
        assert_eq!(me_by(&ada.browser, other).await.status, 401, "{other}");
    }
    assert_eq!(word(&claims, "aud"), "huntaze-api");
    me_by(&ada.browser, &format!("Bearer {token}")).await.expect(200);
});

fn decode(part: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
