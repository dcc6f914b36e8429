//! Codes, grants and tokens, and the verbs that platforms share on them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::State;
use crate::sandbox::{
    apps,
    platform::{Account, Twin},
    secret,
};

/// An authorization code on its way through the browser.
#[derive(Serialize, Deserialize)]
pub struct Code {
    /// Hash of the code, see [`secret::hash`].
    pub hash: String,
    pub platform: String,
    pub account: String,
    /// The app that asked.
    #[serde(default = "huntaze")]
    pub client: String,
    pub scopes: Vec<String>,
    pub redirect_uri: String,
    /// The PKCE challenge as it was sent, where the platform takes one.
    pub challenge: Option<String>,
    /// Whether the exchange brings a refresh token.
    pub renewable: bool,
    pub expires: i64,
    /// What the grant is to know of the consent, see [`Grant::data`].
    #[serde(default)]
    pub data: Map<String, Value>,
}

/// What a test account has allowed, with every token issued on it. A revoked grant is gone.
#[derive(Serialize, Deserialize)]
pub struct Grant {
    pub id: String,
    pub platform: String,
    pub account: String,
    /// Who allowed it. Several accounts can belong to one person (channels of one Google account);
    /// the account itself where the platform knows no difference.
    pub person: String,
    /// The app it was given to.
    #[serde(default = "huntaze")]
    pub client: String,
    pub scopes: Vec<String>,
    pub created: i64,
    pub refresh: Option<Token>,
    /// Hashes of refresh tokens that were replaced: what tells a replay from an unknown token.
    pub spent: Vec<String>,
    pub access: Vec<Token>,
    /// What only this platform needs to know of a grant.
    #[serde(default)]
    pub data: Map<String, Value>,
}

/// A token as remembered: its hash and its end.
#[derive(Clone, Serialize, Deserialize)]
pub struct Token {
    pub hash: String,
    /// `None`: it works until it is revoked.
    pub expires: Option<i64>,
    /// Which of a platform's several kinds it is; empty where there is only one.
    #[serde(default)]
    pub kind: String,
}

fn huntaze() -> String {
    apps::HUNTAZE.id.to_owned()
}

impl Token {
    pub fn is_live(&self, now: i64) -> bool {
        self.expires.is_none_or(|end| now < end)
    }
}

impl Code {
    /// A code for Huntaze, without PKCE and without a refresh token; [`State::add_code`] makes it.
    pub fn new(
        twin: &Twin,
        account: &Account,
        scopes: Vec<String>,
        redirect_uri: String,
        expires: i64,
    ) -> Self {
        let (platform, account) = (twin.id.to_owned(), account.id.to_owned());
        let hash = String::new();
        Self {
            hash,
            platform,
            account,
            client: huntaze(),
            scopes,
            redirect_uri,
            challenge: None,
            renewable: false,
            expires,
            data: Map::new(),
        }
    }
}

impl State {
    /// Keeps a new code and returns it for the callback. `code.hash` is filled in here.
    pub fn add_code(&mut self, prefix: &str, mut code: Code) -> String {
        let now = self.now();
        self.codes.retain(|code| now < code.expires);
        let plain = secret::fresh(prefix);
        code.hash = secret::hash(&plain);
        self.codes.push(code);
        plain
    }

    /// The code, if it is known and alive. It is spent by this, whatever else is wrong with the
    /// request.
    pub fn take_code(&mut self, platform: &str, code: &str) -> Option<Code> {
        let (now, hash) = (self.now(), secret::hash(code));
        let at =
            self.codes.iter().position(|code| code.platform == platform && code.hash == hash)?;
        Some(self.codes.remove(at)).filter(|code| now < code.expires)
    }

    /// Turns a taken code into a grant without tokens; issue them next.
    pub fn add_grant(&mut self, code: &Code) -> &mut Grant {
        let grant = Grant {
            id: secret::id(),
            platform: code.platform.clone(),
            account: code.account.clone(),
            person: code.account.clone(),
            client: code.client.clone(),
            scopes: code.scopes.clone(),
            created: self.now(),
            refresh: None,
            spent: Vec::new(),
            access: Vec::new(),
            data: code.data.clone(),
        };
        self.grants.push(grant);
        // The line above makes the list non-empty.
        self.grants.last_mut().expect("a grant was just added")
    }

