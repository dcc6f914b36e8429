//! Instagram, by Facebook Login for Business and the Graph API.
//! <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>,
//! <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login>
//!
//! Its oddities: an Instagram account is found through the Facebook Page it is linked to, and that
//! Page may belong to a Business Portfolio; there is no refresh token, a token is extended while it
//! lives; revoking ends the app for the whole Facebook user.

mod error;
mod info;
mod inspect;
mod listing;
mod metadata;
mod oauth;
mod pages;
mod portfolio;
mod settings;
mod usage;
mod wire;

use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::{
    Api, Authorize, Client, ClientAuth, CodeGrant, Connect, Credential, Endpoint, OAuthSpec, Pkce,
    Platform, Profile, ReadLimits, RefreshKind, RefreshReplay, Result, Settings, TokenGrant,
};
use crate::model::PlatformInfo;
use settings::InstagramSettings;

/// The Graph API's version, in front of every path. Each lives about two years.
/// <https://developers.facebook.com/docs/graph-api/changelog>
macro_rules! versioned {
    ($path:literal) => {
        concat!("/v26.0", $path)
    };
}
use versioned;

const DIALOG: &str = "https://www.facebook.com";
const GRAPH: &str = "https://graph.facebook.com";

static CONNECT: Connect = Connect::OAuth2(SPEC);

const SPEC: OAuthSpec = OAuthSpec {
    authorize: Endpoint { host: DIALOG, path: versioned!("/dialog/oauth") },
    token: Endpoint { host: GRAPH, path: versioned!("/oauth/access_token") },
    separator: ',',
    client_id_name: "client_id",
    client_auth: ClientAuth::Body,
    // The manual flow documents none: state and the app secret protect the code.
    pkce: |_| Pkce::None,
    // A permission that was declined once is not offered again without this.
    extra: &[("auth_type", "rerequest")],
    select_account_params: &[],
    refresh_kind: RefreshKind::Extends,
    replay: RefreshReplay::Harmless,
    issuer: None,
};

/// Instagram accounts of professionals, by way of the Facebook user who manages their Pages.
pub struct Instagram;

impl Platform for Instagram {
    fn info(&self) -> &'static PlatformInfo {
        &info::INFO
    }

    fn connect(&self) -> &'static Connect {
        &CONNECT
    }

    fn check_settings(&self, settings: &Settings) -> super::settings::Result<()> {
        settings.read_own::<InstagramSettings>().map(drop)
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[GRAPH]
    }

    fn is_account_id(&self, id: &str) -> bool {
        portfolio::is_id(id)
    }

    fn authorize(&self, client: &Client, request: &Authorize<'_>) -> Url {
        oauth::authorize(client, request)
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

    /// Facebook removes the app for the person, and with it every Instagram account of theirs.
    fn revokes_whole_person(&self) -> bool {
        true
    }

    fn list_profiles<'a>(&'a self, api: &'a Api) -> BoxFuture<'a, Result<Vec<Profile>>> {
        Box::pin(pages::list_profiles(api))
    }

    fn profile<'a>(&'a self, api: &'a Api, account: &'a str) -> BoxFuture<'a, Result<Profile>> {
        Box::pin(pages::profile(api, account))
    }

    fn check_metadata(&self, metadata: &Value) -> Result<(), String> {
        metadata::check(metadata)
    }

    fn describe_metadata(&self, metadata: &Value) -> Vec<(String, String)> {
        metadata::describe(metadata)
    }

    fn limits(&self) -> ReadLimits {
        usage::limits
    }

    fn shared_limits(&self) -> &'static [&'static str] {
        &[usage::OF_THE_SERVER]
    }
}
