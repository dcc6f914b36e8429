//! Answers as they were recorded, changed in one thing at a time: nothing that a platform sends by
//! mistake ends a process, disconnects an account or blames the wrong one.

use std::sync::Arc;
use std::time::Duration;

use huntaze::server::clock::Clock;
use huntaze::server::platform::http::{Retries, pool};
use huntaze::server::platform::{
    Api, Class, Client, Credential, Error, Platform, Profile, Settings,
};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::secret;

/// A platform of which every answer is told.
pub struct Recorded {
    pub platform: &'static dyn Platform,
    pub client: Client,
    server: MockServer,
}

impl Recorded {
    pub async fn of(platform: &'static dyn Platform) -> Self {
        // An error only says that another test of this process was first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let server = MockServer::start().await;
        let settings = Settings {
            client_id: "app".into(),
            client_secret: secret("app-secret"),
            base_url: server.uri().parse().ok(),
            ..Settings::default()
        };
        let retries = Retries {
            max_retries: 0,
            first: Duration::from_millis(1),
            longest: Duration::from_millis(1),
        };
        let http = pool().expect("an HTTP client");
        let client = Client::new(http, Arc::new(settings), Clock::System, retries);
        Self { platform, client, server }
    }

    /// From now on these paths answer so, and no other path does.
    pub async fn answer(&self, answers: &[(&str, ResponseTemplate)]) {
        self.server.reset().await;
        for (at, answer) in answers {
            Mock::given(path(*at)).respond_with(answer.clone()).mount(&self.server).await;
        }
    }

    /// The account, read with every permission.
    pub async fn profile(&self, account: &str) -> Result<Profile, Error> {
        let asked = &self.platform.info().permissions;
        let scopes = asked.iter().map(|permission| permission.scope.to_string()).collect();
        let api = Api::new(self.client.clone(), secret("token"), scopes);
        self.platform.profile(&api, account).await
    }

    /// A token is renewed: what is stored of it, or why it was not.
    pub async fn refresh(&self) -> Result<(), Error> {
        let held =
            Credential { access: secret("token"), refresh: Some(secret("renew")), grant_key: None };
        let grant = self.platform.refresh(&self.client, &held).await?;
        let ten_years = chrono::Duration::days(3_660);
        for life in [grant.expires_in, grant.refresh_expires_in].into_iter().flatten() {
            assert!(life > chrono::Duration::zero() && life < ten_years, "a life of {life}");
        }
        Ok(())
    }
}

pub fn json_answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

pub fn page(status: u16, html: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(html.to_owned(), "text/html")
}

/// Bodies of another shape altogether.
pub fn other_shapes() -> [Value; 6] {
    [json!({}), json!([]), json!(null), json!("text"), json!(7), json!({ "ok": true })]
}

/// The answer with one thing changed, and what was changed: every field to every odd value, and
/// away.
pub fn changes(good: &Value) -> Vec<(String, Value)> {
    let odd = [
        json!(null),
        json!(""),
        json!("odd"),
        json!("12"),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(10_000_000_000_000_i64),
        json!(1e300),
        json!(true),
        json!([]),
        json!({}),
    ];
    let mut all = Vec::new();
    for pointer in pointers(good, "") {
        for value in &odd {
            let mut changed = good.clone();
            *changed.pointer_mut(&pointer).expect("it is there") = value.clone();
            all.push((format!("{pointer} = {value}"), changed));
        }
        all.push((format!("{pointer} away"), without(good, &pointer)));
    }
    all
}

fn pointers(value: &Value, at: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (format!("{at}/{name}"), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(n, value)| (format!("{at}/{n}"), value)).collect()
        }
        _ => Vec::new(),
    };
    let below = |(at, value): (String, &Value)| {
        let below = pointers(value, &at);
        [vec![at], below].concat()
    };
    children.into_iter().flat_map(below).collect()
}

fn without(good: &Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let mut changed = good.clone();
    match changed.pointer_mut(parent).expect("it is there") {
        Value::Object(fields) => drop(fields.remove(name)),
        Value::Array(items) => drop(items.remove(name.parse().expect("a position"))),
        _ => unreachable!("only these have children"),
    }
    changed
}

/// It was read, or it passes by itself.
#[track_caller]
pub fn assert_harmless<T>(case: &str, outcome: &Result<T, Error>) {
    if let Err(error) = outcome {
        assert_eq!(error.class(), Class::Transient, "{case}: {error}");
    }
}
