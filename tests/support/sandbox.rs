//! The sandbox's control, and the consent pages that people walk through.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

use super::Answer;

pub struct Sandbox {
    http: Client,
    base: Url,
}

impl Sandbox {
    pub fn new(base: Url) -> Self {
        Self { http: huntaze::server::platform::http::pool().expect("an HTTP client"), base }
    }

    /// Where it listens.
    pub fn base(&self) -> &Url {
        &self.base
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// An order to the control API.
    pub async fn control(&self, path: &str, order: Value) -> Value {
        let answer = self
            .http
            .post(self.url(&format!("/control/{path}")))
            .json(&order)
            .send()
            .await
            .expect("an answer");
        Answer::of(answer).await.expect(200).json()
    }

    pub async fn get(&self, path: &str) -> Value {
        Answer::of(self.http.get(self.url(path)).send().await.expect("an answer"))
            .await
            .expect(200)
            .json()
    }

    pub async fn state(&self) -> Value {
        self.get("/control/state").await
    }

    /// How often `call` ("GET /x/y", or a part of it) was made at the platform.
    pub async fn calls(&self, platform: &str, call: &str) -> u64 {
        let state = self.state().await;
        let calls = state["calls"][platform].as_object().cloned().unwrap_or_default();
        calls
            .iter()
            .filter(|(name, _)| name.contains(call))
            .filter_map(|(_, count)| count.as_u64())
            .sum()
    }

    /// The grants of a platform that still open something.
    pub async fn live_grants(&self, platform: &str) -> usize {
        let state = self.state().await;
        let grants = state["grants"].as_array().cloned().unwrap_or_default();
        let live = |grant: &&Value| {
            grant["platform"] == platform
                && (grant["liveAccessTokens"] != 0 || grant["renewable"] == true)
        };
        grants.iter().filter(live).count()
    }

    /// From now on this goes wrong at `endpoint`, and nothing else does.
    pub async fn trouble(&self, platform: &str, endpoint: &str, kind: &str, reason: Option<&str>) {
        self.calm().await;
        let mut order = json!({ "platform": platform, "endpoint": endpoint, "kind": kind });
        if let Some(reason) = reason {
            order["reason"] = json!(reason);
        }
        self.control("faults", order).await;
    }

    /// Nothing goes wrong any more.
    pub async fn calm(&self) {
        self.control("faults/clear", json!({})).await;
    }

    /// As if the person removed the app at the platform.
    pub async fn revoke(&self, platform: &str, account: &str) {
        self.control(&format!("{platform}/revoke"), json!({ "account": account })).await;
    }

    /// The platform ends its access tokens; what renews them lives on.
    pub async fn expire(&self, platform: &str, account: &str) {
        self.control(&format!("{platform}/expire"), json!({ "account": account })).await;
    }

    /// The life of tokens issued from now on.
    pub async fn lifetimes(&self, platform: &str, lifetimes: Value) {
        self.control(&format!("{platform}/lifetimes"), lifetimes).await;
    }

    pub async fn advance(&self, by: chrono::Duration) {
        self.control("clock", json!({ "advanceSeconds": by.num_seconds() })).await;
    }

    /// The same where the app's own clock was moved by as much.
    pub async fn advance_all(&self, by: chrono::Duration) {
        let order = json!({ "advanceSeconds": by.num_seconds(), "callersToo": true });
        self.control("clock", order).await;
    }

    /// What a test account's browser holds, to paste (OnlyFans).
    pub async fn session(&self, account: &str) -> Value {
        self.get(&format!("/onlyfans/session?account={account}")).await
    }

    /// Opens a consent page, posts `form`, and hands out the address it leads back to.
    pub async fn consent(&self, page: &str, form: &[(&str, &str)]) -> String {
        let mut page: Url = page.parse().expect("the address of a consent page");
        // People reach it under another name than the app's; the name need not resolve here.
        page.set_host(self.base.host_str()).expect("a host");
        let ask = |method: Method| self.http.request(method, page.clone());
        Answer::of(ask(Method::GET).send().await.expect("an answer")).await.expect(200);
        let answer =
            Answer::of(ask(Method::POST).form(form).send().await.expect("an answer")).await;
        answer.location().to_owned()
    }
}
