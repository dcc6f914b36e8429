//! Errors: only a platform's own error in its own shape ends a connection (R3).

use huntaze::model::Reason;

use super::*;
use crate::support::log;

// R3: whatever words stand in it, a 5xx passes; so does what is no error of
// the platform's own.
#[tokio::test]
async fn what_is_not_the_platforms_own_error_passes() {
    let play = Play::new().await;
    let fatal = [
        json!({ "error": "invalid_grant" }),
        json!({ "error": 400, "message": "Bad Request" }),
        json!({ "error": "invalid_request",
            "error_description": "Value passed for the token was invalid." }),
        json!({ "error": { "code": 0, "message": "Access denied." } }),
        json!({ "error": { "code": 0, "message": "Wrong user." } }),
        json!({ "errors": [{ "code": 64 }], "type": "about:blank", "title": "Unauthorized" }),
    ];
    for platform in PLATFORMS {
        for status in [500, 502, 503, 504, 520, 599] {
            for body in &fatal {
                play.answer(&Line::json(status, body)).await;
                assert_passes(&format!("{platform} {status} {body}"), play.test(platform).await);
                assert_passes(&format!("{platform} {status} {body}"), play.refresh(platform).await);
            }
        }
        for status in [400, 401, 403, 404, 410, 418] {
            for body in ["", "Bad Request", "invalid_grant", "{", "null", "[]", "{}", "7"] {
                play.answer(&Line::new(status, body)).await;
                for outcome in [play.test(platform).await.err(), play.refresh(platform).await.err()]
                {
                    let error = outcome.unwrap_or_else(|| panic!("{platform} {status} {body}"));
                    assert!(
                        error.account_reason().is_none(),
                        "{platform} {status} {body}: {error:?}"
                    );
                }
            }
            play.answer(&Line::html(status)).await;
            for outcome in [play.test(platform).await.err(), play.refresh(platform).await.err()] {
                let error = outcome.unwrap_or_else(|| panic!("{platform} {status}"));
                assert!(error.account_reason().is_none(), "{platform} {status} HTML: {error:?}");
            }
        }
    }
}

// The same: what a gateway says in JSON is no platform's own.
#[tokio::test]
async fn a_gateways_refusal_passes() {
    let play = Play::new().await;
    let bodies = [
        json!({ "message": "Unauthorized" }),
        json!({ "detail": "Unauthorized" }),
        json!({ "error": "Unauthorized", "message": "no" }),
        json!({ "errors": [{ "message": "Forbidden" }] }),
    ];
    for platform in ["x", "reddit"] {
        for status in [401, 403] {
            for body in &bodies {
                play.answer(
                    &Line::json(status, body).with("www-authenticate", "Basic realm=\"g\""),
                )
                .await;
                assert_passes(&format!("{platform} {status} {body}"), play.test(platform).await);
            }
        }
    }
    let challenge = Line::new(401, "").with("www-authenticate", "Bearer realm=\"reddit\"");
    play.answer(&challenge).await;
    let error = play.test("reddit").await.expect_err("Reddit's own challenge");
    assert!(error.account_reason().is_some(), "{error:?}");
}

// The same: one odd field beside it, and the error still counts.
#[tokio::test]
async fn what_is_readable_of_an_error_counts() {
    let play = Play::new().await;
    let rows = [
        ("x", 403, json!({ "errors": [{ "code": "326", "message": null }] }), Reason::Locked),
        ("x", 403, json!({ "title": null, "errors": [{ "code": 326.0 }] }), Reason::Locked),
        (
            "x",
            403,
            json!({ "errors": [{ "code": 64, "message": "suspended" }] }),
            Reason::Suspended,
        ),
        ("x", 403, json!({ "errors": [{ "code": "64" }, 7], "status": "403" }), Reason::Suspended),
        (
            "x",
            403,
            json!({ "type": "https://api.twitter.com/2/problems/user-suspended",
            "title": null, "detail": 7 }),
            Reason::Suspended,
        ),
        (
            "x",
            401,
            json!({ "title": "Unauthorized", "type": null, "status": "401" }),
            Reason::RefusedByPlatform,
        ),
        ("x", 200, json!({ "errors": [{ "code": 326 }] }), Reason::Locked),
        (
            "x",
            200,
            json!({ "errors": [{ "type": "https://api.x.com/2/problems/user-suspended" }] }),
            Reason::Suspended,
        ),
        ("reddit", 401, json!({ "error": "401", "message": null }), Reason::RefusedByPlatform),
        (
            "onlyfans",
            400,
            json!({ "error": { "code": "101", "message": ["Ada"] } }),
            Reason::NeedsAction,
        ),
        (
            "onlyfans",
            401,
            json!({ "error": { "code": null, "message": "Access denied." } }),
            Reason::SessionEnded,
        ),
    ];
    for (platform, status, body, reason) in rows {
        play.answer(&Line::json(status, &body)).await;
        let error = play.test(platform).await.expect_err("an error");
        assert_eq!(
            error.account_reason().map(|(reason, _)| reason),
            Some(reason),
            "{body}: {error:?}"
        );
    }
}

