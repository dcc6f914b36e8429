//! YouTube, by Google OAuth 2.0 and the YouTube Data API.
//! <https://developers.google.com/identity/protocols/oauth2/web-server>,
//! <https://developers.google.com/youtube/v3/docs>
//!
//! Its oddities: a refresh token comes only with `access_type=offline` and, after the first time,
//! `prompt=consent`, and is never repeated; counts are text; revoking ends everything that the
//! person allowed the project, on every channel.

mod error;
mod info;
mod metadata;
mod oauth;
mod profile;
mod wire;

use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::{
    Api, Authorize, Client, ClientAuth, CodeGrant, Connect, Credential, Endpoint, OAuthSpec, Pkce,
    Platform, Profile, RefreshKind, RefreshReplay, Result, TokenGrant,
};
use crate::model::PlatformInfo;

const ACCOUNTS: &str = "https://accounts.google.com";
const OAUTH: &str = "https://oauth2.googleapis.com";
const API: &str = "https://www.googleapis.com";

static CONNECT: Connect = Connect::OAuth2(SPEC);

const SPEC: OAuthSpec = OAuthSpec {
    authorize: Endpoint { host: ACCOUNTS, path: "/o/oauth2/v2/auth" },
    token: Endpoint { host: OAUTH, path: "/token" },
    separator: ' ',
    client_id_name: "client_id",
    client_auth: ClientAuth::Body,
    pkce: |_| Pkce::S256,
    // Without this there is no refresh token, and without `prompt=consent` only the first time.
    extra: &[("access_type", "offline")],
    select_account_params: &[],
    refresh_kind: RefreshKind::Kept,
    replay: RefreshReplay::Harmless,
    issuer: Some(ACCOUNTS),
};

/// YouTube channels, by way of the Google account that owns them.
pub struct YouTube;

impl Platform for YouTube {
    fn info(&self) -> &'static PlatformInfo {
        &info::INFO
    }

    fn connect(&self) -> &'static Connect {
        &CONNECT
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API]
    }

    fn authorize(&self, client: &Client, request: &Authorize<'_>) -> Url {
        let mut url = super::oauth::authorize(&info::INFO, &SPEC, client, request);
        // One parameter with a list in it, so that `SPEC.again` can't add to it.
        let prompt = if request.again { "consent select_account" } else { "consent" };
        url.query_pairs_mut().append_pair("prompt", prompt);
        url
    }

    fn exchange<'a>(
        &'a self,
        client: &'a Client,
        code: &'a CodeGrant,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(oauth::exchange(client, code))
    }

    fn refresh<'a>(
        &'a self,
        client: &'a Client,
        grant: &'a Credential,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(oauth::refresh(client, grant))
    }

    fn revoke<'a>(
        &'a self,
        client: &'a Client,
        grant: &'a Credential,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(oauth::revoke(client, grant))
    }

    fn revokes_whole_person(&self) -> bool {
        true
    }

    fn list_profiles<'a>(&'a self, api: &'a Api) -> BoxFuture<'a, Result<Vec<Profile>>> {
        Box::pin(profile::list_profiles(api))
    }

    fn profile<'a>(&'a self, api: &'a Api, account: &'a str) -> BoxFuture<'a, Result<Profile>> {
        Box::pin(profile::one(api, account))
    }

    fn check_metadata(&self, metadata: &Value) -> Result<(), String> {
        metadata::check(metadata)
    }

    fn describe_metadata(&self, metadata: &Value) -> Vec<(String, String)> {
        metadata::describe(metadata)
    }
}
