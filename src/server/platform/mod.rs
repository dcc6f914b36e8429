//! The only place that knows any platform.
//!
//! To add one: a folder here with its constants and an `impl Platform` (and a `settings.rs` for
//! keys of the configuration that only it has), one line in [`all`], one icon in `ui/components`,
//! and its twin in `sandbox/`. Nothing else changes: pages draw platforms from [`PlatformInfo`].
//!
//! Nothing here sees the database, users or our ids: a platform gets an [`Api`] with the opened
//! token inside and returns plain data.

#![warn(missing_docs)]
#![deny(
    clippy::arithmetic_side_effects,
    reason = "a number from outside must not end the process: see `time`"
)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod error;
pub mod http;
pub mod instagram;
mod metadata;
mod names;
pub mod oauth;
pub mod onlyfans;
pub mod read;
pub mod reddit;
mod registry;
pub mod scopes;
pub mod settings;
pub mod tiktok;
pub mod time;
pub mod words;
pub mod x;
pub mod youtube;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use figment::value::Dict;
use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;

pub use error::{Class, Error, Message, Result};
pub use http::{Api, Client, PlatformResponse, ReadLimits};
pub use oauth::{Authorize, ClientAuth, Endpoint, OAuthSpec, Pkce, RefreshKind, RefreshReplay};
pub use registry::{Entry, IDS, Registry, all};
pub use settings::Settings;

use crate::model::{FieldError, PlatformInfo, Reason};
use settings::NoOwnSettings;

/// The longest id that is one.
const MAX_ID: usize = 256;

/// A platform on which people have accounts.
pub trait Platform: Send + Sync {
    /// What the browser may know.
    fn info(&self) -> &'static PlatformInfo;

    /// How an account is connected.
    fn connect(&self) -> &'static Connect;

    /// The hosts that an account's token may be sent to.
    fn hosts(&self) -> &'static [&'static str];

    /// Whether this can be an account's id at all: what is none never connects.
    fn is_account_id(&self, id: &str) -> bool {
        let is_of_ids = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_of_ids)
    }

    /// Refuses what is not a key of this platform's table, or not a value of it.
    fn check_settings(&self, settings: &Settings) -> settings::Result<()> {
        settings.read_own::<NoOwnSettings>().map(drop)
    }

    /// The own keys with which the platform speaks to the sandbox at this address.
    fn sandbox_settings(&self, base: &url::Url) -> Dict {
        let _ = base;
        Dict::new()
    }

    /// Which settings an operator still has to give, by key; empty when the platform can be used.
    fn missing_settings(&self, settings: &Settings) -> Vec<&'static str> {
        settings.missing_oauth()
    }

    /// Opening a page checks an account again whose last check is older than this; never, unless
    /// nothing else would tell that it has ended.
    fn recheck_after(&self, settings: &Settings) -> Option<Duration> {
        let _ = settings;
        None
    }

    /// The accounts that this grant can connect; several mean that the person chooses. An account
    /// of the wrong kind, or none at all, is an error with its explanation.
    fn list_profiles<'a>(&'a self, api: &'a Api) -> BoxFuture<'a, Result<Vec<Profile>>>;

    /// Reads the account again, to test the connection and to keep name and metadata fresh.
    fn profile<'a>(&'a self, api: &'a Api, account: &'a str) -> BoxFuture<'a, Result<Profile>> {
        Box::pin(async move {
            let found = self.list_profiles(api).await?;
            if let Some(odd) = found.iter().find(|profile| !self.is_account_id(&profile.id)) {
                let detail = format!("an account's id of {} bytes is none", odd.id.len());
                return Err(Error::Unexpected { detail });
            }
            found.into_iter().find(|profile| profile.id == account).ok_or_else(|| {
                Error::Reconnect {
                    reason: Reason::RefusedByPlatform,
                    message: format!(
                        "{} no longer gives access to this account. Reconnect it.",
                        self.info().name
                    )
                    .into(),
                    detail: format!("account {account} is not among the answers"),
                }
            })
        })
    }

    /// Checks metadata as it is written and read. An error names what is wrong, for the log.
    fn check_metadata(&self, metadata: &Value) -> Result<(), String>;

    /// What the metadata says in words, for a row's details: what the account may do, figures with
    /// a name.
    fn describe_metadata(&self, metadata: &Value) -> Vec<(String, String)> {
        let _ = metadata;
        Vec::new()
    }

    /// How to read rate limits from the headers of an answer.
    fn limits(&self) -> ReadLimits {
        |_, _| Vec::new()
    }

    /// The names of those limits that all accounts of this server share.
    fn shared_limits(&self) -> &'static [&'static str] {
        &[]
    }

    /// The address of the consent page.
    fn authorize(&self, client: &Client, request: &Authorize<'_>) -> url::Url {
        oauth::authorize(self.info(), self.connect().oauth(), client, request)
    }

    /// Turns the authorization code into a grant. Called once for a code; never retried.
    fn exchange<'a>(
        &'a self,
        client: &'a Client,
        code: &'a CodeGrant,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(oauth::exchange(self.info(), self.connect().oauth(), client, code))
    }

    /// Turns the pasted fields of a browser session into a grant, checking only their form. The
    /// errors name fields.
    fn accept(&self, fields: &BTreeMap<String, String>) -> Result<TokenGrant, Vec<FieldError>> {
        let _ = fields;
        Err(vec![FieldError {
            field: String::new(),
            message: format!("{} is connected on its own page.", self.info().name),
        }])
    }

    /// Renews a grant. Never retried by itself. An answer without a refresh token keeps the old
    /// one.
    fn refresh<'a>(
        &'a self,
        client: &'a Client,
        grant: &'a Credential,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(oauth::refresh(self.info(), self.connect().oauth(), client, grant))
    }

    /// Ends a grant at the platform. A grant that is dead already counts as ended. `Ok(false)`: the
    /// platform has no such thing.
    fn revoke<'a>(
        &'a self,
        client: &'a Client,
        grant: &'a Credential,
    ) -> BoxFuture<'a, Result<bool>>;

    /// Whether revoking one grant ends others of the same person too; then only the last one may be
    /// revoked, by its grant key.
    fn revokes_whole_person(&self) -> bool {
        false
    }
}

