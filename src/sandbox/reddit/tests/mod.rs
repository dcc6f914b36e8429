//! Reddit's rules, section by section of its contract.

mod clients;

use serde_json::json;

use super::TWIN;
use crate::sandbox::tests::{Answer, Client, basic, callback, encoded};

const AGENT: (&str, &str) = ("user-agent", "web:com.example.huntaze:v1.0.0 (by /u/huntaze)");
const MARA: &str = "4k2mf9qd";

fn authorize(change: &[(&str, &str)]) -> String {
    let callback = callback(TWIN.id);
    let mut query = vec![
        ("client_id", "huntaze-sandbox"),
        ("response_type", "code"),
        ("state", "s-1"),
        ("redirect_uri", &callback),
        ("duration", "permanent"),
        ("scope", "identity submit"),
    ];
    for (name, value) in change {
        query.retain(|(key, _)| key != name);
        query.push((name, value));
    }
    format!("/reddit/api/v1/authorize?{}", encoded(&query))
}

async fn allow(client: &Client, account: &str, change: &[(&str, &str)]) -> String {
    let answer =
        client.post(&authorize(change), &[], &[("account", account), ("decision", "allow")]).await;
    assert_eq!(answer.returned("state").as_deref(), Some("s-1"));
    answer.returned("code").expect("a code")
}

async fn token(client: &Client, form: &[(&str, &str)]) -> Answer {
    client.post("/reddit/api/v1/access_token", &[AGENT, ("authorization", &basic())], form).await
}

async fn exchange(client: &Client, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &callback(TWIN.id)),
    ];
    token(client, &form).await
}

