//! Odd input and odd platforms: U+0000, which PostgreSQL can't hold, and answers that never come.

use reqwest::Method;
use serde_json::json;

use super::cast::*;
use crate::support::{Person, both, hostile};

// S6: from a person. A field says what is wrong with it; an address with it leads nowhere.
both!(what_no_text_may_hold_is_refused_at_its_field, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let label = format!("/api/integrations/x/{INES_ON_X}/label");
    let fields = [
        (Method::PUT, label.as_str(), json!({ "label": "Main\u{0}shop" }), "label"),
        (Method::PUT, "/api/auth/me", json!({ "name": "A\u{0}da" }), "name"),
        (Method::PUT, "/api/auth/me", json!({ "timeZone": "UTC\u{0}" }), "timeZone"),
        (
            Method::POST,
            "/api/auth/register",
            json!({ "name": "E\u{0}ve", "email": "eve@stories.example", "password": "plays chess \
                at noon" }),
            "name",
        ),
        (
            Method::POST,
            "/api/auth/register",
            json!({ "name": "Eve", "email": "eve\u{0}@stories.example", "password": "plays chess \
                at noon" }),
            "email",
        ),
    ];
    for (method, path, body, field) in fields {
        let refused = ada.call(method, path, Some(body)).await.expect(422).error();
        assert_eq!(refused["details"]["fields"][0]["field"], field, "{refused}");
    }
    let login =
        json!({ "email": "ada\u{0}@stories.example", "password": crate::support::PASSWORD });
    ada.browser.rest(Method::POST, "/api/auth/login", Some(&login)).await.expect(401);
    for (method, path) in [
        (Method::POST, "/api/integrations/refresh/x/1%00"),
        (Method::POST, "/api/integrations/test/x/%00"),
        (Method::DELETE, "/api/integrations/disconnect/x/1%00"),
        (Method::POST, "/api/integrations/connect/x%00"),
    ] {
        ada.call(method, path, None).await.expect(404);
    }
    let typed = ada
        .browser
        .submit("/settings", "/fn/profile", &[("name", "A\u{0}da"), ("time_zone", "UTC")])
        .await;
    assert!(
        ada.browser.follow(&typed).await.body.contains("Write your name"),
        "at the field of the form"
    );
});

// S6, C2: from a platform. Sloppy answers connect all the same, without it.
both!(
    what_no_text_may_hold_is_taken_out_of_a_platforms_answers,
    config = |config| {
        hostile::turn(config, |_, told| {
            told.rewrite_texts(|_, text| {
                let middle = text.chars().count() / 2;
                *text = text
                    .chars()
                    .take(middle)
                    .chain(['\0'])
                    .chain(text.chars().skip(middle))
                    .collect();
            })
        });
    },
    |app| async {
        let ines = app.person("Ines").await;
        for (provider, account, id) in EVERYWHERE {
            let connected = ines.connect(provider, account).await;
            assert_eq!(
                (word(&connected, "accountId"), word(&connected, "status")),
                (id, "connected"),
                "{connected}"
            );
            assert!(!connected.to_string().contains("\\u0000"), "{connected}");
        }
        // A pasted session may be tested every five minutes.
        app.later(chrono::Duration::minutes(6)).await;
        for (provider, _, id) in EVERYWHERE {
            let path = format!("/api/integrations/test/{provider}/{id}");
            assert_eq!(ines.post(&path, None).await.expect(200).data()["ok"], true, "{provider}");
        }
    }
);

/// Where each platform says who somebody is.
const ACCOUNT: [(&str, &str); 5] = [
    ("instagram", "/me/accounts"),
    ("tiktok", "/v2/user/info/"),
    ("youtube", "/youtube/v3/channels"),
    ("x", "/2/users/me"),
    ("reddit", "/api/v1/me"),
];

// C4, H5: a platform that takes the call and never answers is told as one that is down, in bounded
// time, and nothing is left.
both!(
    a_platform_that_never_answers_is_not_waited_for,
    config = |config| {
        config.http.timeout_ms = 700;
        config.http.token_timeout_ms = 700;
    },
    |app| async {
        let sandbox = app.sandbox();
        let mut people = Vec::new();
        for (provider, _) in ACCOUNT {
            people.push((provider, app.person(&format!("Ada-{provider}")).await));
        }
        let connect = async |provider: &str, ada: &Person| {
            let account =
                EVERYWHERE.into_iter().find(|(id, ..)| *id == provider).expect("a platform").1;
            let back = ada.allow(provider, account).await;
            let toast = ada.toast(&back).await;
            assert!(toast.error, "{provider}: {toast:?}");
            toast.says(&["not answering"]);
        };
        for endpoints in [ACCOUNT, ACCOUNT.map(|(provider, _)| (provider, "oken"))] {
            for (platform, endpoint) in endpoints {
                sandbox
                    .control(
                        "faults",
                        json!({ "platform": platform, "endpoint": endpoint, "kind": "hang" }),
                    )
                    .await;
            }
            futures::future::join_all(people.iter().map(|(provider, ada)| connect(provider, ada)))
                .await;
            sandbox.calm().await;
        }
        assert!(holding_credentials(&app).await.is_empty());
    }
);
