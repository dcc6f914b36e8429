//! Refresh tokens of the REST API that were stolen, used up, or belong to somebody who has left.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::stories::cast::word;
use crate::support::{Browser, PASSWORD, both};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    Browser::new(&app.base())
        .rest(Method::POST, "/api/auth/refresh", Some(&json!({ "refreshToken": token })))
        .await
}

/// What a program of hers gets when it logs in.
async fn tokens(app: &TestApp, person: &Person) -> Value {
    let form = json!({ "email": person.email, "password": PASSWORD });
    Browser::new(&app.base())
        .rest(Method::POST, "/api/auth/login", Some(&form))
        .await
        .expect(200)
        .data()
}

async fn is_good(app: &TestApp, tokens: &Value) -> bool {
    let program = Browser::new(&app.base());
    let request =
        program.request(Method::GET, "/api/auth/me").bearer_auth(word(tokens, "accessToken"));
    program.send(request).await.status == 200
}

// U3, RFC 9700 (4.14.2): whichever of its tokens is used again, and however late, the family and
// its session end.
both!(a_refresh_token_replayed_from_any_generation, |app| async {
    let ada = app.person("Ada").await;
    for age in 0..3 {
        let mut family = vec![tokens(&app, &ada).await];
        for _ in 0..3 {
            let next = refresh(&app, word(&family[family.len() - 1], "refreshToken"))
                .await
                .expect(200)
                .data();
            family.push(next);
        }
        refresh(&app, word(&family[age], "refreshToken")).await.expect(401);
        for held in &family {
            assert!(!is_good(&app, held).await, "generation {age}");
            refresh(&app, word(held, "refreshToken")).await.expect(401);
        }
    }
    assert_eq!(
        ada.get("/api/auth/me").await.status,
        200,
        "her other session has nothing to do with it"
    );
});

// U3: of many at once one at most gets the next token, and it is worth nothing, because the session
// is over.
both!(a_refresh_token_used_many_times_at_once, |app| async {
    let ada = app.person("Ada").await;
    let held = tokens(&app, &ada).await;
    let answers = join_all((0..12).map(|_| refresh(&app, word(&held, "refreshToken")))).await;
    let good: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(
        good.len() <= 1 && answers.iter().all(|answer| matches!(answer.status, 200 | 401)),
        "{answers:?}"
    );
    for answer in good {
        let next = answer.data();
        assert!(!is_good(&app, &next).await);
        refresh(&app, word(&next, "refreshToken")).await.expect(401);
    }
});

// U3, S2: whatever ends a session ends its tokens with it.
both!(a_refresh_token_of_a_session_that_is_over, |app| async {
    let over: [(&str, Method, &str, Value); 4] = [
        ("logged out", Method::POST, "/api/auth/logout", Value::Null),
        ("ended from elsewhere", Method::DELETE, "/api/auth/sessions", Value::Null),
        (
            "the password was changed",
            Method::PUT,
            "/api/auth/password",
            json!({ "currentPassword": PASSWORD, "newPassword": "paints a little every night" }),
        ),
        (
            "deleted",
            Method::DELETE,
            "/api/auth/me",
            json!({ "email": "deleted", "password": PASSWORD }),
        ),
    ];
    for (at, (what, method, path, mut body)) in over.into_iter().enumerate() {
        let ada = app.person(&format!("Ada{at}")).await;
        let held = tokens(&app, &ada).await;
        if body["email"] == "deleted" {
            body["email"] = json!(ada.email);
        }
        let by = if path.ends_with("logout") {
            word(&held, "accessToken").to_owned()
        } else {
            ada.token()
        };
        let program = Browser::new(&app.base());
        let request = program.request(method, path).bearer_auth(by);
        let request = if body.is_null() { request } else { request.json(&body) };
        program.send(request).await.expect(200);
        refresh(&app, word(&held, "refreshToken")).await.expect(401);
        assert!(!is_good(&app, &held).await, "{what}");
    }
});

// U3: a password that was reset by mail ends them, too.
both!(a_refresh_token_from_before_a_reset, |app| async {
    let ada = app.person("Ada").await;
    let held = tokens(&app, &ada).await;
    let nobody = app.stranger("Nobody").browser;
    nobody
        .rest(Method::POST, "/api/auth/forgot", Some(&json!({ "email": ada.email })))
        .await
        .expect(202);
    let code = app.last_mail_of(&ada.email).await.code("/reset");
    let form = json!({ "token": code, "password": "paints a little every night" });
    nobody.rest(Method::POST, "/api/auth/reset", Some(&form)).await.expect(200);
    refresh(&app, word(&held, "refreshToken")).await.expect(401);
    assert!(!is_good(&app, &held).await);
});

// U3: what is secret for another purpose refreshes nothing, and a refresh token opens nothing else.
both!(a_refresh_token_out_of_its_place, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let held = tokens(&app, &ada).await;
    let token = word(&held, "refreshToken");
    let stored: String =
        huntaze::server::identity::hash(token).iter().map(|byte| format!("{byte:02x}")).collect();
    let session = ada.browser.cookie("session").expect("a session");
    let others = [
        ada.token(),
        session,
        token.to_uppercase(),
        token[1..].to_owned(),
        format!("{token} "),
        format!("{token}\u{0}"),
    ];
    for other in others.iter().chain([&stored]) {
        refresh(&app, other).await.expect(401);
    }
    let me = |name: &str, value: String| {
        mallory.browser.send(
            Browser::new(&app.base()).request(Method::GET, "/api/auth/me").header(name, value),
        )
    };
    me("authorization", format!("Bearer {token}")).await.expect(401);
    me("cookie", format!("session={token}; refresh={token}")).await.expect(401);
    let address = format!("/api/auth/refresh?refreshToken={token}");
    let in_the_address = mallory.browser.rest(Method::POST, &address, Some(&json!({}))).await;
    assert_eq!(in_the_address.status, 422, "{}", in_the_address.body);
    refresh(&app, token).await.expect(200);
});

// U3: what Mallory stole of Ada's and used up ends hers, and gives him neither hers nor anything of
// his own.
both!(a_used_refresh_token_in_anothers_hands, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let held = tokens(&app, &ada).await;
    let next = refresh(&app, word(&held, "refreshToken")).await.expect(200).data();
    let watch = Watch::over(&app, &[&ada]).await;
    let form = json!({ "refreshToken": word(&held, "refreshToken") });
    for request in [
        mallory
            .browser
            .request(Method::POST, "/api/auth/refresh")
            .header("sec-fetch-site", "same-origin"),
        mallory.browser.request(Method::POST, "/api/auth/refresh").bearer_auth(mallory.token()),
    ] {
        let answer = mallory.browser.send(request.json(&form)).await.expect(401);
        watch.assert_refused("a used refresh token", &answer);
    }
    refresh(&app, word(&next, "refreshToken")).await.expect(401);
    assert_eq!(
        mallory.get("/api/auth/me").await.expect(200).data()["user"]["email"],
        mallory.email.as_str()
    );
    assert_eq!(
        ada.get("/api/auth/me").await.expect(200).data()["user"]["email"],
        ada.email.as_str(),
        "in her browser"
    );
});
