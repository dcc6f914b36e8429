//! X's rules, section by section of its contract.

mod clients;

use serde_json::json;

use super::TWIN;
use crate::sandbox::tests::{Answer, Client, basic, callback, encoded};

const INES: &str = "1427750916318339072";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SCOPES: &str = "tweet.read tweet.write users.read offline.access media.write";

fn authorize(change: &[(&str, &str)]) -> String {
    let callback = callback(TWIN.id);
    let mut query = vec![
        ("client_id", "huntaze-sandbox"),
        ("response_type", "code"),
        ("state", "s-1"),
        ("redirect_uri", &callback),
        ("scope", SCOPES),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        query.retain(|(key, _)| key != name);
        query.push((name, value));
    }
    format!("/x/i/oauth2/authorize?{}", encoded(&query))
}

async fn allow(client: &Client, account: &str, change: &[(&str, &str)]) -> String {
    let answer =
        client.post(&authorize(change), &[], &[("account", account), ("decision", "allow")]).await;
    assert_eq!(answer.returned("state").as_deref(), Some("s-1"));
    answer.returned("code").expect("a code")
}

async fn token(client: &Client, form: &[(&str, &str)]) -> Answer {
    client.post("/x/2/oauth2/token", &[("authorization", &basic())], form).await
}

async fn exchange(client: &Client, code: &str, verifier: &str) -> Answer {
    let redirect_uri = callback(TWIN.id);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", verifier),
    ];
    token(client, &form).await
}

async fn refresh(client: &Client, refresh_token: &str) -> Answer {
    token(client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn connect(client: &Client, account: &str) -> (String, String) {
    let pair = exchange(client, &allow(client, account, &[]).await, VERIFIER).await;
    (pair.text("access_token"), pair.text("refresh_token"))
}

async fn me(client: &Client, access: &str, fields: &str) -> Answer {
    let bearer = format!("Bearer {access}");
    client.get(&format!("/x/2/users/me?user.fields={fields}"), &[("authorization", &bearer)]).await
}

fn is_dead_token(answer: &Answer) -> bool {
    answer.status == 400
        && answer.text("error_description") == "Value passed for the token was invalid."
}

// C8
#[tokio::test]
async fn ines_connects_and_her_numbers_are_read() {
    let client = Client::new();
    let pair = exchange(&client, &allow(&client, INES, &[]).await, VERIFIER).await;
    assert_eq!(
        (pair.json()["expires_in"].take(), pair.text("scope")),
        (json!(7_200), SCOPES.into())
    );

    let access = pair.text("access_token");
    let short = me(&client, &access, "").await.json();
    assert_eq!(
        short,
        json!({ "data": { "id": INES, "name": "Inês Carvalho", "username": "ines_draws" } })
    );
    let full = me(&client, &access, "public_metrics,verified_type").await.json();
    assert_eq!(full["data"]["public_metrics"]["tweet_count"], 4_871);
    client.control("x/switches", json!({ "newMetricNames": true })).await;
    assert_eq!(
        me(&client, &access, "public_metrics").await.json()["data"]["public_metrics"]["post_count"],
        4_871
    );
    assert_eq!(me(&client, &access, "shoe_size").await.json()["title"], "Invalid Request");
}

// S1
#[tokio::test]
async fn a_code_lives_thirty_seconds_and_opens_once_for_its_verifier() {
    let client = Client::new();
    let refused = |answer: Answer| {
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.text("error_description"),
            "Value passed for the authorization code was invalid."
        );
    };
    let code = allow(&client, INES, &[]).await;
    client.advance(25).await;
    assert_eq!(exchange(&client, &code, VERIFIER).await.status, 200);
    refused(exchange(&client, &code, VERIFIER).await);

    let late = allow(&client, INES, &[]).await;
    client.advance(30).await;
    refused(exchange(&client, &late, VERIFIER).await);

    let stolen = allow(&client, INES, &[]).await;
    refused(exchange(&client, &stolen, &VERIFIER.replace('d', "e")).await);
}

// C4, S1
#[tokio::test]
async fn what_is_wrong_with_the_request_never_returns_to_the_app() {
    let client = Client::new();
    let long = "s".repeat(501);
    for wrong in [
        ("client_id", "other"),
        ("redirect_uri", "http://evil.example/api/integrations/callback/x"),
        ("scope", "tweet.everything"),
        ("state", &long),
        ("code_challenge", "short"),
        ("code_challenge_method", "plain"),
        ("code_challenge_method", ""),
    ] {
        let answer = client
            .post(&authorize(&[wrong]), &[], &[("account", INES), ("decision", "allow")])
            .await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (400, ""), "{wrong:?}");
    }
    let denied = client.post(&authorize(&[]), &[], &[("decision", "deny")]).await;
    assert_eq!(denied.returned("error").as_deref(), Some("access_denied"));
}

