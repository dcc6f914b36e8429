//! X. <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>
//!
//! Its oddities: a code lives 30 seconds; refresh tokens rotate and a replay may end the whole
//! grant; errors are problem documents whose last path segment tells them apart ([`error`]);
//! metrics are being renamed ([`profile`]).

mod error;
mod info;
mod limits;
mod profile;

use futures::future::BoxFuture;
use serde_json::Value;

use super::http::Call;
use super::oauth::token::{self, TokenRequest, request};
use super::{
    Api, Client, ClientAuth, CodeGrant, Connect, Credential, Endpoint, OAuthSpec, Pkce, Platform,
    PlatformResponse, Profile, ReadLimits, RefreshKind, RefreshReplay, Result, TokenGrant,
    metadata,
};
use crate::model::PlatformInfo;

/// X users, one account to a grant.
pub struct X;

/// The host of tokens and API.
const API: &str = "https://api.x.com";

static CONNECT: Connect = Connect::OAuth2(OAuthSpec {
    authorize: Endpoint { host: "https://x.com", path: "/i/oauth2/authorize" },
    token: Endpoint { host: API, path: "/2/oauth2/token" },
    separator: ' ',
    client_id_name: "client_id",
    client_auth: ClientAuth::Basic,
    pkce: |_| Pkce::S256,
    extra: &[],
    select_account_params: &[],
    refresh_kind: RefreshKind::Rotates,
    // Not in X's documents, but reported from production: replaying a used token ends its
    // successors, too.
    replay: RefreshReplay::Fatal,
    issuer: None,
});

const REVOKE: Endpoint = Endpoint { host: API, path: "/2/oauth2/revoke" };

impl Platform for X {
    fn info(&self) -> &'static PlatformInfo {
        &info::INFO
    }

    fn connect(&self) -> &'static Connect {
        &CONNECT
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API]
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

    /// Decimal digits, up to 19 of them.
    fn is_account_id(&self, id: &str) -> bool {
        (1..=19).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
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
            // X does not say that the access token ends with the refresh token, so both are
            // revoked, the longer life first.
            let mut tokens = vec![request::access_token(grant)];
            if grant.refresh.is_some() {
                tokens.insert(0, request::revocable(grant));
            }
            for token in tokens {
                let call = request::of_revocation(CONNECT.oauth(), client, REVOKE, token)?;
                ended(client, &call.send().await?)?;
            }
            Ok(true)
        })
    }
}

async fn ask(client: &Client, call: Call<'_>, asked: TokenRequest) -> Result<TokenGrant> {
    let answer = call.send().await?;
    match error::of_token(&answer, asked) {
        Some(error) => Err(error),
        None => token::read(&info::INFO, client, &answer, asked),
    }
}

/// A token that was dead before has ended, too.
fn ended(client: &Client, answer: &PlatformResponse) -> Result<bool> {
    match error::of_token(answer, TokenRequest::Refresh) {
        Some(_) => Ok(true),
        None => token::ended(&info::INFO, client, answer),
    }
}
