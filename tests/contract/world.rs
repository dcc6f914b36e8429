//! One platform and its twin, for tests that walk through a table of troubles.

use huntaze::model::Reason;
use huntaze::server::platform::{
    Api, Authorize, Client, CodeGrant, Error, Pkce, Platform, Profile, Settings, TokenGrant, oauth,
};
use oauth2::CsrfToken;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{Stage, api, held, redirect, told};

pub struct World {
    pub stage: Stage,
    pub platform: &'static dyn Platform,
    pub client: Client,
    /// Where the consent page sends people back to; never called.
    pub redirect: Url,
}

/// What a consent page answered in the query of the redirect URI.
pub struct Callback {
    query: Vec<(String, String)>,
    verifier: Option<SecretString>,
}

impl Callback {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl World {
    pub async fn of(platform: &'static dyn Platform) -> Self {
        Self::with(platform, |_| {}).await
    }

    /// With settings that an operator changed.
    pub async fn with(platform: &'static dyn Platform, change: impl FnOnce(&mut Settings)) -> Self {
        let stage = Stage::new().await;
        let client = stage.client_with(&platform.info().id, change);
        Self { stage, platform, client, redirect: redirect(platform) }
    }

    /// The address of the consent page, with its verifier.
    pub fn consent_page(&self, again: bool) -> (Url, Option<SecretString>) {
        let spec = self.platform.connect().spec().expect("an OAuth platform");
        let takes_pkce = (spec.pkce)(&self.redirect) != Pkce::None;
        let verifier = takes_pkce.then(oauth::verifier);
        let state = CsrfToken::new("state-of-this-flow".into());
        let (redirect_uri, state, verifier_of) = (&self.redirect, &state, verifier.as_ref());
        let request = Authorize { redirect_uri, state, verifier: verifier_of, again };
        (self.platform.authorize(&self.client, &request), verifier)
    }

    /// The parameters of the consent page's address.
    pub fn asked(&self, again: bool) -> std::collections::BTreeMap<String, String> {
        self.consent_page(again).0.query_pairs().into_owned().collect()
    }

    pub async fn consent(&self, form: &[(&str, &str)]) -> Callback {
        let (page, verifier) = self.consent_page(false);
        let query = self.stage.decide(&page, form).await;
        let callback = Callback { query, verifier };
        assert_eq!(callback.get("state"), Some("state-of-this-flow"));
        callback
    }

    /// The callback as our side takes it to the token endpoint.
    pub fn code(&self, callback: &Callback) -> CodeGrant {
        CodeGrant {
            code: callback.get("code").expect("a code").into(),
            redirect_uri: self.redirect.to_string(),
            verifier: callback.verifier.clone(),
            callback_scopes: callback.get("scopes").or(callback.get("scope")).map(str::to_owned),
        }
    }

    pub async fn exchange(&self, code: &CodeGrant) -> Result<TokenGrant, Error> {
        self.platform.exchange(&self.client, code).await
    }

    /// A code of this test account that nobody has used.
    pub async fn fresh_code(&self, account: &str) -> CodeGrant {
        self.code(&self.consent(&[("account", account), ("decision", "allow")]).await)
    }

    /// Everything is allowed by this test account.
    pub async fn allow(&self, account: &str) -> TokenGrant {
        let code = self.fresh_code(account).await;
        self.exchange(&code).await.expect("the code is exchanged")
    }

    /// Only these scopes are.
    pub async fn allow_only(&self, account: &str, scopes: &str) -> TokenGrant {
        let form = [("account", account), ("decision", "allow"), ("scopes", scopes)];
        let code = self.code(&self.consent(&form).await);
        self.exchange(&code).await.expect("the code is exchanged")
    }

    pub fn api(&self, grant: &TokenGrant) -> Api {
        api(self.platform, &self.client, grant)
    }

    pub async fn candidates(&self, grant: &TokenGrant) -> Result<Vec<Profile>, Error> {
        let found = self.platform.list_profiles(&self.api(grant)).await?;
        for profile in &found {
            let checked = self.platform.check_metadata(&profile.metadata);
            assert_eq!(checked, Ok(()), "its own metadata passes the check");
            let kept = profile.metadata.to_string();
            assert!(!kept.contains(grant.access.expose_secret()), "metadata holds no token");
        }
        Ok(found)
    }

    pub async fn profile(&self, grant: &TokenGrant, account: &str) -> Result<Profile, Error> {
        self.platform.profile(&self.api(grant), account).await
    }

