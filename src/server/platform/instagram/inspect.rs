//! What Facebook says of a token, and of the app's own.
//! <https://developers.facebook.com/docs/graph-api/reference/debug_token>

use secrecy::{ExposeSecret, SecretString};

use super::wire::{Inspected, Inspection};
use super::{GRAPH, error, versioned};
use crate::server::platform::{Api, Client, Error, PlatformResponse, Result};

/// Whose token it is, until when it lives, and which Pages it is for.
pub async fn inspect(client: &Client, token: &SecretString) -> Result<Inspection> {
    let answer = ask(client, token).await?;
    let Some(mut error) = error::classify(&answer, client.now()) else {
        return Ok(answer.expect::<Inspected>("debug_token")?.data);
    };
    if error::is_refusal(&answer) || error.account_reason().is_some() {
        // The call was made with the app's token: what it is told says nothing of the account.
        error = Error::Configuration { detail: format!("debug_token: {error}") };
    }
    Err(error::failed(&answer, error))
}

/// Whether Facebook refuses the app's own token, which is made of its id and secret. What it does
/// not answer, it does not refuse.
pub async fn refuses_app(client: &Client) -> bool {
    ask(client, &app_token(client)).await.is_ok_and(|answer| error::is_refusal(&answer))
}

/// Asked once: a refresh waits for this while it holds the account's lease.
async fn ask(client: &Client, token: &SecretString) -> Result<PlatformResponse> {
    let api = Api::new(client.clone(), app_token(client), Vec::new());
    let path = versioned!("/debug_token");
    let call = api.get(client.url(GRAPH, path)).label(path);
    call.query(&[("input_token", token.expose_secret())]).once().send().await
}

fn app_token(client: &Client) -> SecretString {
    let settings = client.settings();
    format!("{}|{}", settings.client_id, settings.client_secret.expose_secret()).into()
}
