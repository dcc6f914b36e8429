//! Consent, tokens, revocation.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::{
    INES, INES_SECOND, allow, authorize, channels, connect, exchange, reason, refresh, text, token,
};
use crate::sandbox::{
    tests::{Client, basic, basic_form_encoded, basic_of, callback, reserved},
    youtube::{FORCE_SSL, READONLY, TWIN, UPLOAD},
};

// C7: a refresh token only with offline access, on the first grant or with prompt=consent.
#[tokio::test]
async fn a_refresh_token_is_not_given_for_the_asking() {
    let client = Client::new();
    let has_refresh = |pair: Value| pair.get("refresh_token").is_some();
    assert!(!has_refresh(connect(&client, INES, &[("access_type", "online")]).await));
    assert!(!has_refresh(connect(&client, INES, &[("prompt", "")]).await), "not the first grant");
    assert!(has_refresh(connect(&client, INES, &[]).await));
    assert!(has_refresh(connect(&client, INES_SECOND, &[("prompt", "")]).await), "the first grant");
}

// C4
#[tokio::test]
async fn people_untick_scopes_and_nothing_ticked_is_a_no() {
    let client = Client::new();
    let page = client.get(&authorize(&[]), &[]).await.body;
    assert!(page.contains("name=\"scopes\"") && page.contains("name=\"boxes_shown\""));
    let post = async |extra: &[(&str, &str)]| {
        let form = [&[("account", INES), ("decision", "allow")], extra].concat();
        client.post(&authorize(&[]), &[], &form).await
    };
    let partly = post(&[("boxes_shown", "1"), ("scopes", UPLOAD)]).await;
    assert_eq!(partly.returned("scope").as_deref(), Some(UPLOAD));
    let pair = exchange(&client, &partly).await.json();
    assert_eq!(pair["scope"], UPLOAD);
    let refused = channels(&client, &pair["access_token"], "part=id&mine=true").await;
    assert_eq!(
        (refused.status.as_u16(), reason(&refused)),
        (403, json!("insufficientPermissions"))
    );

    let none = post(&[("boxes_shown", "1")]).await;
    assert_eq!(none.returned("error").as_deref(), Some("access_denied"));
    let script = post(&[]).await;
    assert_eq!(
        script.returned("scope"),
        Some(format!("{UPLOAD} {READONLY}")),
        "a script that names none means all"
    );
    let list = post(&[("scopes", &format!("{READONLY},{UPLOAD}"))]).await;
    assert_eq!(list.returned("scope"), Some(format!("{UPLOAD} {READONLY}")));
    let more =
        connect(&client, INES, &[("scope", FORCE_SSL), ("include_granted_scopes", "true")]).await;
    assert_eq!(more["scope"], format!("{FORCE_SSL} {UPLOAD}"), "with what was allowed before");
}

// T6
#[tokio::test]
async fn a_refresh_keeps_its_token_and_does_not_repeat_it() {
    let client = Client::new();
    let pair = connect(&client, INES, &[]).await;
    let kept = text(&pair["refresh_token"]);
    client.advance(3_600).await;
    let expired = channels(&client, &pair["access_token"], "part=id&mine=true").await;
    assert_eq!((expired.status.as_u16(), reason(&expired)), (401, json!("authError")));
    for _ in 0..2 {
        let renewed = refresh(&client, kept).await;
        assert_eq!((renewed.status.as_u16(), renewed.json().get("refresh_token")), (200, None));
        client.advance(181 * 86_400).await;
    }
    client.advance(2 * 86_400).await;
    let dead = refresh(&client, kept).await;
    assert_eq!(dead.status, 400, "unused for half a year");
    assert_eq!(
        dead.json(),
        json!({ "error": "invalid_grant", "error_description": "Token has been expired or \
            revoked." })
    );
}