// The same at the token endpoints, each in its own words.
#[tokio::test]
async fn a_refusal_in_the_platforms_own_words_ends_the_connection() {
    let play = Play::new().await;
    let rows = [
        ("x", json!({ "error": "invalid_grant" })),
        (
            "x",
            json!({ "error": "invalid_request", "error_description": "Value passed for the \
            token was invalid.", "errors": null }),
        ),
        ("reddit", json!({ "error": 400 })),
        ("reddit", json!({ "error": "400", "message": null })),
        ("reddit", json!({ "error": "invalid_grant" })),
    ];
    for (platform, body) in rows {
        play.answer(&Line::json(400, &body)).await;
        let error = play.refresh(platform).await.err().expect("an error");
        assert!(error.account_reason().is_some(), "{platform} {body}: {error:?}");
    }
    let code = json!({ "error": "invalid_request",
        "error_description": "Value passed for the authorization code was invalid." });
    play.answer(&Line::json(400, &code)).await;
    assert!(matches!(play.exchange("x").await, Err(Error::CodeRefused { .. })));
    assert_passes("another value than the one that was sent", play.refresh("x").await);
}

// RFC 6749, 2.3.1: both halves of HTTP Basic are form-encoded first.
#[tokio::test]
async fn a_client_secret_with_reserved_characters_is_encoded_first() {
    let play = Play::with(|settings| {
        settings.client_id = "app:1".into();
        settings.client_secret = secret("s%cr:t+/ \u{e9}");
    })
    .await;
    // base64 of "app%3A1:s%25cr%3At%2B%2F+%C3%A9"
    let expected = "Basic YXBwJTNBMTpzJTI1Y3IlM0F0JTJCJTJGKyVDMyVBOQ==";
    for platform in WITH_TOKENS {
        play.answer(&Line::json(200, &token())).await;
        play.exchange(platform).await.expect("a grant");
        play.refresh(platform).await.expect("a grant");
        play.entry(platform).revoke(&held(platform)).await.expect("it has ended");
        for request in play.server.received_requests().await.expect("they are recorded") {
            assert_eq!(request.headers["authorization"], expected, "{platform} {}", request.url);
        }
    }
}

// H1: a failing call is found by platform, endpoint and the platform's own code and trace id;
// operators are warned of what is theirs.
#[tokio::test]
async fn a_failure_is_logged_with_the_platforms_own_code_and_trace() {
    log::listen();
    let play = Play::new().await;
    let body = json!({ "type": "https://api.x.com/2/problems/client-forbidden", "title": "t" });
    let line = Line::json(403, &body).with("x-transaction-id", "trace-of-this-very-test");
    play.answer(&line).await;
    play.test("x").await.expect_err("a refusal");
    let lines = log::raw();
    let line = lines.lines().find(|line| line.contains("trace-of-this-very-test"));
    let line = line.expect("a line with the trace id");
    for part in [
        "WARN",
        "platform=\"x\"",
        "GET /2/users/me",
        "status=403",
        "configuration",
        "client-forbidden",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

// The same: what stands where a code was due may be a token.
#[tokio::test]
async fn a_token_in_place_of_a_code_is_not_logged() {
    log::listen();
    let play = Play::new().await;
    let body = json!({ "error": "canary1code2repeated3by4a5platform" });
    play.answer(&Line::json(400, &body)).await;
    play.refresh("x").await.err().expect("a refusal");
    let lines = log::raw();
    assert!(lines.contains("canary...") && !lines.contains("canary1code2"), "{lines}");
}

// Decision 43: what this server does not ask for is neither asked, nor missed, nor shown.
#[tokio::test]
async fn what_is_not_asked_for_is_not_shown() {
    let asked = ["users.read", "tweet.read", "offline.access"];
    let play = Play::with(|settings| {
        settings.scopes = Some(asked.map(str::to_owned).into());
    })
    .await;
    let info = play.entry("x").info();
    let shown: Vec<&str> = info.permissions.iter().map(|p| p.scope.as_ref()).collect();
    assert_eq!(shown, asked);
    assert_eq!(
        info.off.as_ref(),
        ["Publish and delete posts for you", "Upload photos and videos for your posts"]
    );
}
