//! TikTok's rules, section by section of the contract.

use serde_json::{Value, json};

use super::TWIN;
use crate::sandbox::tests::{Answer, Client, callback, encoded};

const INES: &str = "afd97af1-b87b-48b9-ac98-410a5e0c5344";
const PRIVATE: &str = "e80b4f7d-1c39-4d52-b6f1-9a7c20d54e63";
const BANNED: &str = "3f9a0e6b-d741-4c82-8e2f-b5c6a7d81094";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// SHA-256 of the verifier in hexadecimal, and as everybody else wants it.
const HEX: &str = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3";
const BASE64URL: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const WEB: &str = "https://app.example/api/integrations/callback/tiktok";
const ALL: &str =
    "user.info.basic,user.info.profile,user.info.stats,video.list,video.upload,video.publish";

fn authorize(change: &[(&str, &str)]) -> String {
    let callback = callback(TWIN.id);
    let mut query = vec![
        ("client_key", "huntaze-sandbox"),
        ("response_type", "code"),
        ("state", "s-1"),
        ("redirect_uri", &callback),
        ("scope", ALL),
        ("code_challenge", HEX),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        query.retain(|(key, _)| key != name);
        query.push((name, value));
    }
    format!("/tiktok/v2/auth/authorize/?{}", encoded(&query))
}

async fn allow(client: &Client, account: &str, extra: &[(&str, &str)]) -> Answer {
    let form = [&[("account", account), ("decision", "allow")], extra].concat();
    client.post(&authorize(&[]), &[], &form).await
}

async fn token(client: &Client, form: &[(&str, &str)]) -> Answer {
    let app = [("client_key", "huntaze-sandbox"), ("client_secret", "huntaze-sandbox-secret")];
    client.post("/tiktok/v2/oauth/token/", &[], &[&app, form].concat()).await
}

async fn exchange(client: &Client, allowed: &Answer) -> Answer {
    let code = allowed.returned("code").expect("a code");
    token(
        client,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &callback(TWIN.id)),
            ("code_verifier", VERIFIER),
        ],
    )
    .await
}

async fn connect(client: &Client, account: &str) -> Answer {
    exchange(client, &allow(client, account, &[]).await).await
}

async fn refresh(client: &Client, refresh_token: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    token(client, &form).await
}

async fn user(client: &Client, access: &str, fields: &str) -> Answer {
    let bearer = format!("Bearer {access}");
    let path = format!("/tiktok/v2/user/info/?fields={fields}");
    client.get(&path, &[("authorization", &bearer)]).await
}

async fn creator(client: &Client, access: &str) -> Answer {
    let bearer = format!("Bearer {access}");
    let path = "/tiktok/v2/post/publish/creator_info/query/";
    client.post(path, &[("authorization", &bearer)], &[]).await
}

/// Status and code of an answer in the envelope.
fn outcome(answer: &Answer) -> (u16, Value) {
    let mut json = answer.json();
    assert!(json["error"]["log_id"].is_string() && json["data"].is_object());
    (answer.status.as_u16(), json["error"]["code"].take())
}

// C6
#[tokio::test]
async fn ines_connects_and_reads_her_profile() {
    let client = Client::new();
    let allowed = allow(&client, INES, &[]).await;
    assert_eq!(allowed.returned("scopes").as_deref(), Some(ALL));
    assert_eq!(allowed.returned("state").as_deref(), Some("s-1"));
    assert!(allowed.returned("code").is_some_and(|code| code.contains("*2!")));

    let pair = exchange(&client, &allowed).await;
    let json = pair.json();
    assert_eq!(
        (&json["expires_in"], &json["refresh_expires_in"], &json["token_type"]),
        (&json!(7_200), &json!(15_552_000), &json!("Bearer"))
    );
    assert_eq!((&json["open_id"], &json["scope"]), (&json!(INES), &json!(ALL)));
    let access = pair.text("access_token");
    assert!(access.starts_with("act.") && pair.text("refresh_token").starts_with("rft."));

    let answer = user(&client, &access, "open_id,display_name,username,follower_count").await;
    assert_eq!(outcome(&answer), (200, json!("ok")));
    assert_eq!(
        answer.json()["data"]["user"],
        json!({
            "open_id": INES, "display_name": "Inês Paints", "username": "ines.paints",
            "follower_count": 212_480,
        })
    );
}