    pub fn grants_of<'a>(
        &'a self,
        platform: &'a str,
        account: &'a str,
    ) -> impl Iterator<Item = &'a Grant> {
        self.grants
            .iter()
            .filter(move |grant| grant.platform == platform && grant.account == account)
    }

    /// The grant that a live access token belongs to.
    pub fn by_access(&self, platform: &str, token: &str) -> Option<&Grant> {
        let (now, hash) = (self.now(), secret::hash(token));
        let holds = |grant: &&Grant| {
            grant.access.iter().any(|token| token.hash == hash && token.is_live(now))
        };
        self.grants.iter().filter(|grant| grant.platform == platform).find(holds)
    }

    /// The grant that an access token belongs to, even if its time is over.
    pub fn by_any_access(&self, platform: &str, token: &str) -> Option<&Grant> {
        self.grants
            .iter()
            .filter(|grant| grant.platform == platform)
            .find(|grant| grant.access_token(token).is_some())
    }

    /// The grant whose present and live refresh token this is.
    pub fn by_refresh(&mut self, platform: &str, token: &str) -> Option<&mut Grant> {
        let (now, hash) = (self.now(), secret::hash(token));
        let holds = |token: &Token| token.hash == hash && token.is_live(now);
        self.grants
            .iter_mut()
            .find(|grant| grant.platform == platform && grant.refresh.as_ref().is_some_and(holds))
    }

    /// The grant that this refresh token belonged to before it was replaced.
    pub fn by_spent(&self, platform: &str, token: &str) -> Option<&Grant> {
        let hash = secret::hash(token);
        self.grants.iter().find(|grant| grant.platform == platform && grant.spent.contains(&hash))
    }

    /// Ends every grant of the platform that the rule names; how many there were.
    pub fn revoke(&mut self, platform: &str, rule: impl Fn(&Grant) -> bool) -> usize {
        let before = self.grants.len();
        self.grants.retain(|grant| grant.platform != platform || !rule(grant));
        before - self.grants.len()
    }

    /// As if whoever allowed this account's grants removed the app at the platform: all grants of
    /// that person end.
    pub fn revoke_person(&mut self, platform: &str, account: &str) -> usize {
        let persons: Vec<_> =
            self.grants_of(platform, account).map(|grant| grant.person.clone()).collect();
        self.revoke(platform, |grant| persons.contains(&grant.person))
    }

    /// Revocation by token, as most platforms do it: a refresh token ends its grant, an access
    /// token only itself.
    pub fn revoke_token(&mut self, platform: &str, token: &str) {
        let hash = secret::hash(token);
        self.revoke(platform, |grant| {
            grant.refresh.as_ref().is_some_and(|token| token.hash == hash)
        });
        for grant in self.grants.iter_mut().filter(|grant| grant.platform == platform) {
            grant.access.retain(|token| token.hash != hash);
        }
    }
}

impl Grant {
    /// A new access token beside those already issued; dead ones are forgotten.
    pub fn issue_access(&mut self, prefix: &str, now: i64, life: Option<i64>) -> String {
        let (plain, token) = issue(prefix, now, life);
        self.access.retain(|token| token.is_live(now));
        self.access.push(token);
        plain
    }

    /// Keeps an access token that was made elsewhere, as one of the platform's several kinds.
    pub fn remember(&mut self, plain: &str, kind: &str, expires: Option<i64>) {
        if self.access_token(plain).is_none() {
            self.access.push(Token { hash: secret::hash(plain), expires, kind: kind.to_owned() });
        }
    }

    /// A new refresh token in place of the present one, which counts as spent.
    pub fn issue_refresh(&mut self, prefix: &str, now: i64, life: Option<i64>) -> String {
        let (plain, token) = issue(prefix, now, life);
        self.spent.extend(self.refresh.replace(token).map(|old| old.hash));
        plain
    }

    /// The access token as remembered, if it belongs to this grant.
    pub fn access_token(&self, plain: &str) -> Option<&Token> {
        let hash = secret::hash(plain);
        self.access.iter().find(|token| token.hash == hash)
    }

    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

fn issue(prefix: &str, now: i64, life: Option<i64>) -> (String, Token) {
    let plain = secret::fresh(prefix);
    let token = Token {
        hash: secret::hash(&plain),
        expires: life.map(|life| now.saturating_add(life)),
        kind: String::new(),
    };
    (plain, token)
}
