//! Consent, tokens, revocation.

use aws_lc_rs::hmac;
use serde_json::json;

use super::{
    INES, KOFI, authorize, code, connect, debug, decide, delete, error, exchange, extend, graph,
    pages, token,
};
use crate::sandbox::{
    instagram::TWIN,
    secret,
    tests::{Client, basic, basic_of, callback, encoded},
};

// C4, C5: all or nothing.
#[tokio::test]
async fn whoever_refuses_one_permission_grants_none() {
    let client = Client::new();
    let page = client.get(&authorize(&[]), &[]).await.body;
    assert!(page.contains("All or nothing"));
    let form =
        [("account", KOFI), ("decision", "allow"), ("scopes", "instagram_basic,pages_show_list")];
    let code = decide(&client, &form).await.returned("code").expect("a code");
    let access = exchange(&client, &code).await.text("access_token");
    let told = graph(&client, &access, "me/permissions", &[]).await.json();
    let declined = json!({ "permission": "instagram_basic", "status": "declined" });
    let lines = told["data"].as_array().expect("a list");
    assert!(lines.contains(&declined) && lines.len() == 9, "{told}");
    let refused = graph(&client, &access, "me/accounts", &[]).await;
    assert_eq!((refused.status.as_u16(), error(&refused).0), (403, 200));

    let access = connect(&client, KOFI).await;
    let told = graph(&client, &access, "me/permissions", &[]).await.body;
    assert!(!told.contains("declined"), "{told}");
}

// C4
#[tokio::test]
async fn cancel_comes_back_in_facebooks_words() {
    let client = Client::new();
    let denied = decide(&client, &[("decision", "deny")]).await;
    for (name, value) in [
        ("error", "access_denied"),
        ("error_reason", "user_denied"),
        ("error_code", "200"),
        ("error_description", "Permissions error"),
        ("state", "s-1"),
    ] {
        assert_eq!(denied.returned(name).as_deref(), Some(value));
    }
}

// C5
#[tokio::test]
async fn the_dialog_takes_scopes_between_commas_or_spaces_or_a_configuration() {
    let client = Client::new();
    let status =
        async |change: &[(&str, &str)]| client.get(&authorize(change), &[]).await.status.as_u16();
    assert_eq!(status(&[("scope", ""), ("config_id", "711")]).await, 200);
    for scope in ["instagram_basic pages_show_list", "public_profile, instagram_basic"] {
        assert_eq!(status(&[("scope", scope)]).await, 200, "{scope}");
    }
    for change in [
        [("config_id", "711")],
        [("scope", "")],
        [("scope", "instagram_everything")],
        [("client_id", "somebody")],
        [("redirect_uri", "https://app.example/")],
        [("response_type", "token")],
    ] {
        assert_eq!(status(&change).await, 400, "{change:?}");
    }
    let old = authorize(&[]).replace("v26.0", "v20.0");
    assert_eq!(error(&client.get(&old, &[]).await).0, 2500);
    assert_eq!(error(&client.get("/instagram/v99.0/me", &[]).await).0, 2500);
}

// S1
#[tokio::test]
async fn codes_are_used_once_in_time_and_with_their_redirect_uri() {
    let client = Client::new();
    let used = code(&client, KOFI).await;
    let path = |code: &str| {
        let query = [
            ("client_id", "huntaze-sandbox"),
            ("client_secret", "huntaze-sandbox-secret"),
            ("redirect_uri", &callback(TWIN.id)),
            ("code", code),
        ];
        format!("/instagram/v26.0/oauth/access_token?{}", encoded(&query))
    };
    assert_eq!(client.get(&path(&used), &[]).await.status, 200, "GET too");
    assert_eq!(error(&exchange(&client, &used).await), (100, Some(36_009)));

    let form = [("code", &*code(&client, KOFI).await), ("redirect_uri", "https://app.example/")];
    assert_eq!(error(&token(&client, &form).await), (100, Some(36_008)));

    let late = code(&client, KOFI).await;
    client.advance(601).await;
    assert_eq!(error(&exchange(&client, &late).await), (100, Some(36_007)));
    assert_eq!(error(&exchange(&client, "abc").await), (100, None));
    let stranger = client.post("/instagram/v26.0/oauth/access_token", &[], &[]).await;
    assert_eq!(error(&stranger), (101, None));
}

// T6: no refresh token; a living token is exchanged, a dead one is not.
#[tokio::test]
async fn a_long_token_is_renewed_while_it_lives() {
    let client = Client::new();
    let access = connect(&client, KOFI).await;
    client.advance(50 * 86_400).await;
    let renewed = extend(&client, &access).await;
    assert_eq!(renewed.json()["expires_in"], 5_183_944);
    client.advance(15 * 86_400).await;
    assert_eq!(error(&extend(&client, &access).await), (190, Some(463)));
    let dead = graph(&client, &access, "me", &[]).await;
    assert_eq!((dead.status.as_u16(), error(&dead)), (400, (190, Some(463))));

    let renewed = renewed.text("access_token");
    assert_eq!(graph(&client, &renewed, "me", &[]).await.text("name"), "Kofi Mensah");
    client.control("instagram/expire", json!({ "account": KOFI })).await;
    assert_eq!(error(&extend(&client, &renewed).await), (190, Some(463)));
}

