//! Facebook's and Instagram's rules, section by section of the contract.

mod oauth;
mod pages;

use axum::{body::Body, http::Request};
use serde_json::Value;

use super::{CONFIGURED, TWIN};
use crate::sandbox::tests::{Answer, Client, callback, encoded};

const INES: &str = "10221873645091827";
const KOFI: &str = "10160442918375506";
const TRAINS: &str = "10158736620194471";
const MARTA: &str = "10219984472036158";
const NO_PAGE: &str = "10223310057748192";
const PERSONAL: &str = "10225561480937715";
const NO_TASK: &str = "10157290348816629";
const APP: &str = "huntaze-sandbox|huntaze-sandbox-secret";
const PAGES: &str =
    "id,name,access_token,tasks,instagram_business_account{id,username,profile_picture_url}";

fn authorize(change: &[(&str, &str)]) -> String {
    let (callback, scope) = (callback(TWIN.id), CONFIGURED.join(","));
    let mut query = vec![
        ("client_id", "huntaze-sandbox"),
        ("response_type", "code"),
        ("state", "s-1"),
        ("redirect_uri", &callback),
        ("scope", &scope),
    ];
    for (name, value) in change {
        query.retain(|(key, _)| key != name);
        query.push((name, value));
    }
    format!("/instagram/v26.0/dialog/oauth?{}", encoded(&query))
}

async fn decide(client: &Client, form: &[(&str, &str)]) -> Answer {
    client.post(&authorize(&[]), &[], form).await
}

async fn code(client: &Client, account: &str) -> String {
    let allowed = decide(client, &[("account", account), ("decision", "allow")]).await;
    allowed.returned("code").expect("a code")
}

async fn token(client: &Client, form: &[(&str, &str)]) -> Answer {
    let app = [("client_id", "huntaze-sandbox"), ("client_secret", "huntaze-sandbox-secret")];
    let form = [&app, form].concat();
    client.post("/instagram/v26.0/oauth/access_token", &[], &form).await
}

async fn exchange(client: &Client, code: &str) -> Answer {
    token(client, &[("code", code), ("redirect_uri", &callback(TWIN.id))]).await
}

async fn extend(client: &Client, access: &str) -> Answer {
    token(client, &[("grant_type", "fb_exchange_token"), ("fb_exchange_token", access)]).await
}

/// A long-lived token.
async fn connect(client: &Client, account: &str) -> String {
    let short = exchange(client, &code(client, account).await).await;
    extend(client, &short.text("access_token")).await.text("access_token")
}

async fn graph(client: &Client, access: &str, path: &str, query: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {access}");
    let path = format!("/instagram/v26.0/{path}?{}", encoded(query));
    client.get(&path, &[("authorization", &bearer)]).await
}

async fn pages(client: &Client, access: &str) -> Value {
    let fields = [("fields", PAGES), ("limit", "100")];
    graph(client, access, "me/accounts", &fields).await.json()
}

async fn debug(client: &Client, token: &str) -> Value {
    let query = [("input_token", token), ("access_token", APP)];
    let path = format!("/instagram/v26.0/debug_token?{}", encoded(&query));
    client.get(&path, &[]).await.json()["data"].take()
}

async fn delete(client: &Client, access: &str, path: &str) -> Answer {
    let request = Request::delete(format!("/instagram/v26.0/{path}?access_token={access}"));
    client.send(request.body(Body::empty()).expect("a request")).await
}

/// Code and subcode of an error.
fn error(answer: &Answer) -> (i64, Option<i64>) {
    let error = answer.json()["error"].take();
    assert_eq!(error["type"], "OAuthException", "{}", answer.body);
    assert!(error["fbtrace_id"].is_string());
    (error["code"].as_i64().expect("a code"), error["error_subcode"].as_i64())
}
