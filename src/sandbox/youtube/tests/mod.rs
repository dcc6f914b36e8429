//! Google's and YouTube's rules, section by section of the contract.

mod channels;
mod oauth;

use serde_json::Value;

use super::{READONLY, TWIN, UPLOAD};
use crate::sandbox::tests::{Answer, Client, callback, encoded};

const INES: &str = "UCx4Qe7mVtR2nYp0LwHs3ABg";
const INES_SECOND: &str = "UC9bTz1KfWqD6uGcE8jN0vRw";
const NO_CHANNEL: &str = "112609745530018847259";
const CLIENT: [(&str, &str); 2] =
    [("client_id", "huntaze-sandbox"), ("client_secret", "huntaze-sandbox-secret")];

fn authorize(change: &[(&str, &str)]) -> String {
    let (callback, scope) = (callback(TWIN.id), format!("{UPLOAD} {READONLY}"));
    let mut query = vec![
        ("client_id", "huntaze-sandbox"),
        ("response_type", "code"),
        ("state", "s-1"),
        ("redirect_uri", &callback),
        ("scope", &scope),
        ("access_type", "offline"),
        ("prompt", "consent select_account"),
    ];
    for (name, value) in change {
        query.retain(|(key, _)| key != name);
        query.push((name, value));
    }
    format!("/youtube/o/oauth2/v2/auth?{}", encoded(&query))
}

async fn allow(client: &Client, account: &str, change: &[(&str, &str)]) -> Answer {
    client.post(&authorize(change), &[], &[("account", account), ("decision", "allow")]).await
}

async fn token(client: &Client, form: &[(&str, &str)]) -> Answer {
    client.post("/youtube/token", &[], &[&CLIENT, form].concat()).await
}

async fn exchange(client: &Client, allowed: &Answer) -> Answer {
    let code = allowed.returned("code").expect("a code");
    token(
        client,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &callback(TWIN.id)),
        ],
    )
    .await
}

async fn connect(client: &Client, account: &str, change: &[(&str, &str)]) -> Value {
    exchange(client, &allow(client, account, change).await).await.json()
}

async fn refresh(client: &Client, refresh_token: &str) -> Answer {
    token(client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

async fn channels(client: &Client, access: &Value, query: &str) -> Answer {
    let bearer = format!("Bearer {}", text(access));
    client
        .get(&format!("/youtube/youtube/v3/channels?{query}"), &[("authorization", &bearer)])
        .await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn reason(answer: &Answer) -> Value {
    answer.json()["error"]["errors"][0]["reason"].take()
}