// S1: which kind of app asks depends on the redirect URI.
#[tokio::test]
async fn a_desktop_app_needs_a_challenge_in_hexadecimal_and_a_web_app_none() {
    let client = Client::new();
    let status =
        async |change: &[(&str, &str)]| client.get(&authorize(change), &[]).await.status.as_u16();
    assert_eq!(status(&[]).await, 200);
    let without_port = "http://localhost/api/integrations/callback/tiktok";
    let (shouted, elsewhere) = (HEX.to_uppercase(), format!("{WEB}?next=/"));
    for change in [
        [("code_challenge", BASE64URL)],
        [("code_challenge", &shouted)],
        [("code_challenge", "")],
        [("code_challenge_method", "plain")],
        [("redirect_uri", without_port)],
        [("redirect_uri", &elsewhere)],
        [("scope", "user.info.basic video.list")],
        [("scope", "")],
        [("client_key", "somebody")],
        [("state", "")],
    ] {
        assert_eq!(status(&change).await, 400, "{change:?}");
    }
    let form = [("account", INES), ("decision", "allow")];
    let web = [("redirect_uri", WEB), ("code_challenge", ""), ("code_challenge_method", "")];
    let code = client.post(&authorize(&web), &[], &form).await.returned("code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_deref().expect("a code")),
        ("redirect_uri", WEB),
    ];
    assert_eq!(token(&client, &form).await.status, 200);
}

// S1
#[tokio::test]
async fn codes_are_bound_to_verifier_and_redirect_uri_and_used_once() {
    let client = Client::new();
    let allowed = allow(&client, INES, &[]).await;
    assert_eq!(exchange(&client, &allowed).await.status, 200);
    let again = exchange(&client, &allowed).await;
    assert_eq!((again.status.as_u16(), again.text("error")), (400, "invalid_grant".into()));
    assert!(again.json()["error_description"].is_string() && again.json()["log_id"].is_string());

    let attempt = async |redirect_uri: &str, verifier: &str| {
        let code = allow(&client, INES, &[]).await.returned("code").expect("a code");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        token(&client, &form).await.text("error")
    };
    assert_eq!(attempt(&callback(TWIN.id), "").await, "invalid_grant");
    assert_eq!(attempt(&callback(TWIN.id), &"x".repeat(43)).await, "invalid_grant");
    assert_eq!(attempt(WEB, VERIFIER).await, "invalid_request");
    let late = allow(&client, INES, &[]).await;
    client.advance(300).await;
    assert_eq!(exchange(&client, &late).await.text("error"), "invalid_grant");
    let stranger = [("client_key", "somebody"), ("client_secret", "x")];
    let stranger = client.post("/tiktok/v2/oauth/token/", &[], &stranger).await;
    assert_eq!((stranger.status.as_u16(), stranger.text("error")), (401, "invalid_client".into()));
}

// C4
#[tokio::test]
async fn people_untick_scopes_and_each_field_needs_its_own() {
    let client = Client::new();
    let page = client.get(&authorize(&[]), &[]).await.body;
    assert!(page.contains("value=\"video.publish\" checked"));
    assert!(!page.contains("value=\"user.info.basic\" checked"), "not to untick");
    let partly = [("boxes_shown", "1"), ("scopes", "video.list")];
    let partly = allow(&client, INES, &partly).await;
    assert_eq!(partly.returned("scopes").as_deref(), Some("user.info.basic,video.list"));
    let access = exchange(&client, &partly).await.text("access_token");
    assert_eq!(outcome(&user(&client, &access, "display_name").await).0, 200);
    let missed = user(&client, &access, "display_name,username").await;
    assert_eq!(outcome(&missed), (400, json!("scope_permission_missed")));
    let unknown = user(&client, &access, "shoe_size").await;
    assert_eq!(outcome(&unknown), (400, json!("invalid_params")));
    let refused = creator(&client, &access).await;
    assert_eq!(outcome(&refused), (401, json!("scope_not_authorized")));

    let denied = client.post(&authorize(&[]), &[], &[("decision", "deny")]).await;
    assert_eq!(denied.returned("error").as_deref(), Some("access_denied"));
    assert!(denied.returned("error_description").is_some());
}

