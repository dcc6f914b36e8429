//! Every platform against its contract: our reading of it (`server/platform`) meets the sandbox's
//! reading over real HTTP, from the consent page to the revocation, and in every way it can go
//! wrong that concerns connecting and refreshing.

mod answers;
mod instagram;
mod onlyfans;
mod recorded;
mod reddit;
mod tiktok;
mod world;
mod x;
mod youtube;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use huntaze::model::Reason;
use huntaze::sandbox::{self, Sandbox};
use huntaze::server::clock::Clock;
use huntaze::server::platform::http::{Retries, pool};
use huntaze::server::platform::{
    Api, Authorize, Client, CodeGrant, Credential, Error, Platform, Settings, TokenGrant, oauth,
};
use oauth2::CsrfToken;
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use url::Url;

/// A sandbox of its own on a port of its own, and whoever calls it.
pub struct Stage {
    address: SocketAddr,
    http: reqwest::Client,
    sandbox: crate::support::Sandbox,
    _folder: TempDir,
}

/// What is ordered of a sandbox is ordered of its stage.
impl Deref for Stage {
    type Target = crate::support::Sandbox;

    fn deref(&self) -> &Self::Target {
        &self.sandbox
    }
}

impl Stage {
    pub async fn new() -> Self {
        // An error only says that another test of this process was first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = TempDir::new().expect("a folder for the test");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let public_url: Url = format!("http://{address}").parse().expect("an address");
        let options =
            sandbox::Options { data_dir: folder.path().into(), public_url: public_url.clone() };
        let sandbox = Sandbox::open(options).expect("a sandbox");
        for app in ["http://127.0.0.1:3000", "https://huntaze.example"] {
            sandbox.register_app(&app.parse().expect("an address"));
        }
        tokio::spawn(async move { axum::serve(listener, sandbox.router()).await });
        let sandbox = crate::support::Sandbox::new(public_url);
        Self { address, http: pool().expect("an HTTP client"), sandbox, _folder: folder }
    }

    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().expect("an address")
    }

    /// A platform's client with the settings of the sandbox's app.
    pub fn client(&self, platform: &str) -> Client {
        self.client_with(platform, |_| {})
    }

    pub fn client_with(&self, platform: &str, change: impl FnOnce(&mut Settings)) -> Client {
        let mut settings = Settings {
            client_id: sandbox::CLIENT_ID.into(),
            client_secret: sandbox::CLIENT_SECRET.to_owned().into(),
            base_url: Some(self.url(&format!("/{platform}"))),
            ..Settings::default()
        };
        change(&mut settings);
        // As in production, but nobody waits.
        let retries = Retries {
            max_retries: 3,
            first: Duration::from_millis(1),
            longest: Duration::from_millis(4),
        };
        Client::new(self.http.clone(), Arc::new(settings), Clock::System, retries)
    }

    /// The person opens the consent page, decides, and is sent back: the parameters of the
    /// callback.
    pub async fn decide(&self, page: &Url, form: &[(&str, &str)]) -> Vec<(String, String)> {
        let shown = self.http.get(page.clone()).send().await.expect("an answer");
        assert_eq!(shown.status(), 200, "the consent page: {:?}", shown.text().await);
        let answer = self.http.post(page.clone()).form(form).send().await.expect("an answer");
        let back =
            answer.headers().get("location").and_then(|url| url.to_str().ok()).map(str::to_owned);
        let back = back
            .unwrap_or_else(|| panic!("no way back from the consent page: {}", answer.status()));
        Url::parse(&back).expect("an address").query_pairs().into_owned().collect()
    }

    /// The person allows everything, or only `scopes`: what the callback has to exchange.
    pub async fn allow(
        &self,
        platform: &dyn Platform,
        client: &Client,
        account: &str,
        scopes: Option<&str>,
    ) -> CodeGrant {
        let redirect = redirect(platform);
        let verifier = oauth::verifier();
        let state = CsrfToken::new("state-of-this-flow".into());
        let page = platform.authorize(
            client,
            &Authorize {
                redirect_uri: &redirect,
                state: &state,
                verifier: Some(&verifier),
                again: false,
            },
        );
        let mut form = vec![("account", account), ("decision", "allow")];
        form.extend(scopes.map(|scopes| ("scopes", scopes)));
        let back = self.decide(&page, &form).await;
        let find =
            |name: &str| back.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        assert_eq!(find("state").as_deref(), Some("state-of-this-flow"));
        CodeGrant {
            code: find("code").expect("a code").into(),
            redirect_uri: redirect.into(),
            verifier: Some(verifier),
            callback_scopes: find("scopes").or_else(|| find("scope")),
        }
    }

    /// From the consent page to the grant.
    pub async fn connect(
        &self,
        platform: &dyn Platform,
        client: &Client,
        account: &str,
    ) -> TokenGrant {
        let code = self.allow(platform, client, account, None).await;
        platform.exchange(client, &code).await.expect("a grant")
    }
}

pub fn redirect(platform: &dyn Platform) -> Url {
    format!("http://127.0.0.1:3000/api/integrations/callback/{}", platform.info().id)
        .parse()
        .expect("an address")
}

/// What is stored of a grant, opened for a call.
pub fn held(grant: &TokenGrant) -> Credential {
    Credential {
        access: grant.access.clone(),
        refresh: grant.refresh.clone(),
        grant_key: grant.grant_key.clone(),
    }
}

pub fn api(platform: &dyn Platform, client: &Client, grant: &TokenGrant) -> Api {
    let asked = || {
        platform.info().permissions.iter().map(|permission| permission.scope.to_string()).collect()
    };
    let scopes = if grant.scopes.is_empty() { asked() } else { grant.scopes.clone() };
    Api::new(client.clone(), grant.access.clone(), scopes).reading_limits(platform.limits())
}

pub fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

/// Whether two secrets are the same; tests print neither.
pub fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// The kind of an error and its reason, and what the person is told.
#[track_caller]
pub fn told<T>(outcome: Result<T, Error>) -> (&'static str, Option<Reason>, String) {
    match outcome.err().expect("it had to fail") {
        Error::AccessRefused { reason, message, .. } => {
            ("access refused", Some(reason), message.into())
        }
        Error::Reconnect { reason, message, .. } => ("reconnect", Some(reason), message.into()),
        Error::NeedsAction { reason, message, .. } => {
            ("needs action", Some(reason), message.into())
        }
        Error::CodeRefused { .. } => ("code refused", None, String::new()),
        Error::Rejected { message, .. } => ("rejected", None, message.into()),
        Error::RateLimited { .. } => ("rate limited", None, String::new()),
        Error::Unreachable { .. } => ("unreachable", None, String::new()),
        Error::Unavailable { .. } => ("unavailable", None, String::new()),
        Error::Configuration { .. } => ("configuration", None, String::new()),
        Error::NotSent { detail } | Error::Unexpected { detail } => {
            panic!("the contract knows this answer: {detail}")
        }
    }
}

/// The kind alone, where the sentence is not the platform's.
#[track_caller]
pub fn kind<T>(outcome: Result<T, Error>) -> &'static str {
    told(outcome).0
}

/// Fails unless the sentence names what happened and what to do about it.
#[track_caller]
pub fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "\"{message}\" does not say \"{word}\"");
    }
}
