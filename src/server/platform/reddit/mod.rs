//! Reddit. <https://github.com/reddit-archive/reddit/wiki/OAuth2>
//!
//! Its oddities: every call names its app in the User-Agent, the token endpoint's calls too; a
//! refused code is answered with status 200; a dead refresh token with a bare 400; refresh tokens
//! stay; blocked callers get a page of HTML.

mod error;
mod info;
mod limits;
mod profile;
mod settings;

use figment::value::Dict;
use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

use super::http::Call;
use super::oauth::token::{self, TokenRequest, request};
use super::{
    Api, Client, ClientAuth, CodeGrant, Connect, Credential, Endpoint, OAuthSpec, Pkce, Platform,
    Profile, ReadLimits, RefreshKind, RefreshReplay, Result, Settings, TokenGrant, metadata,
};
use crate::model::PlatformInfo;
use settings::RedditSettings;

/// Reddit users, one account to a grant.
pub struct Reddit;

/// The host of consent and tokens; what a bearer token opens is at another.
const WWW: &str = "https://www.reddit.com";
const API: &str = "https://oauth.reddit.com";

static CONNECT: Connect = Connect::OAuth2(OAuthSpec {
    authorize: Endpoint { host: WWW, path: "/api/v1/authorize" },
    token: Endpoint { host: WWW, path: "/api/v1/access_token" },
    separator: ' ',
    client_id_name: "client_id",
    client_auth: ClientAuth::Basic,
    pkce: |_| Pkce::None,
    // The default, `temporary`, brings no refresh token.
    extra: &[("duration", "permanent")],
    select_account_params: &[],
    refresh_kind: RefreshKind::Kept,
    replay: RefreshReplay::Harmless,
    issuer: None,
});

const REVOKE: Endpoint = Endpoint { host: WWW, path: "/api/v1/revoke_token" };

impl Platform for Reddit {
    fn info(&self) -> &'static PlatformInfo {
        &info::INFO
    }

    fn connect(&self) -> &'static Connect {
        &CONNECT
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API]
    }

    fn check_settings(&self, settings: &Settings) -> super::settings::Result<()> {
        settings.read_own::<RedditSettings>().map(drop)
    }

    fn sandbox_settings(&self, _: &Url) -> Dict {
        let agent = "web:local.huntaze.sandbox:v1.0.0 (by /u/huntaze)";
        Dict::from([("user_agent".to_owned(), agent.into())])
    }

    /// Reddit demands a User-Agent that names the operator, so there is no good default.
    fn missing_settings(&self, settings: &Settings) -> Vec<&'static str> {
        let mut missing = settings.missing_oauth();
        if agent(settings).is_empty() {
            missing.push("user_agent");
        }
        missing
    }

    fn list_profiles<'a>(&'a self, api: &'a Api) -> BoxFuture<'a, Result<Vec<Profile>>> {
        Box::pin(async { Ok(vec![profile::read(api).await?]) })
    }

    fn check_metadata(&self, value: &Value) -> Result<(), String> {
        metadata::read::<profile::Metadata>(value).map(drop)
    }

    fn describe_metadata(&self, value: &Value) -> Vec<(String, String)> {
        metadata::read::<profile::Metadata>(value)
            .map(|metadata| metadata.describe())
            .unwrap_or_default()
    }

    fn limits(&self) -> ReadLimits {
        limits::read
    }

    /// A number to the base of 36.
    fn is_account_id(&self, id: &str) -> bool {
        (1..=16).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    }

    fn shared_limits(&self) -> &'static [&'static str] {
        &[limits::OF_THE_SERVER]
    }

    fn exchange<'a>(
        &'a self,
        client: &'a Client,
        code: &'a CodeGrant,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(async {
            let call = request::of_code(CONNECT.oauth(), client, code)?;
            ask(client, call, TokenRequest::Code).await
        })
    }

    fn refresh<'a>(
        &'a self,
        client: &'a Client,
        grant: &'a Credential,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(async {
            let call = request::of_refresh(self.info(), CONNECT.oauth(), client, grant)?;
            ask(client, call, TokenRequest::Refresh).await
        })
    }

    fn revoke<'a>(
        &'a self,
        client: &'a Client,
        grant: &'a Credential,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async {
            // The refresh token's end is that of its access tokens.
            let token = request::revocable(grant);
            let call = request::of_revocation(CONNECT.oauth(), client, REVOKE, token)?;
            let answer = named(client, call).send().await?;
            if let Some(error) = error::of_token(client, &answer, TokenRequest::Refresh) {
                return Err(error);
            }
            token::ended(self.info(), client, &answer)
        })
    }
}

async fn ask(client: &Client, call: Call<'_>, asked: TokenRequest) -> Result<TokenGrant> {
    let answer = named(client, call).send().await?;
    if let Some(error) = error::of_token(client, &answer, asked) {
        return Err(error);
    }
    let mut grant = token::read(&info::INFO, client, &answer, asked)?;
    // "*" is every scope there is: the same as not saying which.
    grant.scopes.retain(|scope| scope != "*");
    Ok(grant)
}

/// A call that says which app it comes from.
fn named<'c>(client: &Client, call: Call<'c>) -> Call<'c> {
    call.header("user-agent", &agent(client.settings()))
}

fn agent(settings: &Settings) -> String {
    settings.own::<RedditSettings>().user_agent.trim().to_owned()
}