    pub async fn refresh(&self, grant: &TokenGrant) -> Result<TokenGrant, Error> {
        self.platform.refresh(&self.client, &held(grant)).await
    }

    pub async fn revoke(&self, grant: &TokenGrant) -> Result<bool, Error> {
        self.platform.revoke(&self.client, &held(grant)).await
    }

    /// An order to the sandbox about this platform.
    pub async fn order(&self, what: &str, order: Value) {
        self.stage.control(&format!("{}/{what}", self.platform.info().id), order).await;
    }

    /// From now on this endpoint fails in this way.
    pub async fn trouble(&self, endpoint: &str, kind: &str, reason: Option<&str>) {
        self.stage.trouble(&self.platform.info().id, endpoint, kind, reason).await;
    }

    /// Walks a table of troubles at `endpoint` while asking for the same thing, and checks what
    /// each is told as.
    pub async fn assert_table(
        &self,
        endpoint: &str,
        asked: Asked<'_>,
        table: impl IntoIterator<Item = Line>,
    ) {
        for (kind, reason, expected) in table {
            // A code is had only where nothing is wrong yet.
            self.stage.calm().await;
            let outcome = match asked {
                Asked::Exchange(account) => {
                    let code = self.fresh_code(account).await;
                    self.trouble(endpoint, kind, reason).await;
                    self.exchange(&code).await.map(drop)
                }
                Asked::Account(grant) => {
                    self.trouble(endpoint, kind, reason).await;
                    self.candidates(grant).await.map(drop)
                }
                Asked::Refresh(grant) => {
                    self.trouble(endpoint, kind, reason).await;
                    self.refresh(grant).await.map(drop)
                }
            };
            assert_told(&format!("{kind} {}", reason.unwrap_or_default()), outcome, &expected);
        }
        self.stage.calm().await;
    }

    /// Whatever goes wrong, what is logged of it holds neither the address of the call nor any of
    /// these marks of a token.
    pub async fn assert_failures_hold_no(&self, grant: &TokenGrant, marks: &[&str]) {
        for kind in ["400", "401", "503", "garbage", "cut"] {
            self.trouble("/", kind, None).await;
            let errors = [self.refresh(grant).await.err(), self.candidates(grant).await.err()];
            for error in errors.into_iter().flatten() {
                let text = format!("{error:?} {error}");
                assert!(!marks.iter().any(|mark| text.contains(mark)), "{text}");
                assert!(!text.contains("127.0.0.1"), "{text}");
            }
        }
    }
}

/// What the platform is asked for while a table of troubles is walked.
#[derive(Clone, Copy)]
pub enum Asked<'a> {
    /// A grant, for a fresh code of this test account.
    Exchange(&'a str),
    /// Whose account it is.
    Account(&'a TokenGrant),
    /// The next token.
    Refresh(&'a TokenGrant),
}

/// The kind of a trouble as the sandbox makes it, which of the platform's own errors it is, and
/// what that has to be.
pub type Line = (&'static str, Option<&'static str>, Told);

/// What a failure has to be: its kind, its reason, and what the person reads of cause and next
/// step.
pub enum Told {
    Reconnect(Reason, &'static str, &'static str),
    NeedsAction(Reason, &'static str, &'static str),
    AccessRefused(Reason, &'static str),
    Rejected(&'static str, &'static str),
    CodeRefused,
    RateLimited,
    Unavailable,
    Configuration,
}

/// Checks a failure against what it has to be; `row` names the line of the table.
#[track_caller]
pub fn assert_told<T>(row: &str, outcome: Result<T, Error>, expected: &Told) {
    let (kind, reason, message) = told(outcome);
    let (expected, words): (_, &[&str]) = match expected {
        Told::Reconnect(reason, why, next) => (("reconnect", Some(*reason)), &[why, next]),
        Told::NeedsAction(reason, why, next) => (("needs action", Some(*reason)), &[why, next]),
        Told::AccessRefused(reason, next) => (("access refused", Some(*reason)), &[next]),
        Told::Rejected(why, next) => (("rejected", None), &[why, next]),
        Told::CodeRefused => (("code refused", None), &[]),
        Told::RateLimited => (("rate limited", None), &[]),
        Told::Unavailable => (("unavailable", None), &[]),
        Told::Configuration => (("configuration", None), &[]),
    };
    assert_eq!((kind, reason), expected, "{row}: \"{message}\"");
    for word in words {
        assert!(message.contains(word), "{row}: \"{message}\" does not say \"{word}\"");
    }
}