// C11, T7: revoking any token of a person ends all of that person's channels in the project.
#[tokio::test]
async fn revoking_one_channel_of_a_person_ends_the_other() {
    let client = Client::new();
    let first = connect(&client, INES, &[]).await;
    let second = connect(&client, INES_SECOND, &[]).await;
    let kofi = connect(&client, "UCk0f1C00ksTvEry7uesday_", &[]).await;
    let info = async |pair: &Value| {
        client
            .get(&format!("/youtube/tokeninfo?access_token={}", text(&pair["access_token"])), &[])
            .await
    };
    assert_eq!(info(&first).await.text("sub"), info(&second).await.text("sub"));
    assert_eq!(info(&first).await.text("access_type"), "offline");
    assert!(info(&first).await.text("expires_in").parse::<i64>().is_ok_and(|left| left > 3_500));

    let token = text(&first["access_token"]).to_owned();
    assert_eq!(client.post("/youtube/revoke", &[], &[("token", &token)]).await.status, 200);
    assert_eq!(refresh(&client, text(&second["refresh_token"])).await.status, 400);
    assert_eq!(refresh(&client, text(&kofi["refresh_token"])).await.status, 200);
    assert_eq!(
        info(&first).await.json(),
        json!({ "error": "invalid_token", "error_description": "Invalid Value" })
    );
    let again = client.post("/youtube/revoke", &[], &[("token", &token)]).await;
    assert_eq!((again.status.as_u16(), again.text("error")), (400, "invalid_token".into()));
}

// S1
#[tokio::test]
async fn codes_are_bound_to_verifier_and_redirect_uri() {
    let client = Client::new();
    let challenge = [
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let exchange = async |verifier: &str, redirect_uri: &str| {
        let code = allow(&client, INES, &challenge).await.returned("code").expect("a code");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        token(&client, &form).await
    };
    let (verifier, callback) = ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", callback(TWIN.id));
    assert_eq!(exchange(verifier, &callback).await.status, 200);
    assert_eq!(exchange("", &callback).await.text("error"), "invalid_grant");
    assert_eq!(
        exchange(verifier, "https://app.example/").await.text("error"),
        "redirect_uri_mismatch"
    );

    let wrong = client.get(&authorize(&[("redirect_uri", "https://app.example/")]), &[]).await;
    assert!(wrong.status == 400 && wrong.body.contains("redirect_uri_mismatch"));
    let form = [("grant_type", "authorization_code"), ("code", "abc"), ("redirect_uri", "x")];
    assert_eq!(token(&client, &form).await.text("error_description"), "Malformed auth code.");
    let stranger = client.post("/youtube/token", &[], &form).await;
    assert_eq!((stranger.status.as_u16(), stranger.text("error")), (401, "invalid_client".into()));
}

// T4: an app in Testing loses its refresh tokens after seven days, and use does not help.
#[tokio::test]
async fn a_set_life_of_refresh_tokens_is_told_and_final() {
    let client = Client::new();
    client.control("youtube/lifetimes", json!({ "refreshSeconds": 604_800 })).await;
    let pair = connect(&client, INES, &[]).await;
    assert_eq!(pair["refresh_token_expires_in"], 604_800);
    client.advance(604_000).await;
    let left =
        refresh(&client, text(&pair["refresh_token"])).await.json()["refresh_token_expires_in"]
            .as_i64();
    assert!(left.is_some_and(|left| (700..=800).contains(&left)));
    client.advance(800).await;
    assert_eq!(refresh(&client, text(&pair["refresh_token"])).await.text("error"), "invalid_grant");
}

// C12: the hundred-and-first refresh token silently kills the oldest.
#[tokio::test]
async fn a_hundred_refresh_tokens_are_enough() {
    let client = Client::new();
    let oldest = connect(&client, INES, &[]).await;
    let second = connect(&client, INES, &[]).await;
    for _ in 0..98 {
        connect(&client, INES, &[]).await;
    }
    assert_eq!(refresh(&client, text(&oldest["refresh_token"])).await.status, 200);
    connect(&client, INES, &[]).await;
    assert_eq!(refresh(&client, text(&oldest["refresh_token"])).await.status, 400);
    assert_eq!(refresh(&client, text(&second["refresh_token"])).await.status, 200);
}

// X1, C7: the ways in which Google's own libraries and others call.
#[tokio::test]
async fn tokens_are_asked_for_told_and_revoked_in_every_documented_way() {
    let client = Client::new();
    let (id, secret) = reserved();
    let redirect_uri = callback(TWIN.id);
    for (id, proof) in [
        ("huntaze-sandbox", basic()),
        (id, basic_of(id, secret)),
        (id, basic_form_encoded(id, secret)),
    ] {
        let code = allow(&client, INES, &[("client_id", id)]).await.returned("code");
        let code = code.expect("a code");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", &redirect_uri),
        ];
        let headers = [("authorization", proof.as_str())];
        let pair = client.post("/youtube/token", &headers, &form).await;
        assert_eq!(pair.status, 200, "{id}: {}", pair.body);
        let access = pair.text("access_token");
        let bearer = format!("Bearer {access}");
        for info in [
            client.post("/youtube/tokeninfo", &[("authorization", &bearer)], &[]).await,
            client.post("/youtube/tokeninfo", &[], &[("access_token", &access)]).await,
            client.get("/youtube/tokeninfo", &[("authorization", &bearer)]).await,
        ] {
            assert_eq!(info.text("aud"), id);
        }
        let revoked = client.post(&format!("/youtube/revoke?token={access}"), &[], &[]).await;
        assert_eq!(revoked.status, 200);
        assert_eq!(refresh(&client, &pair.text("refresh_token")).await.status, 400);
    }
}