/// How an account is connected.
pub enum Connect {
    /// Consent on the platform's own page, by the authorization code flow of RFC 6749.
    OAuth2(OAuthSpec),
    /// Pasted fields of a browser session; `info().fields` describes them.
    Session,
}

impl Connect {
    /// The OAuth specification. Called only by the provided OAuth methods, which a session platform
    /// does not have.
    fn oauth(&self) -> &OAuthSpec {
        match self {
            Self::OAuth2(spec) => spec,
            // A session platform that forgot to override an OAuth method: caught by the registry's
            // own test.
            Self::Session => unreachable!("session platforms have no OAuth endpoints"),
        }
    }

    /// The OAuth specification; `None` for a platform that takes a browser session.
    pub fn spec(&self) -> Option<&OAuthSpec> {
        match self {
            Self::OAuth2(spec) => Some(spec),
            Self::Session => None,
        }
    }
}

/// What comes back from a consent page, ready to be exchanged.
pub struct CodeGrant {
    /// The authorization code from the callback; good for one exchange.
    pub code: SecretString,
    /// The same as the consent page was given: the token endpoint compares them (RFC 6749, 4.1.3).
    pub redirect_uri: String,
    /// The PKCE verifier that belongs to the code; `None` where the platform takes no PKCE.
    pub verifier: Option<SecretString>,
    /// `scopes` or `scope` of the callback, where the platform names the granted ones there.
    pub callback_scopes: Option<String>,
}

/// What a platform grants: tokens, their life, and what they are good for.
pub struct TokenGrant {
    /// What opens the account: an access token, or a pasted browser session written as one text.
    pub access: SecretString,
    /// Empty: keep the one we have.
    pub refresh: Option<SecretString>,
    /// As the platform names it; `bearer` where it does not say.
    pub token_type: String,
    /// How long the access token lives from the answer on; `None` where the platform does not say.
    pub expires_in: Option<Duration>,
    /// The same for the refresh token.
    pub refresh_expires_in: Option<Duration>,
    /// The granted scopes; empty: the platform did not say, so all that were asked for.
    pub scopes: Vec<String>,
    /// Names the person's grant at the platform where one grant carries several accounts
    /// (Facebook's user, Google's `sub`).
    pub grant_key: Option<String>,
}

/// The tokens that we hold for an account, opened for one call.
pub struct Credential {
    /// What goes with every call; never written to a log.
    pub access: SecretString,
    /// `None` where the platform hands out no refresh token.
    pub refresh: Option<SecretString>,
    /// See [`TokenGrant::grant_key`].
    pub grant_key: Option<String>,
}

/// An account as its platform describes it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The platform's own id: what tells accounts apart.
    pub id: String,
    /// The name that the account shows to others, which its owner may change at any time.
    pub name: String,
    /// With the platform's own prefix: "@ada", "u/ada"; may be empty.
    pub handle: String,
    /// Where the platform serves the picture; `None` where there is none.
    pub avatar_url: Option<String>,
    /// A line that tells profiles apart: "Page: Ada's Atelier".
    pub detail: String,
    /// A JSON object that passes the platform's own check.
    pub metadata: Value,
    /// The account exists and answers, but something stands in its way: suspended, locked.
    pub issue: Option<(Reason, Message)>,
    /// See [`TokenGrant::grant_key`], where the platform tells it with the profile only.
    pub grant_key: Option<String>,
}

/// A rate limit as a platform told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it counts, in words: "Profile reads".
    pub name: String,
    /// The size of the whole allowance; `None` where the platform tells only what is left.
    pub limit: Option<i64>,
    /// How many calls are left until [`Limit::resets_at`].
    pub remaining: i64,
    /// When the allowance is full again; `None` where the platform does not say.
    pub resets_at: Option<DateTime<Utc>>,
}