// C12
#[tokio::test]
async fn debug_token_knows_the_end_of_the_token_and_of_data_access() {
    let client = Client::new();
    let access = connect(&client, KOFI).await;
    let told = debug(&client, &access).await;
    assert_eq!(
        (&told["is_valid"], &told["type"], &told["user_id"]),
        (&json!(true), &json!("USER"), &json!(KOFI))
    );
    let number = |name: &str| told[name].as_i64().expect("a number");
    let ninety_days = number("data_access_expires_at") - number("issued_at");
    assert_eq!(ninety_days, 90 * 86_400);
    assert!((5_183_900..=5_184_000).contains(&(number("expires_at") - number("issued_at"))));
    assert_eq!(told["granular_scopes"][0]["target_ids"], json!(["17841401173629085"]));

    let page = pages(&client, &access).await["data"][0]["access_token"].take();
    let page = page.as_str().expect("a token");
    let told = debug(&client, page).await;
    assert_eq!((&told["type"], &told["expires_at"]), (&json!("PAGE"), &json!(0)));
    assert_eq!(graph(&client, page, "me", &[]).await.text("name"), "Kofi Cooks");
    assert_eq!(error(&graph(&client, page, "me/accounts", &[]).await), (100, Some(33)));

    client.advance(61 * 86_400).await;
    let dead = debug(&client, &access).await;
    assert_eq!((&dead["is_valid"], &dead["error"]["subcode"]), (&json!(false), &json!(463)));
    let stranger = graph(&client, &access, "debug_token", &[("input_token", "x")]).await;
    assert_eq!(error(&stranger), (100, None), "only the app may ask");
}

// C11, T7: revoking ends the app for the whole person, Pages included.
#[tokio::test]
async fn revoking_ends_every_token_of_the_person() {
    let client = Client::new();
    let (first, second) = (connect(&client, INES).await, connect(&client, INES).await);
    let kofi = connect(&client, KOFI).await;
    let page = pages(&client, &second).await["data"][0]["access_token"].take();
    let page = page.as_str().expect("a token");
    assert_eq!(
        error(&delete(&client, &first, &format!("{KOFI}/permissions")).await),
        (100, Some(33))
    );

    let revoked = delete(&client, &first, &format!("{INES}/permissions")).await;
    assert_eq!(revoked.json(), json!({ "success": true }));
    for token in [&first, &second, page] {
        assert_eq!(error(&graph(&client, token, "me", &[]).await), (190, Some(458)));
    }
    let one = delete(&client, &kofi, "me/permissions/instagram_manage_insights").await;
    assert_eq!(one.status, 200);
    let told = graph(&client, &kofi, "me/permissions", &[]).await.body;
    assert!(told.contains(r#"{"permission":"instagram_manage_insights","status":"declined"}"#));
    client.control("instagram/revoke", json!({ "account": KOFI })).await;
    assert_eq!(error(&graph(&client, &kofi, "me", &[]).await), (190, Some(458)));
}

// X1, C5: as pyfacebook and others call: no version, Basic at the exchange, the app's own token.
#[tokio::test]
async fn graph_is_called_without_a_version_and_the_app_shows_itself_by_basic() {
    let client = Client::new();
    let page = authorize(&[]).replace("/v26.0/", "/");
    let allowed = client.post(&page, &[], &[("account", KOFI), ("decision", "allow")]).await;
    let code = allowed.returned("code").expect("a code");
    let (redirect_uri, basic) = (callback(TWIN.id), basic());
    let form = [("code", code.as_str()), ("redirect_uri", redirect_uri.as_str())];
    let exchange = async |basic: &str| {
        let headers = [("authorization", basic)];
        client.post("/instagram/oauth/access_token", &headers, &form).await
    };
    assert_eq!(error(&exchange(&basic_of("huntaze-sandbox", "another")).await).0, 101);
    let access = exchange(&basic).await.text("access_token");
    let me = client.get(&format!("/instagram/me?access_token={access}"), &[]).await;
    assert_eq!(me.text("id"), KOFI);

    let app = token(&client, &[("grant_type", "client_credentials")]).await.text("access_token");
    let query = encoded(&[("input_token", &access), ("access_token", &app)]);
    let told = client.get(&format!("/instagram/debug_token?{query}"), &[]).await.json();
    assert_eq!(told["data"]["user_id"], KOFI);
}

// X1, S1: HMAC-SHA256 of the token by the app's secret.
#[tokio::test]
async fn a_wrong_proof_of_the_apps_secret_is_refused() {
    let client = Client::new();
    let access = connect(&client, KOFI).await;
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"huntaze-sandbox-secret");
    let right = secret::hexadecimal(hmac::sign(&key, access.as_bytes()).as_ref());
    let other = secret::hexadecimal(hmac::sign(&key, b"EAAanother").as_ref());
    let me = async |proof: &str| graph(&client, &access, "me", &[("appsecret_proof", proof)]).await;
    assert_eq!(me(&right).await.status, 200);
    for wrong in [&right[1..], &other, "nonsense"] {
        let refused = me(wrong).await;
        let error = refused.json()["error"].take();
        assert_eq!((refused.status.as_u16(), &error["code"]), (400, &json!(100)), "{wrong}");
        assert_eq!(error["type"], "GraphMethodException");
    }
}
