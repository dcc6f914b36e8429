//! OnlyFans, over the browser session of its owner: there is no official API and no OAuth. Read off
//! public code that speaks to the web app, so it may be stale tomorrow: off by default, few calls,
//! and a refusal is a stop sign.
//!
//! The session ([`session`]) is pasted, every call is signed ([`sign`]) by rules that change with
//! the web app ([`rules`]), and errors are told apart by their sentences ([`error`]).
//! <https://github.com/datawhores/OF-Scraper>

mod error;
mod info;
mod profile;
mod rules;
mod session;
mod settings;
mod sign;

use std::collections::BTreeMap;

use chrono::Duration;
use figment::value::Dict;
use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::{
    Api, Client, Connect, Credential, Platform, Profile, Result, Settings, TokenGrant, metadata,
};
use crate::model::{FieldError, PlatformInfo};
use rules::RuleBook;
use session::Session;
use settings::OnlyFansSettings;

/// OnlyFans, with the signing rules that it last read.
#[derive(Default)]
pub struct OnlyFans {
    rules: RuleBook,
}

static CONNECT: Connect = Connect::Session;

impl Platform for OnlyFans {
    fn info(&self) -> &'static PlatformInfo {
        &info::INFO
    }

    fn connect(&self) -> &'static Connect {
        &CONNECT
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[]
    }

    fn check_settings(&self, settings: &Settings) -> super::settings::Result<()> {
        settings.read_own::<OnlyFansSettings>().map(drop)
    }

    fn sandbox_settings(&self, base: &Url) -> Dict {
        Dict::from([("rules".to_owned(), format!("{base}/rules.json").into())])
    }

    /// Nobody tells when a browser session ends.
    fn recheck_after(&self, settings: &Settings) -> Option<Duration> {
        Some(Duration::minutes(settings.own::<OnlyFansSettings>().recheck_minutes.into()))
    }

    /// Off unless the operator says otherwise, and nothing without signing rules.
    fn missing_settings(&self, settings: &Settings) -> Vec<&'static str> {
        let enabled = settings.enabled.unwrap_or_default();
        let rules = !settings.own::<OnlyFansSettings>().rules.trim().is_empty();
        [(enabled, "enabled"), (rules, "rules")]
            .into_iter()
            .filter_map(|(set, key)| (!set).then_some(key))
            .collect()
    }

    fn list_profiles<'a>(&'a self, api: &'a Api) -> BoxFuture<'a, Result<Vec<Profile>>> {
        Box::pin(async {
            let session = Session::read(api.token())?;
            let (profile, renewed) = self.validate(api.client(), &session).await?;
            if let Some(session) = renewed {
                api.renew(session.write());
            }
            Ok(vec![profile])
        })
    }

    fn check_metadata(&self, value: &Value) -> Result<(), String> {
        metadata::read::<profile::Metadata>(value).map(drop)
    }

    fn describe_metadata(&self, value: &Value) -> Vec<(String, String)> {
        metadata::read::<profile::Metadata>(value)
            .map(|metadata| metadata.describe())
            .unwrap_or_default()
    }

    fn is_account_id(&self, id: &str) -> bool {
        (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn accept(&self, fields: &BTreeMap<String, String>) -> Result<TokenGrant, Vec<FieldError>> {
        Ok(grant(Session::accept(fields)?.write()))
    }

    /// There is nothing to renew: the session is looked at, and what OnlyFans put in its place is
    /// kept.
    fn refresh<'a>(
        &'a self,
        client: &'a Client,
        held: &'a Credential,
    ) -> BoxFuture<'a, Result<TokenGrant>> {
        Box::pin(async {
            let session = Session::read(&held.access)?;
            let (_, renewed) = self.validate(client, &session).await?;
            Ok(grant(renewed.unwrap_or(session).write()))
        })
    }

    /// A browser session ends when its owner logs out there; doing that for them would throw them
    /// out of their own browser.
    fn revoke<'a>(&'a self, _: &'a Client, _: &'a Credential) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }
}

impl OnlyFans {
    /// Asks once, and never again with a session that was refused: a repeated wrong User-Agent or
    /// x-bc logs the person out everywhere. The session comes back if OnlyFans replaced a cookie.
    async fn validate(
        &self,
        client: &Client,
        session: &Session,
    ) -> Result<(Profile, Option<Session>)> {
        let rules = self.rules.get(client).await?;
        let answer = sign::get(client, &rules, session, profile::ME).await?;
        let profile = error::check(client, &answer).and_then(|()| profile::of(&answer, session));
        if profile.as_ref().is_err_and(error::doubts_the_signature) {
            self.rules.doubt().await;
        }
        Ok((profile?, session.renewed_by(&answer)))
    }
}

/// How long a session lives, nobody says.
fn grant(session: SecretString) -> TokenGrant {
    TokenGrant {
        access: session,
        refresh: None,
        token_type: "session".into(),
        expires_in: None,
        refresh_expires_in: None,
        scopes: Vec::new(),
        grant_key: None,
    }
}
