//! Google's tokens. <https://developers.google.com/identity/protocols/oauth2/web-server>

use secrecy::{ExposeSecret, SecretString};

use super::wire::TokenInfo;
use super::{OAUTH, SPEC, error, info::INFO};
use crate::server::platform::oauth::token::{self, OAuthError, TokenRequest};
use crate::server::platform::{
    Client, CodeGrant, Credential, Error, PlatformResponse, Result, TokenGrant,
};

pub async fn exchange(client: &Client, code: &CodeGrant) -> Result<TokenGrant> {
    let form = token::code_form(&SPEC, code);
    let answer = token::call(&SPEC, client, SPEC.token, form).send().await?;
    let grant = read(client, &answer, TokenRequest::Code)?;
    if grant.refresh.is_none() {
        // We asked for one in both ways that Google has: without it all would end within the hour.
        return Err(Error::Unexpected { detail: "a token without a refresh token".into() });
    }
    let grant_key = sub(client, &grant.access).await;
    Ok(TokenGrant { grant_key, ..grant })
}

pub async fn refresh(client: &Client, held: &Credential) -> Result<TokenGrant> {
    let form = token::refresh_form(&INFO, held)?;
    let answer = token::call(&SPEC, client, SPEC.token, form).send().await?;
    let grant = read(client, &answer, TokenRequest::Refresh)?;
    Ok(TokenGrant { grant_key: held.grant_key.clone(), ..grant })
}

fn read(client: &Client, answer: &PlatformResponse, asked: TokenRequest) -> Result<TokenGrant> {
    match error::of_token(answer, client.now(), asked) {
        Some(error) => Err(error),
        None => token::read(&INFO, client, answer, asked),
    }
}

/// Either token will do, and the refresh token lives longer.
/// <https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke>
pub async fn revoke(client: &Client, held: &Credential) -> Result<bool> {
    let token = held.refresh.as_ref().unwrap_or(&held.access);
    let form = [("token", token.expose_secret())];
    let answer =
        client.token_call(client.url(OAUTH, "/revoke"), &form).label("/revoke").send().await?;
    let error = OAuthError::of(&answer);
    let is_dead = answer.status.is_client_error() && error.code == "invalid_token";
    if answer.is_success() || is_dead {
        return Ok(true);
    }
    Err(error.meaning(&INFO, client, &answer, TokenRequest::Refresh))
}

/// Whose token it is, which names the grant. Documented only with the token in the query. Without
/// an answer we connect all the same and then never revoke, which could end other channels.
async fn sub(client: &Client, access: &SecretString) -> Option<String> {
    let call = client.call(http::Method::GET, client.url(OAUTH, "/tokeninfo")).label("/tokeninfo");
    let answer =
        call.query(&[("access_token", access.expose_secret())]).once().send().await.ok()?;
    answer.json::<TokenInfo>()?.sub.filter(|sub| answer.is_success() && is_sub(sub))
}

/// <https://developers.google.com/identity/openid-connect/openid-connect#obtainuserinfo>
fn is_sub(sub: &str) -> bool {
    (1..=255).contains(&sub.len()) && sub.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
