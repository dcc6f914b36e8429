//! TikTok's tokens. <https://developers.tiktok.com/doc/oauth-user-access-token-management>

use secrecy::{ExposeSecret, SecretString};

use super::{API, SPEC, error, info::INFO};
use crate::server::platform::oauth::token::{self, OAuthError, TokenAnswer, TokenRequest};
use crate::server::platform::{
    Client, CodeGrant, Credential, Endpoint, Error, PlatformResponse, Result, TokenGrant, scopes,
};

const REVOKE: Endpoint = Endpoint { host: API, path: "/v2/oauth/revoke/" };

pub async fn exchange(client: &Client, code: &CodeGrant) -> Result<TokenGrant> {
    let form = token::code_form(&SPEC, code);
    let answer = token::call(&SPEC, client, SPEC.token, form).send().await?;
    let grant = read(client, &answer, TokenRequest::Code)?;
    // The callback names the granted scopes too, in a parameter of its own.
    let told = code.callback_scopes.as_deref().unwrap_or_default();
    let scopes = if grant.scopes.is_empty() { scopes::split(told) } else { grant.scopes };
    Ok(TokenGrant { scopes, ..grant })
}

pub async fn refresh(client: &Client, held: &Credential) -> Result<TokenGrant> {
    let form = token::refresh_form(&INFO, held)?;
    let answer = token::call(&SPEC, client, SPEC.token, form).send().await?;
    read(client, &answer, TokenRequest::Refresh)
}

/// An error can come with status 200, so that it is looked for first.
fn read(client: &Client, answer: &PlatformResponse, asked: TokenRequest) -> Result<TokenGrant> {
    let error = OAuthError::of(answer);
    if !error.code.is_empty() || !answer.is_success() {
        return Err(error::of_token(&error, answer, client.now(), asked));
    }
    Ok(answer.expect::<TokenAnswer>("a token")?.grant())
}

/// Only a live access token can be revoked, and with it goes the refresh token. One that has run
/// out is renewed for this first, or the grant would live on at TikTok.
pub async fn revoke(client: &Client, held: &Credential) -> Result<bool> {
    if revoked(client, &held.access).await? {
        return Ok(true);
    }
    match refresh(client, held).await {
        Ok(fresh) => revoked(client, &fresh.access).await.map(|_| true),
        Err(Error::Reconnect { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether this token was alive to be revoked.
async fn revoked(client: &Client, access: &SecretString) -> Result<bool> {
    let form = vec![("token", access.expose_secret())];
    let answer = token::call(&SPEC, client, REVOKE, form).send().await?;
    let error = OAuthError::of(&answer);
    match error.code.as_str() {
        // Success is an empty body, `{}` or `{"error":{"code":"ok"}}`.
        "" if answer.is_success() => Ok(true),
        "invalid_grant" | "access_token_invalid" | "invalid_request"
            if !answer.status.is_server_error() =>
        {
            Ok(false)
        }
        _ => Err(error::of_token(&error, &answer, client.now(), TokenRequest::Refresh)),
    }
}
