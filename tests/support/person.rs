//! Named people: each with a browser, and a program that has a bearer token.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use huntaze::server::identity;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Browser, TestApp, Toast};

/// Everybody's password here.
pub const PASSWORD: &str = "draws a little every day";

pub struct Person {
    pub name: String,
    pub email: String,
    pub browser: Browser,
    pub app: TestApp,
    /// The bearer token, and when it ends.
    token: Mutex<Option<(String, DateTime<Utc>)>>,
}

/// A connection that was begun and waits for its callback.
#[derive(Clone, Debug)]
pub struct Begun {
    pub auth_url: String,
    pub state: String,
}

impl Person {
    /// Somebody without an account.
    pub fn new(app: &TestApp, name: &str) -> Self {
        let email = format!("{}@stories.example", name.to_lowercase());
        Self {
            name: name.into(),
            email,
            browser: Browser::new(&app.base()),
            app: app.clone(),
            token: Mutex::default(),
        }
    }

    pub async fn register(app: &TestApp, name: &str) -> Self {
        let person = Self::new(app, name);
        let form = json!({ "email": person.email, "password": PASSWORD, "name": name });
        let answer =
            person.browser.rest(Method::POST, "/api/auth/register", Some(&form)).await.expect(201);
        person.take_token(&answer);
        // As if they had followed the link; the stories about addresses follow it.
        app.sql(&format!(
            "UPDATE users SET email_verified_at = created_at WHERE email = '{}'",
            person.email
        ))
        .await;
        person
    }

    /// Logs in, in this browser and this program.
    pub async fn log_in(&self) -> Answer {
        let form = json!({ "email": self.email, "password": PASSWORD });
        let answer =
            self.browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.expect(200);
        self.take_token(&answer);
        answer
    }

    /// The same person in another browser, with a session of its own.
    pub async fn elsewhere(&self) -> Self {
        let other = Self::new(&self.app, &self.name);
        other.log_in().await;
        other
    }

    fn take_token(&self, answer: &Answer) {
        let token = answer.data()["accessToken"].as_str().expect("an access token").to_owned();
        let end = self.app.backend().clock.now() + identity::ACCESS;
        *self.token.lock().expect("the token") = Some((token, end));
    }

    pub fn token(&self) -> String {
        self.token.lock().expect("the token").clone().expect("somebody logged in").0
    }

    /// A REST call by bearer token, as a program makes it: no cookie, nothing that only browsers
    /// send. Where the token ran out the person logs in again, as people do.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let end = self.token.lock().expect("the token").as_ref().map(|(_, end)| *end);
        if end.is_some_and(|end| end <= self.app.backend().clock.now()) {
            self.log_in().await;
        }
        let program = Browser::new(&self.app.base());
        let mut request = program.request(method, path).bearer_auth(self.token());
        if let Some(body) = body {
            request = request.json(&body);
        }
        program.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Option<Value>) -> Answer {
        self.call(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// `GET /api/integrations/status`
    pub async fn status(&self) -> Value {
        self.get("/api/integrations/status").await.expect(200).data()
    }

    pub async fn integrations(&self) -> Vec<Value> {
        self.status().await["integrations"].as_array().expect("a list").clone()
    }

    /// One connection, by the platform's id for it.
    pub async fn integration(&self, provider: &str, account: &str) -> Value {
        let all = self.integrations().await;
        let found =
            all.iter().find(|one| one["provider"] == provider && one["accountId"] == account);
        found.unwrap_or_else(|| panic!("no {account} of {provider} in {all:?}")).clone()
    }

    /// The HTML of a page.
    pub async fn page(&self, path: &str) -> String {
        self.browser.open(path).await.expect(200).body
    }

    /// The message on the page that an answer leads to.
    pub async fn toast(&self, answer: &Answer) -> Toast {
        let page = self.browser.follow(answer).await.expect(200);
        Toast::on(&page.body).unwrap_or_else(|| {
            panic!("no message on {}: {}", answer.location(), super::text(&page.body))
        })
    }

    /// Begins to connect. `account` is the connection to renew, by our id.
    pub async fn begin(&self, provider: &str, account: Option<&str>) -> Begun {
        let data = self
            .post(
                &format!("/api/integrations/connect/{provider}"),
                account.map(|id| json!({ "accountId": id })),
            )
            .await
            .expect(200)
            .data();
        let text = |name: &str| {
            data[name].as_str().unwrap_or_else(|| panic!("no {name} in {data}")).to_owned()
        };
        Begun { auth_url: text("authUrl"), state: text("state") }
    }

    /// Begins, decides on the consent page as `form` says, and comes back: what the callback
    /// answers.
    pub async fn decide(&self, provider: &str, form: &[(&str, &str)]) -> Answer {
        let begun = self.begin(provider, None).await;
        self.finish(&begun, form).await
    }

    pub async fn finish(&self, begun: &Begun, form: &[(&str, &str)]) -> Answer {
        let back = self.app.sandbox().consent(&begun.auth_url, form).await;
        self.browser.come_back(&back).await.expect(303)
    }

    /// Consents to everything with this test account; what the callback answers.
    pub async fn allow(&self, provider: &str, account: &str) -> Answer {
        self.decide(provider, &[("account", account), ("decision", "allow")]).await
    }

    /// Goes the same way once more for a connection that exists.
    pub async fn reconnect(&self, provider: &str, id: &str, account: &str) -> Answer {
        let begun = self.begin(provider, Some(id)).await;
        self.finish(&begun, &[("account", account), ("decision", "allow")]).await
    }

    /// Pastes the session of a test account (OnlyFans).
    pub async fn paste(&self, account: &str) -> Answer {
        let credentials = self.app.sandbox().session(account).await;
        self.post("/api/integrations/connect/onlyfans", Some(json!({ "credentials": credentials })))
            .await
    }

    /// Connects a test account from beginning to end: the integration as the status shows it.
    pub async fn connect(&self, provider: &str, account: &str) -> Value {
        let before = self.integrations().await;
        if provider == "onlyfans" {
            self.paste(account).await.expect(201);
        } else {
            let answer = self.allow(provider, account).await;
            let toast = self.toast(&answer).await;
            assert!(!toast.error, "{provider} {account}: {toast:?}");
        }
        let known = |one: &&Value| before.iter().any(|old| old["id"] == one["id"]);
        let after = self.integrations().await;
        let mine = || after.iter().filter(|one| one["provider"] == provider);
        let newest = || mine().max_by_key(|one| one["updatedAt"].as_str());
        // Where the platform knows the account by another id than the consent page, it is the new
        // one, or the one that moved.
        let found = mine()
            .find(|one| one["accountId"] == account)
            .or_else(|| mine().find(|one| !known(one)))
            .or_else(newest);
        found.unwrap_or_else(|| panic!("{account} is not connected: {after:?}")).clone()
    }
}
