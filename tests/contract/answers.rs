//! Recorded answers and changes of them, played at X, Reddit and OnlyFans through the door that the
//! rest of the server uses: what one byte of a platform may do, and what it may not (requirement
//! T7; issue 9, section 1.9).

mod errors;
mod numbers;
mod shapes;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use huntaze::server::clock::Clock;
use huntaze::server::platform::http::{Retries, pool};
use huntaze::server::platform::{
    Client, CodeGrant, Credential, Entry, Error, Profile, Registry, Settings, TokenGrant,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::secret;

/// The three whose answers are played here.
const PLATFORMS: [&str; 3] = ["x", "reddit", "onlyfans"];
/// Those with a token endpoint.
const WITH_TOKENS: [&str; 2] = ["x", "reddit"];

/// All platforms, at a server that says what the test wants.
struct Play {
    server: MockServer,
    registry: Registry,
    _rules: NamedTempFile,
}

/// What one platform answers.
struct Line {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Line {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).with("content-type", "application/json")
    }

    fn html(status: u16) -> Self {
        Self::new(status, "<html>Attention required</html>").with("content-type", "text/html")
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Play {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With settings that an operator changed.
    async fn with(change: impl Fn(&mut Settings)) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let server = MockServer::start().await;
        let rules = NamedTempFile::new().expect("a file");
        let text = json!({ "static_param": "a", "prefix": "1", "suffix": "2",
            "checksum_indexes": [0], "checksum_constant": 0 });
        std::fs::write(rules.path(), text.to_string()).expect("it is written");
        let http = pool().expect("a client");
        let registry = Registry::new(|id| {
            let own = match id {
                "reddit" => Some(("user_agent", "web:com.example.app:v1.0.0 (by /u/ada)".into())),
                "onlyfans" => Some(("rules", rules.path().display().to_string().into())),
                _ => None,
            };
            let mut settings = Settings {
                enabled: Some(true),
                client_id: "app".into(),
                client_secret: secret("app-secret"),
                base_url: server.uri().parse().ok(),
                own: own.map(|(key, value)| (key.to_owned(), value)).into_iter().collect(),
                ..Settings::default()
            };
            change(&mut settings);
            let retries = Retries { max_retries: 0, ..Retries::default() };
            Client::new(http.clone(), Arc::new(settings), Clock::fixed(now()), retries)
        });
        Self { server, registry, _rules: rules }
    }

    fn entry(&self, platform: &str) -> &Entry {
        self.registry.get(platform).expect("a platform")
    }

    /// From now on every call is answered so.
    async fn answer(&self, line: &Line) {
        self.server.reset().await;
        Mock::given(any()).respond_with(response(line)).mount(&self.server).await;
    }

    async fn exchange(&self, platform: &str) -> Result<TokenGrant, Error> {
        let code = CodeGrant {
            code: secret("code"),
            redirect_uri: format!("http://127.0.0.1:3000/api/integrations/callback/{platform}"),
            verifier: Some(secret(&"v".repeat(43))),
            callback_scopes: None,
        };
        self.entry(platform).exchange(&code).await
    }

    async fn refresh(&self, platform: &str) -> Result<TokenGrant, Error> {
        self.entry(platform).refresh(&held(platform)).await
    }

    async fn connect(&self, platform: &str) -> Result<Profile, Error> {
        let entry = self.entry(platform);
        let api = entry.api(held(platform).access, scopes(entry));
        entry.list_profiles(&api).await.map(|mut found| found.pop().expect("one account"))
    }

    async fn test(&self, platform: &str) -> Result<Profile, Error> {
        let entry = self.entry(platform);
        let api = entry.api(held(platform).access, scopes(entry));
        entry.profile(&api, id(platform)).await
    }
}

fn response(line: &Line) -> ResponseTemplate {
    let response = ResponseTemplate::new(line.status).set_body_bytes(line.body.clone());
    let headers = line.headers.iter();
    headers.fold(response, |response, (name, value)| response.insert_header(*name, value.as_str()))
}

fn scopes(entry: &Entry) -> Vec<String> {
    entry.info().permissions.iter().map(|permission| permission.scope.to_string()).collect()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a time")
}

fn id(platform: &str) -> &'static str {
    match platform {
        "x" => "1000000000000000001",
        "reddit" => "3ebyblla",
        _ => "300",
    }
}

/// Ada's credential.
fn held(platform: &str) -> Credential {
    let session = json!({ "cookies": { "sess": "s", "auth_id": "300" },
        "x_bc": "0123456789012345678901234567890123456789", "user_agent": "Mozilla/5.0" });
    let access = if platform == "onlyfans" { session.to_string() } else { "access".to_owned() };
    Credential { access: access.into(), refresh: Some(secret("refresh")), grant_key: None }
}

/// A good profile of Ada, with all that is read of it.
fn profile(platform: &str) -> Value {
    match platform {
        "x" => json!({ "data": { "id": id("x"), "name": "Ada", "username": "ada",
            "created_at": "2020-01-01T00:00:00.000Z", "description": "",
            "profile_image_url": "https://pbs.example/a_normal.png", "protected": false,
            "verified": false, "verified_type": "none", "subscription_type": "None",
            "public_metrics": { "followers_count": 7, "following_count": 6, "tweet_count": 6,
                "listed_count": 0, "like_count": 9, "media_count": 0 } } }),
        "reddit" => json!({ "id": id("reddit"), "name": "ada", "created_utc": 1552433444.0,
            "total_karma": 3, "link_karma": 1, "comment_karma": 2, "over_18": false,
            "icon_img": "https://styles.example/x.png?width=256", "snoovatar_img": "",
            "is_suspended": false, "suspension_expiration_utc": null,
            "subreddit": { "title": "Ada", "subscribers": 2 } }),
        _ => json!({ "id": 300, "isAuth": true, "isPerformer": true, "canEarn": true,
            "isVerified": true, "username": "ada", "name": "Ada", "avatar": "",
            "joinDate": "2021-03-14T00:00:00+00:00", "subscribersCount": 12, "favoritedCount": 3,
            "postsCount": 7, "subscribePrice": 9.99 }),
    }
}

/// Where the profile's fields stand.
fn fields<'a>(platform: &str, profile: &'a mut Value) -> &'a mut Value {
    if platform == "x" { &mut profile["data"] } else { profile }
}

/// A good answer of a token endpoint.
fn token() -> Value {
    json!({ "token_type": "bearer", "access_token": "new", "refresh_token": "next",
        "expires_in": 7200, "scope": "identity" })
}

/// Passes by itself: the account stays connected, whatever else becomes of the call.
#[track_caller]
fn assert_passes<T>(row: &str, outcome: Result<T, Error>) {
    let error = outcome.err().unwrap_or_else(|| panic!("{row}: it had to fail"));
    assert!(error.is_transient(), "{row}: {error:?}");
}
