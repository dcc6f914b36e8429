//! Refresh tokens of the REST API: one family for a session, a new token at every use.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::word;
use crate::support::{Answer, Browser, PASSWORD, TestApp, both};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    Browser::new(&app.base())
        .rest(Method::POST, "/api/auth/refresh", Some(&json!({ "refreshToken": token })))
        .await
}

/// What a program gets when its person logs in.
async fn tokens(app: &TestApp, email: &str) -> Value {
    let form = json!({ "email": email, "password": PASSWORD });
    Browser::new(&app.base())
        .rest(Method::POST, "/api/auth/login", Some(&form))
        .await
        .expect(200)
        .data()
}

async fn me(app: &TestApp, tokens: &Value) -> u16 {
    let program = Browser::new(&app.base());
    let request =
        program.request(Method::GET, "/api/auth/me").bearer_auth(word(tokens, "accessToken"));
    program.send(request).await.status
}

// U3: a program stays logged in by refreshing, and every token is good once.
both!(a_program_stays_logged_in_by_refreshing, |app| async {
    let ada = app.person("Ada").await;
    let mut held = tokens(&app, &ada.email).await;
    for _ in 0..3 {
        app.later(Duration::minutes(15)).await;
        assert_eq!(me(&app, &held).await, 401);
        let next = refresh(&app, word(&held, "refreshToken")).await.expect(200).data();
        assert_eq!((word(&next, "tokenType"), &next["expiresIn"]), ("Bearer", &json!(900)));
        assert_ne!(next["refreshToken"], held["refreshToken"]);
        assert_eq!(me(&app, &next).await, 200);
        assert!(
            !app.all_rows().await.join("\n").contains(word(&next, "refreshToken")),
            "stored as a hash"
        );
        held = next;
    }
});

// U3: a token that is used twice was stolen: the family ends with its session, the thief's and the
// owner's; other sessions stay.
both!(a_token_used_twice_ends_the_family_and_its_session, |app| async {
    let ada = app.person("Ada").await;
    let (laptop, phone) = (tokens(&app, &ada.email).await, tokens(&app, &ada.email).await);
    let stolen = word(&laptop, "refreshToken");
    let thief = refresh(&app, stolen).await.expect(200).data();
    assert_eq!((me(&app, &thief).await, me(&app, &laptop).await), (200, 200));
    let refused = refresh(&app, stolen).await.expect(401).error();
    assert_eq!((word(&refused, "type"), &refused["retryable"]), ("unauthorized", &json!(false)));
    assert_eq!(
        (me(&app, &thief).await, me(&app, &laptop).await, me(&app, &phone).await),
        (401, 401, 200)
    );
    refresh(&app, word(&thief, "refreshToken")).await.expect(401);
    refresh(&app, word(&phone, "refreshToken")).await.expect(200);
    assert_eq!(app.rows("refresh_tokens").await.len(), 3, "Ada's first, and the phone's two");
});

// U3: of two refreshes at once with one token, one at most is answered.
both!(two_refreshes_at_once_are_a_token_used_twice, |app| async {
    let ada = app.person("Ada").await;
    let held = tokens(&app, &ada.email).await;
    let token = word(&held, "refreshToken");
    let (one, other) = tokio::join!(refresh(&app, token), refresh(&app, token));
    assert_eq!(one.status.min(other.status), 200);
    assert_eq!(one.status.max(other.status), 401);
    assert_eq!(me(&app, &held).await, 401, "and then the session is over");
});

// U3, S2: a family ends with its session: logged out, idle, at its absolute end.
both!(a_family_ends_with_its_session, |app| async {
    let ada = app.person("Ada").await;
    let held = tokens(&app, &ada.email).await;
    let program = Browser::new(&app.base());
    let request =
        program.request(Method::POST, "/api/auth/logout").bearer_auth(word(&held, "accessToken"));
    program.send(request).await.expect(200);
    refresh(&app, word(&held, "refreshToken")).await.expect(401);

    let idle = tokens(&app, &ada.email).await;
    app.later(Duration::days(7)).await;
    refresh(&app, word(&idle, "refreshToken")).await.expect(401);

    let mut held = tokens(&app, &ada.email).await;
    for _ in 0..5 {
        app.later(Duration::days(6) - Duration::seconds(1)).await;
        held = match refresh(&app, word(&held, "refreshToken")).await {
            answer if answer.status == 200 => answer.data(),
            answer => panic!("awake by refreshing: {}", answer.body),
        };
    }
    app.later(Duration::seconds(5)).await;
    assert_eq!(me(&app, &held).await, 401, "thirty days are over");
    refresh(&app, word(&held, "refreshToken")).await.expect(401);
});

// U3, S6: what is no refresh token.
both!(what_is_no_refresh_token_is_refused, |app| async {
    let ada = app.person("Ada").await;
    for token in
        ["", "0", &"0".repeat(64), &ada.token(), &ada.browser.cookie("session").expect("a cookie")]
    {
        refresh(&app, token).await.expect(401);
    }
    let browser = Browser::new(&app.base());
    for body in [
        json!({}),
        json!({ "refreshToken": 1 }),
        json!({ "refreshToken": "0", "grant": "all" }),
        json!("0"),
    ] {
        browser.rest(Method::POST, "/api/auth/refresh", Some(&body)).await.expect(422);
    }
    assert_eq!(ada.get("/api/auth/me").await.status, 200, "and it costs nobody their session");
});