// T6: a refresh kills the token it used.
#[tokio::test]
async fn refresh_tokens_rotate() {
    let client = Client::new();
    let pair = connect(&client, INES).await;
    client.advance(7_200).await;
    let dead = user(&client, &pair.text("access_token"), "open_id").await;
    assert_eq!(outcome(&dead), (401, json!("access_token_invalid")));
    let old = pair.text("refresh_token");
    let renewed = refresh(&client, &old).await;
    assert_eq!(renewed.status, 200);
    assert_eq!(refresh(&client, &old).await.text("error"), "invalid_grant");
    let access = renewed.text("access_token");
    assert_eq!(outcome(&user(&client, &access, "open_id").await).0, 200);
    client.advance(15_552_000).await;
    let late = refresh(&client, &renewed.text("refresh_token")).await;
    assert_eq!(late.text("error"), "invalid_grant");
}

// T7: errors of the token endpoint can come with 200; lives can be those of old.
#[tokio::test]
async fn an_error_can_come_with_200() {
    let client = Client::new();
    client.control("tiktok/switches", json!({ "errorsWith200": true })).await;
    let refused = refresh(&client, "rft.unknown").await;
    assert_eq!((refused.status.as_u16(), refused.text("error")), (200, "invalid_grant".into()));
    let old = json!({ "accessSeconds": 86_400, "refreshSeconds": 31_536_000 });
    client.control("tiktok/lifetimes", old).await;
    let pair = connect(&client, INES).await.json();
    assert_eq!(
        (&pair["expires_in"], &pair["refresh_expires_in"]),
        (&json!(86_400), &json!(31_536_000))
    );
}

// C11
#[tokio::test]
async fn revoking_answers_with_nothing_and_ends_the_connection() {
    let client = Client::new();
    let pair = connect(&client, INES).await;
    let revoke = async || {
        let form = [
            ("client_key", "huntaze-sandbox"),
            ("client_secret", "huntaze-sandbox-secret"),
            ("token", &*pair.text("access_token")),
        ];
        client.post("/tiktok/v2/oauth/revoke/", &[], &form).await
    };
    let revoked = revoke().await;
    assert_eq!((revoked.status.as_u16(), revoked.body.as_str()), (200, ""));
    let refresh = refresh(&client, &pair.text("refresh_token")).await;
    assert_eq!(refresh.text("error"), "invalid_grant");
    assert_eq!(revoke().await.text("error"), "invalid_grant");
}

// C6: what an account may post depends on the account.
#[tokio::test]
async fn creator_info_tells_what_may_be_posted() {
    let client = Client::new();
    let info = async |account| {
        let access = connect(&client, account).await.text("access_token");
        creator(&client, &access).await
    };
    let public = info(INES).await.json()["data"].take();
    assert_eq!(public["privacy_level_options"][0], "PUBLIC_TO_EVERYONE");
    assert_eq!(public["max_video_post_duration_sec"], 600);
    let private = info(PRIVATE).await.json()["data"].take();
    assert_eq!(
        private["privacy_level_options"],
        json!(["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"])
    );
    let banned = info(BANNED).await;
    assert_eq!(outcome(&banned), (200, json!("spam_risk_user_banned_from_posting")));
    for (switch, code) in [
        ("userCapReached", "reached_active_user_cap"),
        ("tooManyPosts", "spam_risk_too_many_posts"),
    ] {
        client.control("tiktok/switches", json!({ switch: true })).await;
        assert_eq!(outcome(&info(INES).await), (200, json!(code)));
    }
}

// C12
#[tokio::test]
async fn creator_info_may_be_asked_twenty_times_a_minute() {
    let client = Client::new();
    let access = connect(&client, INES).await.text("access_token");
    for _ in 0..20 {
        assert_eq!(creator(&client, &access).await.status, 200);
    }
    let over = creator(&client, &access).await;
    assert_eq!(outcome(&over), (429, json!("rate_limit_exceeded")));
    client.advance(60).await;
    assert_eq!(creator(&client, &access).await.status, 200);
}

// C9, X2
#[tokio::test]
async fn ordered_errors_are_flat_or_nested_by_endpoint() {
    let client = Client::new();
    client.control("faults", json!({ "platform": "tiktok", "kind": 503, "times": 2 })).await;
    assert_eq!(refresh(&client, "x").await.text("error"), "temporarily_unavailable");
    assert_eq!(outcome(&user(&client, "x", "open_id").await), (503, json!("internal_error")));
}
