//! TikTok: recorded answers, and what becomes of them when one thing is odd.

use huntaze::server::platform::tiktok::TikTok;
use serde_json::{Value, json};

use super::INES;
use crate::contract::recorded::{
    Recorded, assert_harmless, changes, json_answer, other_shapes, page,
};
use crate::contract::told;

const CREATOR: &str = "/v2/post/publish/creator_info/query/";
const TOKEN: &str = "/v2/oauth/token/";
const USER: &str = "/v2/user/info/";

fn ok() -> Value {
    json!({ "code": "ok", "message": "", "log_id": "202611271122" })
}

fn user() -> Value {
    json!({ "data": { "user": {
        "open_id": INES, "union_id": "u-1", "avatar_url": "https://p16.example/a",
        "avatar_large_url": "https://p16.example/b", "display_name": "Inês Paints",
        "username": "ines.paints", "is_verified": false, "follower_count": 48_213,
        "following_count": 512, "likes_count": 90_000, "video_count": 934,
    } }, "error": ok() })
}

fn creator() -> Value {
    json!({ "data": {
        "creator_username": "ines.paints",
        "privacy_level_options": ["PUBLIC_TO_EVERYONE", "SELF_ONLY"], "comment_disabled": false,
        "duet_disabled": true, "stitch_disabled": false, "max_video_post_duration_sec": 600,
    }, "error": ok() })
}

// R1, C6, T7
#[tokio::test]
async fn one_odd_field_of_an_account_ends_nothing() {
    let tiktok = Recorded::of(&TikTok).await;
    for (change, answer) in changes(&user()) {
        let answers = [(USER, json_answer(200, &answer)), (CREATOR, json_answer(200, &creator()))];
        tiktok.answer(&answers).await;
        let outcome = tiktok.profile(INES).await;
        if ["/data/user/open_id = \"odd\"", "/data/user/open_id = \"12\""].contains(&&*change) {
            assert_eq!(told(outcome).0, "reconnect", "another account: {change}");
            continue;
        }
        assert_harmless(&change, &outcome);
        let is_optional = (change.starts_with("/data/user/") && !change.contains("open_id"))
            || change.starts_with("/error/log_id")
            || change.starts_with("/error/message");
        assert!(!is_optional || outcome.is_ok(), "{change} is optional: {:?}", outcome.err());
    }
    for answer in other_shapes() {
        tiktok.answer(&[(USER, json_answer(200, &answer))]).await;
        let outcome = tiktok.profile(INES).await;
        assert!(outcome.is_err(), "{answer}");
        assert_harmless(&answer.to_string(), &outcome);
    }
}

// The same: what an account may post hinders nobody from connecting, and an odd list of who may
// see posts does not make the account a private one.
#[tokio::test]
async fn one_odd_field_of_what_may_be_posted_ends_nothing() {
    let tiktok = Recorded::of(&TikTok).await;
    let shapes = other_shapes().map(|answer| (answer.to_string(), answer));
    for (change, answer) in changes(&creator()).into_iter().chain(shapes) {
        let answers = [(USER, json_answer(200, &user())), (CREATOR, json_answer(200, &answer))];
        tiktok.answer(&answers).await;
        let profile = tiktok.profile(INES).await;
        let profile = profile.unwrap_or_else(|error| panic!("{change}: {error}"));
        assert_eq!(tiktok.platform.check_metadata(&profile.metadata), Ok(()), "{change}");
        let facts = tiktok.platform.describe_metadata(&profile.metadata);
        let lists_nobody = change.starts_with("/data/privacy_level_options =");
        assert!(
            !lists_nobody || facts.iter().all(|(_, said)| !said.contains("private")),
            "{change}: {facts:?}"
        );
    }
}

// R1, R3: what is readable counts; a server in trouble says
// nothing of the account.
#[tokio::test]
async fn an_error_is_understood_by_its_code_unless_the_server_is_in_trouble() {
    let tiktok = Recorded::of(&TikTok).await;
    let error = |code: &str, log_id: Value| {
        json!({ "data": {}, "error": { "code": code,
        "message": null, "log_id": log_id } })
    };
    for (status, code, expected) in [
        (401, "access_token_invalid", "access refused"),
        (200, "access_token_invalid", "access refused"),
        (500, "access_token_invalid", "unavailable"),
        (401, "scope_not_authorized", "reconnect"),
        (502, "scope_not_authorized", "unavailable"),
    ] {
        for log_id in [json!("2026"), json!(null), json!(7), json!({})] {
            tiktok.answer(&[(USER, json_answer(status, &error(code, log_id)))]).await;
            assert_eq!(told(tiktok.profile(INES).await).0, expected, "{status} {code}");
        }
    }
    tiktok.answer(&[(USER, page(401, "<html>access_token_invalid</html>"))]).await;
    assert_eq!(told(tiktok.profile(INES).await).0, "unavailable");
}

// R1, R2, T3, T10
#[tokio::test]
async fn one_odd_field_of_a_token_ends_nothing() {
    let tiktok = Recorded::of(&TikTok).await;
    let good = json!({ "access_token": "act.a", "expires_in": 7_200, "open_id": INES,
        "refresh_expires_in": 15_552_000, "refresh_token": "rft.b",
        "scope": "user.info.basic,video.list", "token_type": "Bearer" });
    for (change, answer) in changes(&good) {
        tiktok.answer(&[(TOKEN, json_answer(200, &answer))]).await;
        assert_harmless(&change, &tiktok.refresh().await);
    }
    for answer in other_shapes() {
        tiktok.answer(&[(TOKEN, json_answer(200, &answer))]).await;
        let outcome = tiktok.refresh().await;
        assert!(outcome.is_err(), "{answer}");
        assert_harmless(&answer.to_string(), &outcome);
    }
}

// Decision 45: only TikTok's own error in its own shape ends a connection.
#[tokio::test]
async fn a_refresh_is_refused_for_good_only_by_tiktok_itself() {
    let tiktok = Recorded::of(&TikTok).await;
    let refused = json!({ "error": "invalid_grant", "error_description": null, "log_id": null });
    for (status, expected) in
        [(200, "reconnect"), (400, "reconnect"), (500, "unavailable"), (503, "unavailable")]
    {
        tiktok.answer(&[(TOKEN, json_answer(status, &refused))]).await;
        assert_eq!(told(tiktok.refresh().await).0, expected, "{status}");
    }
    for text in ["<html>invalid_grant</html>", "invalid_grant", ""] {
        tiktok.answer(&[(TOKEN, page(400, text))]).await;
        assert_eq!(told(tiktok.refresh().await).0, "unavailable", "{text}");
    }
}