async fn refresh(client: &Client, refresh_token: &str) -> Answer {
    token(client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn revoke(client: &Client, plain: &str) -> Answer {
    client
        .post(
            "/reddit/api/v1/revoke_token",
            &[AGENT, ("authorization", &basic())],
            &[("token", plain)],
        )
        .await
}

/// An account connected for good: access and refresh token.
pub async fn connect(client: &Client, account: &str) -> (String, String) {
    let pair = exchange(client, &allow(client, account, &[]).await).await;
    (pair.text("access_token"), pair.text("refresh_token"))
}

pub async fn me(client: &Client, access: &str) -> Answer {
    let bearer = format!("bearer {access}");
    client.get("/reddit/api/v1/me?raw_json=1", &[AGENT, ("authorization", &bearer)]).await
}

// C9
#[tokio::test]
async fn mara_connects_and_her_karma_is_read() {
    let client = Client::new();
    let code = allow(&client, MARA, &[]).await;
    let pair = exchange(&client, &code).await.json();
    assert_eq!(
        (&pair["token_type"], &pair["expires_in"], &pair["scope"]),
        (&json!("bearer"), &json!(86_400), &json!("identity submit"))
    );

    let answer = me(&client, pair["access_token"].as_str().expect("a token")).await;
    let profile = answer.json();
    assert_eq!((&profile["id"], &profile["total_karma"]), (&json!(MARA), &json!(61_087)));
    assert_eq!(profile["created_utc"], json!(1_552_433_444.0));
    assert!(
        profile["icon_img"]
            .as_str()
            .is_some_and(|url| url.starts_with("http://localhost:3900/avatars/reddit/"))
    );
    assert_eq!(
        (answer.header("x-ratelimit-remaining"), answer.header("x-ratelimit-reset")),
        ("999.0", "600")
    );

    let again = exchange(&client, &code).await;
    assert_eq!((again.status.as_u16(), again.json()), (200, json!({ "error": "invalid_grant" })));
}

// C9
#[tokio::test]
async fn programs_without_a_proper_user_agent_get_a_page() {
    let client = Client::new();
    for agent in [
        "curl/8.5.0",
        "huntaze/1.0 (by /u/huntaze)",
        "web:huntaze:v1",
        "web:huntaze:v1 (by /u/)",
        "web:huntaze:v1 (by /u/huntaze",
        "web::v1 (by /u/huntaze)",
    ] {
        let answer = client
            .post(
                "/reddit/api/v1/access_token",
                &[("user-agent", agent), ("authorization", &basic())],
                &[],
            )
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (403, "text/html; charset=utf-8"),
            "{agent}"
        );
    }
}

// X1, C4: a suspension for days ends when they are over, however often one looks.
#[tokio::test]
async fn a_suspension_has_one_end() {
    let client = Client::new();
    let look = async |access: &str| me(&client, access).await.json();
    let (access, kept) = connect(&client, "c0wq7r5v").await;
    let first = look(&access).await["suspension_expiration_utc"].as_f64().expect("an end");
    let order = json!({ "advanceSeconds": 80_000, "callersToo": true });
    client.control("clock", order.clone()).await;
    let second = look(&access).await["suspension_expiration_utc"].as_f64().expect("an end");
    assert!((first - second).abs() < 0.5);
    for _ in 0..3 {
        client.control("clock", order.clone()).await;
    }
    let access = refresh(&client, &kept).await.text("access_token");
    let over = look(&access).await;
    assert_eq!(
        (&over["is_suspended"], &over["suspension_expiration_utc"]),
        (&json!(false), &json!(null))
    );
}

// C4, S1
#[tokio::test]
async fn what_is_wrong_with_the_request_stays_on_a_page_of_reddit() {
    let client = Client::new();
    let evil = "https://evil.example/api/integrations/callback/youtube";
    for wrong in [
        ("client_id", "other"),
        ("redirect_uri", evil),
        ("scope", "everything"),
        ("response_type", "token"),
        ("state", ""),
    ] {
        let answer = client.get(&authorize(&[wrong]), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (400, ""), "{wrong:?}");
    }
    let denied = client.post(&authorize(&[]), &[], &[("decision", "deny")]).await;
    assert_eq!(
        (denied.returned("error").as_deref(), denied.returned("code")),
        (Some("access_denied"), None)
    );
}

// S1
#[tokio::test]
async fn a_code_opens_only_with_the_redirect_uri_it_was_asked_with() {
    let client = Client::new();
    let code = allow(&client, MARA, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://localhost:3000/api/integrations/callback/reddit"),
    ];
    assert_eq!(token(&client, &form).await.json(), json!({ "error": "invalid_grant" }));

    let late = allow(&client, MARA, &[]).await;
    client.advance(601).await;
    assert_eq!(exchange(&client, &late).await.json(), json!({ "error": "invalid_grant" }));
    assert_eq!(
        token(&client, &[("grant_type", "authorization_code")]).await.json(),
        json!({ "error": "invalid_request" })
    );
    assert_eq!(
        token(&client, &[("grant_type", "password")]).await.json(),
        json!({ "error": "unsupported_grant_type" })
    );
}

// T3, T6
#[tokio::test]
async fn a_refresh_token_works_until_it_is_revoked() {
    let client = Client::new();
    let (access, kept) = connect(&client, MARA).await;
    client.advance(86_400).await;
    let expired = me(&client, &access).await;
    assert_eq!((expired.status.as_u16(), expired.json()["error"].take()), (401, json!(401)));
    assert_eq!(
        expired.header("www-authenticate"),
        "Bearer realm=\"reddit\", error=\"invalid_token\""
    );

    let renewed = refresh(&client, &kept).await;
    assert_eq!(renewed.text("refresh_token"), kept);
    client.control("reddit/switches", json!({ "refreshTokenInRefreshAnswer": false })).await;
    assert_eq!(refresh(&client, &kept).await.json().get("refresh_token"), None);

    for token in ["unknown", &kept] {
        let revoked = revoke(&client, token).await;
        assert_eq!((revoked.status.as_u16(), revoked.body.as_str()), (200, ""), "{token}");
    }
    assert_eq!(
        me(&client, &renewed.text("access_token")).await.status,
        401,
        "its access tokens end with it"
    );
    let dead = refresh(&client, &kept).await;
    assert_eq!((dead.status.as_u16(), dead.json()["error"].take()), (400, json!(400)));
}

// C9: tokens of an hour, as Reddit had them until 2022; temporary access cannot be renewed.
#[tokio::test]
async fn lives_can_be_set_and_temporary_access_brings_no_refresh_token() {
    let client = Client::new();
    client.control("reddit/lifetimes", json!({ "accessSeconds": 3_600 })).await;
    let pair =
        exchange(&client, &allow(&client, MARA, &[("duration", "temporary")]).await).await.json();
    assert_eq!((&pair["expires_in"], pair.get("refresh_token")), (&json!(3_600), None));
}

// C4
#[tokio::test]
async fn a_missing_scope_is_told_by_its_header() {
    let client = Client::new();
    let pair = exchange(&client, &allow(&client, MARA, &[("scope", "submit")]).await).await;
    let answer = me(&client, &pair.text("access_token")).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (403, json!({ "error": 403 })));
    assert!(answer.header("www-authenticate").ends_with("error=\"insufficient_scope\""));
}

// C4
#[tokio::test]
async fn suspended_redditors_see_themselves_and_nothing_else() {
    let client = Client::new();
    for (account, has_end) in [("c0wq7r5v", true), ("2ep8dj6s", false)] {
        let code = allow(&client, account, &[("scope", "identity mysubreddits")]).await;
        let access = exchange(&client, &code).await.text("access_token");
        let profile = me(&client, &access).await.json();
        assert_eq!(
            (&profile["is_suspended"], profile["suspension_expiration_utc"].is_f64()),
            (&json!(true), has_end)
        );
        let bearer = format!("bearer {access}");
        let karma =
            client.get("/reddit/api/v1/me/karma", &[AGENT, ("authorization", &bearer)]).await;
        assert_eq!((karma.status.as_u16(), karma.text("message")), (403, "Forbidden".into()));
    }
}

// T7: our configuration, not the creator's fault.
#[tokio::test]
async fn a_wrong_client_is_refused_as_such() {
    let client = Client::new();
    let answer = client
        .post("/reddit/api/v1/access_token", &[AGENT, ("authorization", "Basic eDp5")], &[])
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("www-authenticate")),
        (401, "Basic realm=\"reddit\"")
    );
}
