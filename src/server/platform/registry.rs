//! Every platform with what the operator configured for it, and the door through which the rest of
//! the server asks a platform: whatever a platform answers, what comes out of it is bounded, clean
//! and in the platform's own spelling.

use std::borrow::Cow;

use secrecy::SecretString;

use super::{
    Api, Client, CodeGrant, Credential, Error, Platform, Profile, Result, Settings, TokenGrant,
    instagram, names, onlyfans, reddit, scopes, tiktok, time, x, youtube,
};
use crate::model::{PlatformInfo, Provider};

/// The platforms' ids, for the configuration's check.
pub const IDS: &[&str] = &["instagram", "tiktok", "youtube", "x", "reddit", "onlyfans"];

/// One line for each platform, in the order of the page.
pub fn all() -> Vec<Box<dyn Platform>> {
    vec![
        Box::new(instagram::Instagram),
        Box::new(tiktok::TikTok),
        Box::new(youtube::YouTube),
        Box::new(x::X),
        Box::new(reddit::Reddit),
        Box::new(onlyfans::OnlyFans::default()),
    ]
}

/// Every platform, in the order of the page.
pub struct Registry(Vec<Entry>);

/// A platform with what the operator configured for it.
pub struct Entry {
    /// The platform's id, as in the database and in addresses.
    pub provider: Provider,
    /// What the platform does, whatever the operator configured.
    pub platform: Box<dyn Platform>,
    client: Client,
    /// As far as this server asks for it.
    info: &'static PlatformInfo,
}

impl Registry {
    /// `client` gives a platform its HTTP client and settings.
    pub fn new(client: impl Fn(&str) -> Client) -> Self {
        let entry = |platform: Box<dyn Platform>| {
            let id = platform.info().id.as_ref();
            let client = client(id).of(id, platform.hosts());
            let info = asked_for(platform.info(), client.settings());
            Entry { provider: Provider::from(id), client, info, platform }
        };
        Self(all().into_iter().map(entry).collect())
    }

    /// The platform with this id; `None` for one that this version does not know.
    pub fn get(&self, provider: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.provider.as_str() == provider)
    }

    /// In the order of the page, those that are not configured too.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }
}

/// What people are told of a platform: only the permissions that this server asks for.
fn asked_for(info: &'static PlatformInfo, settings: &Settings) -> &'static PlatformInfo {
    if settings.scopes.is_none() {
        return info;
    }
    let (asked, off): (Vec<_>, Vec<_>) =
        info.permissions.iter().cloned().partition(|p| settings.asks_for(&p.scope));
    let off = off.into_iter().map(|permission| permission.label).collect();
    let info =
        PlatformInfo { permissions: Cow::Owned(asked), off: Cow::Owned(off), ..info.clone() };
    // Made once, at the start, and needed to the end.
    Box::leak(Box::new(info))
}

impl Entry {
    /// Whether the operator has set it up.
    pub fn configured(&self) -> bool {
        self.missing().is_empty()
    }

    /// The keys that the operator still has to set; empty when the platform can be used.
    pub fn missing(&self) -> Vec<&'static str> {
        self.platform.missing_settings(self.settings())
    }

    /// How old a check may be before a page view repeats it; `None` where it never does.
    pub fn recheck_after(&self) -> Option<chrono::Duration> {
        self.platform.recheck_after(self.settings())
    }

    /// What pages show, without the permissions that this server does not ask for.
    pub fn info(&self) -> &'static PlatformInfo {
        self.info
    }

    /// The platform's table of the configuration.
    pub fn settings(&self) -> &Settings {
        self.client.settings()
    }

    /// The platform's client, for one request of a person or one job.
    pub fn client(&self) -> Client {
        self.client.renewed()
    }

    /// The platform's client with an account's credential in it.
    pub fn api(&self, credential: SecretString, scopes: Vec<String>) -> Api {
        Api::new(self.client(), credential, scopes).reading_limits(self.platform.limits())
    }

    /// Turns the authorization code into a grant. Called once for a code; never retried.
    pub async fn exchange(&self, code: &CodeGrant) -> Result<TokenGrant> {
        self.grant(self.platform.exchange(&self.client(), code).await)
    }

    /// Renews a grant.
    pub async fn refresh(&self, held: &Credential) -> Result<TokenGrant> {
        self.grant(self.platform.refresh(&self.client(), held).await)
    }

    /// Ends a grant at the platform.
    pub async fn revoke(&self, held: &Credential) -> Result<bool> {
        self.platform.revoke(&self.client(), held).await
    }

    /// The accounts that a grant can connect.
    pub async fn list_profiles(&self, api: &Api) -> Result<Vec<Profile>> {
        let found = self.bounded(self.platform.list_profiles(api).await, time::MAX_CALL_WAIT)?;
        found.into_iter().map(|profile| self.profile_of(profile)).collect()
    }

    /// Reads an account again.
    pub async fn profile(&self, api: &Api, account: &str) -> Result<Profile> {
        let outcome = self.platform.profile(api, account).await;
        self.profile_of(self.bounded(outcome, time::MAX_CALL_WAIT)?)
    }

    fn grant(&self, outcome: Result<TokenGrant>) -> Result<TokenGrant> {
        let grant = self.bounded(outcome, time::MAX_REFRESH_WAIT)?;
        Ok(TokenGrant {
            expires_in: grant.expires_in.and_then(time::bounded_lifetime),
            refresh_expires_in: grant.refresh_expires_in.and_then(time::bounded_lifetime),
            scopes: scopes::canonical(&self.platform.info().permissions, grant.scopes),
            ..grant
        })
    }

    fn profile_of(&self, profile: Profile) -> Result<Profile> {
        if self.platform.is_account_id(&profile.id) {
            Ok(names::clean_profile(profile))
        } else {
            let detail = format!("an account's id of {} bytes is none", profile.id.len());
            Err(Error::Unexpected { detail })
        }
    }

    fn bounded<T>(&self, outcome: Result<T>, longest: chrono::Duration) -> Result<T> {
        outcome.map_err(|error| error.waiting_at_most(self.client.now(), longest))
    }
}
