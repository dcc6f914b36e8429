//! Facebook's dialog and its tokens.
//! <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>

use chrono::{DateTime, Duration, Utc};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::wire::{Done, Inspected, Inspection, Permissions};
use super::{GRAPH, SPEC, error, info::INFO, pages, versioned};
use crate::server::platform::oauth::token::{self, Form, TokenAnswer};
use crate::server::platform::{
    Answer, Api, Authorize, Client, CodeGrant, Error, Grant, Held, Result, oauth,
};

/// The dialog. With a Facebook Login for Business configuration, that says what is asked for, and
/// no scope is sent.
/// <https://developers.facebook.com/docs/facebook-login/facebook-login-for-business>
pub fn authorize(client: &Client, request: &Authorize<'_>) -> Url {
    let mut url = oauth::authorize(&INFO, &SPEC, client, request);
    if let Some(config) = &client.settings().config_id {
        let kept: Vec<(String, String)> =
            url.query_pairs().into_owned().filter(|(name, _)| name != "scope").collect();
        url.query_pairs_mut().clear().extend_pairs(kept).append_pair("config_id", config);
    }
    url
}

/// The code becomes a token of some hours, and that one of about 60 days.
pub async fn exchange(client: &Client, code: &CodeGrant) -> Result<Grant> {
    let answer = ask(client, token::code_form(&SPEC, code)).await?;
    let short = read(&answer, error::of_code(&answer, client.now()))?;
    let long = extend(client, &short.access_token).await?;
    let scopes = granted(client, &long.access_token).await?;
    if scopes.is_empty() {
        // An empty list in a grant would mean that Facebook had not said.
        pages::all_granted(|_| false)?;
    }
    let grant = grant(client, long, None).await?;
    Ok(Grant { scopes, ..grant })
}

/// There is no refresh token: a token that still lives is exchanged like a short one.
pub async fn refresh(client: &Client, held: &Held) -> Result<Grant> {
    let long = extend(client, &held.access).await?;
    grant(client, long, held.grant_key.clone()).await
}

/// Removes the app for the Facebook user.
/// <https://developers.facebook.com/docs/graph-api/reference/user/permissions>
pub async fn revoke(client: &Client, held: &Held) -> Result<bool> {
    let user = held.grant_key.as_deref().unwrap_or("me");
    let url = client.url(GRAPH, &format!(versioned!("/{}/permissions"), user));
    let api = Api::new(client.clone(), held.access.clone(), Vec::new());
    let answer = api.delete(url).send().await?;
    match error::of(&answer, client.now()) {
        // The token is dead: there is nothing left that it could end.
        Some(Error::Reconnect { .. }) => Ok(true),
        Some(error) => Err(error),
        None if answer.expect::<Done>("a revocation")?.is_true() => Ok(true),
        None => Err(Error::Unexpected { detail: "the revocation was answered by false".into() }),
    }
}

async fn extend(client: &Client, token: &SecretString) -> Result<TokenAnswer> {
    let form =
        vec![("grant_type", "fb_exchange_token"), ("fb_exchange_token", token.expose_secret())];
    let answer = ask(client, form).await?;
    read(&answer, error::of(&answer, client.now()))
}

/// Documented as GET; the form keeps secrets out of addresses, and the Graph API takes either.
/// <https://developers.facebook.com/docs/graph-api/overview>
async fn ask(client: &Client, form: Form<'_>) -> Result<Answer> {
    token::call(&SPEC, client, SPEC.token, form).send().await
}

fn read(answer: &Answer, error: Option<Error>) -> Result<TokenAnswer> {
    error.map_or_else(|| answer.expect("a token"), Err)
}

/// A token with what only `debug_token` tells: whose it is, and until when it may read. Without
/// these the grant is still good, unless nothing else tells when it ends.
async fn grant(client: &Client, long: TokenAnswer, known: Option<String>) -> Result<Grant> {
    let inspection = match inspect(client, &long.access_token).await {
        Ok(inspection) => inspection,
        Err(error) if long.expires_in.is_none() => return Err(error),
        Err(_) => Inspection::default(),
    };
    let now = client.now();
    let grant = long.grant();
    Ok(Grant {
        expires_in: grant.expires_in.or_else(|| left(inspection.expires_at, now)),
        // Data access lapses some 90 days after the person was last asked, however often the token
        // is extended: from then on only the person can renew.
        refresh_expires_in: left(inspection.data_access_expires_at, now),
        scopes: inspection.scopes,
        grant_key: inspection.user_id.or(known),
        ..grant
    })
}

/// The time until an instant of `debug_token`, where 0 means that there is none.
fn left(at: Option<i64>, now: DateTime<Utc>) -> Option<Duration> {
    let at = DateTime::from_timestamp(at.filter(|at| *at > 0)?, 0)?;
    Some(at - now)
}

/// <https://developers.facebook.com/docs/graph-api/reference/debug_token>
async fn inspect(client: &Client, token: &SecretString) -> Result<Inspection> {
    let settings = client.settings();
    let app = format!("{}|{}", settings.client_id, settings.client_secret.expose_secret());
    let api = Api::new(client.clone(), app.into(), Vec::new());
    let url = client.url(GRAPH, versioned!("/debug_token"));
    let query = [("input_token", token.expose_secret())];
    // Once: a refresh waits for this while it holds the account's lease.
    let answer = api.get(url).query(&query).once().send().await?;
    match error::of(&answer, client.now()) {
        Some(error) => Err(error),
        None => Ok(answer.expect::<Inspected>("debug_token")?.data),
    }
}

async fn granted(client: &Client, token: &SecretString) -> Result<Vec<String>> {
    let api = Api::new(client.clone(), token.clone(), Vec::new());
    let answer = api.get(client.url(GRAPH, versioned!("/me/permissions"))).send().await?;
    if let Some(error) = error::of(&answer, client.now()) {
        return Err(error);
    }
    let all = answer.expect::<Permissions>("the permissions")?.data;
    Ok(all.into_iter().filter(|p| p.status == "granted").map(|p| p.permission).collect())
}