// T6
#[tokio::test]
async fn a_refresh_token_works_once_and_its_replay_ends_the_family() {
    let client = Client::new();
    let (_, first) = connect(&client, INES).await;
    let second = refresh(&client, &first).await;
    assert_ne!(second.text("refresh_token"), first);
    assert!(is_dead_token(&refresh(&client, &first).await));
    assert!(
        is_dead_token(&refresh(&client, &second.text("refresh_token")).await),
        "the winner's pair is gone as well"
    );
    assert_eq!(me(&client, &second.text("access_token"), "").await.status, 401);

    client.control("x/switches", json!({ "replayEndsFamily": false })).await;
    let (_, first) = connect(&client, INES).await;
    let second = refresh(&client, &first).await.text("refresh_token");
    assert!(is_dead_token(&refresh(&client, &first).await));
    assert_eq!(refresh(&client, &second).await.status, 200);
}

// T3, C4
#[tokio::test]
async fn access_ends_after_two_hours_and_only_offline_access_renews_it() {
    let client = Client::new();
    let code = allow(&client, INES, &[("scope", "tweet.read users.read")]).await;
    let pair = exchange(&client, &code, VERIFIER).await;
    assert_eq!(pair.json().get("refresh_token"), None);
    client.advance(7_200).await;
    let ended = me(&client, &pair.text("access_token"), "").await;
    assert_eq!(
        ended.json(),
        json!({ "title": "Unauthorized", "type": "about:blank", "status": 401,
            "detail": "Unauthorized" })
    );
    assert_eq!(ended.header("content-type"), "application/problem+json");
}

// C8
#[tokio::test]
async fn suspended_locked_and_unpermitted_are_told_apart() {
    let client = Client::new();
    let (suspended, _) = connect(&client, "1288316504429182976").await;
    let suspended = me(&client, &suspended, "").await;
    assert_eq!(
        (suspended.status.as_u16(), suspended.text("type")),
        (403, "https://api.x.com/2/problems/user-suspended".into())
    );

    let (locked, _) = connect(&client, "733482019").await;
    let locked = me(&client, &locked, "").await;
    assert_eq!(locked.status, 403);
    assert!(locked.text("detail").starts_with("Your account is temporarily locked."));

    let code = allow(&client, INES, &[("scope", "tweet.read")]).await;
    let unpermitted = exchange(&client, &code, VERIFIER).await.text("access_token");
    let unpermitted = me(&client, &unpermitted, "").await;
    assert_eq!(
        (unpermitted.status.as_u16(), unpermitted.text("type")),
        (403, "about:blank".into())
    );

    let garbage = me(&client, "nonsense", "").await;
    assert_eq!(
        (garbage.status.as_u16(), garbage.text("title")),
        (403, "Unsupported Authentication".into())
    );
}

// C8
#[tokio::test]
async fn rate_headers_count_down_to_an_epoch() {
    let client = Client::new();
    let (access, _) = connect(&client, INES).await;
    let first = me(&client, &access, "").await;
    assert_eq!(
        (first.header("x-rate-limit-limit"), first.header("x-rate-limit-remaining")),
        ("75", "74")
    );
    let now = client.get("/control/state", &[]).await.json()["now"].as_i64().expect("a time");
    let reset: i64 = first.header("x-rate-limit-reset").parse().expect("a number");
    assert!((now + 880..=now + 900).contains(&reset));
    for _ in 1..75 {
        me(&client, &access, "").await;
    }
    let over = me(&client, &access, "").await;
    assert_eq!((over.status.as_u16(), over.header("x-rate-limit-remaining")), (429, "0"));
    client.advance(900).await;
    assert_eq!(me(&client, &access, "").await.status, 200);
}

// X1, C8: the end of a window is told on the callers' clocks, which stand still while the sandbox's
// is moved, unless they were moved along.
#[tokio::test]
async fn a_window_ends_within_a_quarter_of_an_hour_also_after_the_clock_was_moved() {
    let client = Client::new();
    let reset = async || {
        let (access, _) = connect(&client, INES).await;
        let answer = me(&client, &access, "").await;
        answer.header("x-rate-limit-reset").parse::<i64>().expect("a number")
    };
    let now = client.get("/control/state", &[]).await.json()["now"].as_i64().expect("a time");
    client.advance(6 * 3_600).await;
    let still = reset().await;
    assert!((now + 890..now + 960).contains(&still), "{}", still - now);
    client.control("clock", json!({ "advanceSeconds": 3_600, "callersToo": true })).await;
    let moved = reset().await;
    assert!((now + 3_600 + 890..now + 3_600 + 960).contains(&moved), "{}", moved - now);
}

// C11, T7
#[tokio::test]
async fn revoking_ends_the_grant_and_a_wrong_client_may_do_nothing() {
    let client = Client::new();
    let (access, kept) = connect(&client, INES).await;
    let stranger = client.post("/x/2/oauth2/revoke", &[], &[("token", &kept)]).await;
    assert_eq!(
        (stranger.status.as_u16(), stranger.text("error")),
        (401, "unauthorized_client".into())
    );
    let revoked = client
        .post("/x/2/oauth2/revoke", &[("authorization", &basic())], &[("token", &kept)])
        .await;
    assert_eq!((revoked.status.as_u16(), revoked.json()), (200, json!({ "revoked": true })));
    assert_eq!(me(&client, &access, "").await.status, 401);
    assert!(is_dead_token(&refresh(&client, &kept).await));

    let (_, kept) = connect(&client, INES).await;
    client.control("x/revoke", json!({ "account": INES })).await;
    assert!(is_dead_token(&refresh(&client, &kept).await), "the person removed the app at X");
}
