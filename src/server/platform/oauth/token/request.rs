//! Requests of the token endpoint as the `oauth2` crate makes them: grant type, PKCE, and the
//! client's credentials by HTTP Basic, form-encoded first (RFC 6749, 2.3.1), or in the body.
//!
//! They are sent and their answers read by us: the crate takes every 200 for a success, and no
//! number for one that is written as text.

use std::borrow::Cow;
use std::cell::Cell;

use oauth2::basic::BasicClient;
use oauth2::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RevocationUrl,
    StandardRevocableToken, TokenUrl,
};
use secrecy::ExposeSecret;

use super::{refresh_token, verifier};
use crate::model::PlatformInfo;
use crate::server::platform::http::Call;
use crate::server::platform::{
    Client, ClientAuth, CodeGrant, Credential, Endpoint, Error, OAuthSpec, Result,
};

type TokenClient =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The exchange of a code.
pub fn of_code<'c>(spec: &OAuthSpec, client: &'c Client, code: &CodeGrant) -> Result<Call<'c>> {
    let redirect = RedirectUrl::new(code.redirect_uri.clone());
    let redirect = redirect.map_err(|error| not_made(&error.to_string()))?;
    let oauth = token_client(spec, client);
    let mut request = oauth
        .exchange_code(AuthorizationCode::new(code.code.expose_secret().to_owned()))
        .set_redirect_uri(Cow::Owned(redirect));
    if let Some(verifier) = verifier(spec, code) {
        let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
        request = request.set_pkce_verifier(verifier);
    }
    made(spec.token, client, |record| drop(request.request(&record)))
}

/// The renewal of a grant; one without a refresh token has ended.
pub fn of_refresh<'c>(
    info: &PlatformInfo,
    spec: &OAuthSpec,
    client: &'c Client,
    held: &Credential,
) -> Result<Call<'c>> {
    let token = RefreshToken::new(refresh_token(info, held)?.expose_secret().to_owned());
    let oauth = token_client(spec, client);
    made(spec.token, client, |record| drop(oauth.exchange_refresh_token(&token).request(&record)))
}

/// The end of a token (RFC 7009).
pub fn of_revocation<'c>(
    spec: &OAuthSpec,
    client: &'c Client,
    to: Endpoint,
    token: StandardRevocableToken,
) -> Result<Call<'c>> {
    // The crate revokes by https only, which a platform's own address has.
    let url = RevocationUrl::new(format!("{}{}", to.host, to.path));
    let url = url.map_err(|error| not_made(&error.to_string()))?;
    let oauth = token_client(spec, client).set_revocation_url(url);
    let request = oauth.revoke_token(token).map_err(|error| not_made(&error.to_string()))?;
    made(to, client, |record| drop(request.request(&record)))
}

/// What a credential is revoked by: the refresh token, whose end is that of its access tokens where
/// a platform says so, else the access token.
pub fn revocable(held: &Credential) -> StandardRevocableToken {
    match &held.refresh {
        Some(refresh) => RefreshToken::new(refresh.expose_secret().to_owned()).into(),
        None => access_token(held),
    }
}

/// The access token, to be revoked.
pub fn access_token(held: &Credential) -> StandardRevocableToken {
    AccessToken::new(held.access.expose_secret().to_owned()).into()
}

fn token_client(spec: &OAuthSpec, client: &Client) -> TokenClient {
    let settings = client.settings();
    let auth = match spec.client_auth {
        ClientAuth::Basic => AuthType::BasicAuth,
        ClientAuth::Body => AuthType::RequestBody,
    };
    BasicClient::new(ClientId::new(settings.client_id.clone()))
        .set_client_secret(ClientSecret::new(settings.client_secret.expose_secret().to_owned()))
        .set_auth_type(auth)
        .set_token_uri(TokenUrl::from_url(client.url(spec.token.host, spec.token.path)))
}

#[derive(Debug, thiserror::Error)]
#[error("the request was only made")]
struct OnlyMade;

/// What the crate would have sent.
fn made<'c>(
    to: Endpoint,
    client: &'c Client,
    make: impl FnOnce(&dyn Fn(HttpRequest) -> Result<HttpResponse, OnlyMade>),
) -> Result<Call<'c>> {
    let request = Cell::new(None);
    make(&|made| {
        request.set(Some(made));
        Err(OnlyMade)
    });
    match request.into_inner() {
        Some(request) => Ok(client.token_request(to, request)),
        None => Err(not_made("a part of it is no header")),
    }
}

fn not_made(why: &str) -> Error {
    Error::NotSent { detail: format!("no request could be made: {why}") }
}
