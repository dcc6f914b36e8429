//! TikTok, by Login Kit, the Display API and the Content Posting API.
//! <https://developers.tiktok.com/doc/login-kit-web>,
//! <https://developers.tiktok.com/doc/tiktok-api-v2-introduction>
//!
//! Its oddities: `client_key`; PKCE by the kind of app, which follows from the redirect URI, and in
//! hexadecimal; errors with status 200; a refresh token that dies when it is used; fields that fail
//! the whole call when their scope was not granted.

mod error;
mod info;
mod metadata;
mod oauth;
mod profile;
mod wire;

use futures::future::BoxFuture;
use serde_json::Value;
use url::{Host, Url};

use super::{
    Api, Client, ClientAuth, CodeGrant, Connect, Credential, Endpoint, OAuthSpec, Pkce, Platform,
    Profile, RefreshKind, RefreshReplay, Result, TokenGrant,
};
use crate::model::PlatformInfo;

const LOGIN: &str = "https://www.tiktok.com";
const API: &str = "https://open.tiktokapis.com";

const BASIC: &str = "user.info.basic";
const PROFILE: &str = "user.info.profile";
const STATS: &str = "user.info.stats";
const PUBLISH: &str = "video.publish";

static CONNECT: Connect = Connect::OAuth2(SPEC);

const SPEC: OAuthSpec = OAuthSpec {
    authorize: Endpoint { host: LOGIN, path: "/v2/auth/authorize/" },
    token: Endpoint { host: API, path: "/v2/oauth/token/" },
    separator: ',',
    client_id_name: "client_key",
    client_auth: ClientAuth::Body,
    pkce,
    extra: &[],
    select_account_params: &[("disable_auto_auth", "1")],
    refresh_kind: RefreshKind::Rotates,
    replay: RefreshReplay::Fatal,
    issuer: None,
};

/// A loopback address with a port belongs to a desktop app, for which TikTok requires PKCE; an
/// https address to a web app, for which its pages list no PKCE.
/// <https://developers.tiktok.com/doc/login-kit-desktop>
fn pkce(redirect_uri: &Url) -> Pkce {
    let loopback = match redirect_uri.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if loopback && redirect_uri.port().is_some() { Pkce::HexS256 } else { Pkce::None }
}

/// TikTok users, one account to a grant.
pub struct TikTok;

impl Platform for TikTok {
    fn info(&self) -> &'static PlatformInfo {
        &info::INFO
    }

    fn connect(&self) -> &'static Connect {
        &CONNECT
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API]
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

    fn list_profiles<'a>(&'a self, api: &'a Api) -> BoxFuture<'a, Result<Vec<Profile>>> {
        Box::pin(async move { Ok(vec![profile::read(api).await?]) })
    }

    fn check_metadata(&self, metadata: &Value) -> Result<(), String> {
        metadata::check(metadata)
    }

    fn describe_metadata(&self, metadata: &Value) -> Vec<(String, String)> {
        metadata::describe(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pkce, Url, pkce};

    // C6, S1: the kind of app, and with it PKCE, follows from the redirect URI.
    #[test]
    fn a_loopback_address_with_a_port_is_a_desktop_app_and_https_a_web_app() {
        let kind = |uri: &str| pkce(&Url::parse(uri).expect("a URL"));
        for desktop in ["http://localhost:3000/cb", "http://127.0.0.1:3000/cb", "http://[::1]:8/cb"]
        {
            assert_eq!(kind(desktop), Pkce::HexS256, "{desktop}");
        }
        for web in ["https://huntaze.example/cb", "https://localhost.example:8443/cb"] {
            assert_eq!(kind(web), Pkce::None, "{web}");
        }
    }
}
