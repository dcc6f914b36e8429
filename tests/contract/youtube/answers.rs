//! YouTube: recorded answers, and what becomes of them when one thing is odd.

use huntaze::server::platform::youtube::YouTube;
use serde_json::{Value, json};

use super::KOFI;
use crate::contract::recorded::{
    Recorded, assert_harmless, changes, json_answer, other_shapes, page,
};
use crate::contract::told;

const CHANNELS: &str = "/youtube/v3/channels";
const TOKEN: &str = "/token";

fn channels() -> Value {
    json!({
        "kind": "youtube#channelListResponse", "etag": "e",
        "pageInfo": { "totalResults": 1, "resultsPerPage": 5 },
        "items": [{
            "kind": "youtube#channel", "etag": "e", "id": KOFI,
            "snippet": {
                "title": "Kofi Cooks", "customUrl": "@koficooks",
                "thumbnails": { "default": { "url": "https://yt.example/a" },
                    "medium": { "url": "https://yt.example/b" } },
            },
            "contentDetails": { "relatedPlaylists": { "uploads": "UUk0" } },
            "statistics": { "viewCount": "504387626", "subscriberCount": "3240000",
                "hiddenSubscriberCount": false, "videoCount": "780" },
            "status": { "longUploadsStatus": "allowed" },
        }],
    })
}

/// The changes that make it YouTube's own answer about another channel, or about none.
fn is_about_another(change: &str) -> bool {
    ["/items = []", "/items away", "/items/0 away"].contains(&change)
        || ["/items/0/id = \"odd\"", "/items/0/id = \"12\""].contains(&change)
}

// R1, C7, T7
#[tokio::test]
async fn one_odd_field_of_a_channel_ends_nothing() {
    let youtube = Recorded::of(&YouTube).await;
    for (change, answer) in changes(&channels()) {
        youtube.answer(&[(CHANNELS, json_answer(200, &answer))]).await;
        let outcome = youtube.profile(KOFI).await;
        if is_about_another(&change) {
            assert_eq!(told(outcome).0, "reconnect", "{change}");
            continue;
        }
        assert_harmless(&change, &outcome);
        let is_optional = !["/items", "/items/0", "/items/0/id"]
            .contains(&change.split(' ').next().unwrap_or_default());
        assert!(!is_optional || outcome.is_ok(), "{change} is optional: {:?}", outcome.err());
    }
}

// The same: only YouTube's own empty list means that the channel is gone.
#[tokio::test]
async fn an_answer_of_another_shape_does_not_say_that_the_channel_is_gone() {
    let youtube = Recorded::of(&YouTube).await;
    for answer in other_shapes() {
        youtube.answer(&[(CHANNELS, json_answer(200, &answer))]).await;
        let outcome = youtube.profile(KOFI).await;
        assert!(outcome.is_err(), "{answer}");
        assert_harmless(&answer.to_string(), &outcome);
    }
    let empty = json!({ "kind": "youtube#channelListResponse", "pageInfo": {} });
    youtube.answer(&[(CHANNELS, json_answer(200, &empty))]).await;
    let (kind, _, message) = told(youtube.profile(KOFI).await);
    assert!(kind == "reconnect" && message.contains("no longer has the channel"), "{message}");
}

// R3: a page in between, and a key that the project blocks, are not the
// channel's fault.
#[tokio::test]
async fn a_refusal_that_is_not_about_the_channel_does_not_blame_it() {
    let youtube = Recorded::of(&YouTube).await;
    let blocked = |reason: &str| {
        json!({ "error": {
            "code": 403, "message": "Requests to this API are blocked.",
            "errors": [{ "message": "blocked", "domain": "global", "reason": "forbidden" }],
            "status": "PERMISSION_DENIED",
            "details": [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason,
                "domain": "googleapis.com" }],
        } })
    };
    let automated = "<html><title>Sorry...</title><p>your computer or network may be sending \
        automated queries</html>";
    for (what, answer, expected) in [
        ("automated queries", page(403, automated), "unavailable"),
        ("a proxy's page", page(401, "<html>Log in to the network</html>"), "unavailable"),
        ("nothing", page(403, ""), "unavailable"),
        ("OAuth's shape", json_answer(403, &json!({ "error": "forbidden" })), "unavailable"),
        ("key", json_answer(403, &blocked("API_KEY_SERVICE_BLOCKED")), "configuration"),
        ("project", json_answer(403, &blocked("CONSUMER_SUSPENDED")), "configuration"),
        ("trouble", json_answer(503, &blocked("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), "unavailable"),
    ] {
        youtube.answer(&[(CHANNELS, answer)]).await;
        assert_eq!(told(youtube.profile(KOFI).await).0, expected, "{what}");
    }
}

// R1: of an error with an odd field, what is readable counts.
#[tokio::test]
async fn an_error_with_an_odd_field_is_still_understood() {
    let youtube = Recorded::of(&YouTube).await;
    let quota = json!({ "reason": "quotaExceeded" });
    for error in [
        json!({ "code": "403", "errors": [quota], "status": null }),
        json!({ "code": null, "errors": [null, 7, quota], "details": {}, "status": 7 }),
        json!({ "errors": [], "details": [quota] }),
    ] {
        youtube.answer(&[(CHANNELS, json_answer(403, &json!({ "error": error })))]).await;
        assert_eq!(told(youtube.profile(KOFI).await).0, "rate limited", "{error}");
    }
}

// R1, R2, T3, T10
#[tokio::test]
async fn one_odd_field_of_a_token_ends_nothing() {
    let youtube = Recorded::of(&YouTube).await;
    let good = json!({ "access_token": "ya29.a", "expires_in": 3_599, "token_type": "Bearer",
        "refresh_token": "1//0g", "refresh_token_expires_in": 604_799, "scope": "a b" });
    for (change, answer) in changes(&good) {
        youtube.answer(&[(TOKEN, json_answer(200, &answer))]).await;
        assert_harmless(&change, &youtube.refresh().await);
    }
    for answer in other_shapes() {
        youtube.answer(&[(TOKEN, json_answer(200, &answer))]).await;
        let outcome = youtube.refresh().await;
        assert!(outcome.is_err(), "{answer}");
        assert_harmless(&answer.to_string(), &outcome);
    }
}

// Decision 45: only Google's own error in its own shape ends a connection.
#[tokio::test]
async fn a_refresh_is_refused_for_good_only_by_google_itself() {
    let youtube = Recorded::of(&YouTube).await;
    let refused = json!({ "error": "invalid_grant", "error_subtype": "invalid_rapt" });
    for (status, expected) in [(400, "reconnect"), (500, "unavailable"), (503, "unavailable")] {
        youtube.answer(&[(TOKEN, json_answer(status, &refused))]).await;
        assert_eq!(told(youtube.refresh().await).0, expected, "{status}");
    }
    for text in ["<html>invalid_grant</html>", "invalid_grant", ""] {
        youtube.answer(&[(TOKEN, page(400, text))]).await;
        assert_eq!(told(youtube.refresh().await).0, "unavailable", "{text}");
    }
}