// X1, C4: RFC 6749 (6).
#[tokio::test]
async fn a_refresh_widens_nothing() {
    let client = Client::new();
    let pair = connect(&client, INES, &[("scope", READONLY)]).await;
    let ask = async |scope: &str| {
        let kept = text(&pair["refresh_token"]);
        let form = [("grant_type", "refresh_token"), ("refresh_token", kept), ("scope", scope)];
        token(&client, &form).await
    };
    assert_eq!(ask(READONLY).await.text("scope"), READONLY);
    let wider = ask(&format!("{READONLY} {UPLOAD}")).await;
    assert_eq!((wider.status.as_u16(), wider.text("error")), (400, "invalid_scope".into()));
}

// X1, C7: who asks for `openid` gets an ID token that the published key opens.
#[tokio::test]
async fn an_id_token_says_who_allowed() {
    let client = Client::new();
    let certs = client.get("/youtube/oauth2/v3/certs", &[]).await.json();
    let key: jsonwebtoken::jwk::Jwk =
        serde_json::from_value(certs["keys"][0].clone()).expect("a key");
    let key = DecodingKey::from_jwk(&key).expect("a key to check with");
    let mut expected = Validation::new(Algorithm::RS256);
    expected.set_audience(&["huntaze-sandbox"]);
    expected.set_issuer(&["http://localhost:3900/youtube"]);
    let open = |pair: &Value| {
        let token = jsonwebtoken::decode::<Value>(text(&pair["id_token"]), &key, &expected);
        token.expect("a signature of the published key").claims
    };
    assert_eq!(connect(&client, INES, &[]).await.get("id_token"), None);
    let scope = format!("openid email profile {READONLY}");
    let pair = connect(&client, INES, &[("scope", &scope), ("nonce", "n-1")]).await;
    let claims = open(&pair);
    assert_eq!((text(&claims["nonce"]), text(&claims["name"])), ("n-1", "Inês Paints"));
    assert_eq!(claims["sub"], "104817263549870213345");
    assert_eq!(claims["email"], "inespaints@example.com");
    // Though the sandbox's clock runs ahead of the callers'.
    client.advance(86_400).await;
    let renewed = refresh(&client, text(&pair["refresh_token"])).await.json();
    assert_eq!(open(&renewed)["sub"], claims["sub"]);
}

// X1
#[tokio::test]
async fn an_unknown_path_is_googles_page() {
    let client = Client::new();
    for path in ["/youtube/nothing", "/youtube/token", "/youtube/youtube/v3/nothing"] {
        let answer = client.get(path, &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (404, "text/html; charset=utf-8"),
            "{path}"
        );
    }
}
