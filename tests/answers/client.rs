//! A person of the app under test, over HTTP only: the app may run here or in a process of its own,
//! and may break off in the middle of an answer.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::TestAccount;
use crate::support::{Answer, Browser, PASSWORD, Sandbox};

/// Longer than any operation may take a person.
const PATIENCE: Duration = Duration::from_secs(90);

pub struct Client {
    browser: Browser,
    /// Where the app listens.
    base: String,
    /// The name that people know the app by, where it listens elsewhere.
    host: Option<&'static str>,
}

/// What came of a request: an answer, or what happened to the connection.
pub type Outcome = Result<Answer, String>;

impl Client {
    pub async fn register(base: String, host: Option<&'static str>) -> Self {
        let client = Self { browser: Browser::new(""), base, host };
        let form = json!({ "email": "aiko@answers.example", "password": PASSWORD, "name": "Aiko" });
        let request = client.request(Method::POST, "/api/auth/register", "same-origin");
        client.browser.send(request.json(&form)).await.expect(201);
        client
    }

    fn request(&self, method: Method, path: &str, site: &str) -> RequestBuilder {
        let request = self.browser.request(method, &format!("{}{path}", self.base));
        let request = request.header("sec-fetch-site", site).timeout(PATIENCE);
        match self.host {
            Some(host) => request.header("host", host),
            None => request,
        }
    }

    async fn rest(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome {
        let request = self.request(method, path, "same-origin");
        sent(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub async fn page(&self, path: &str) -> Outcome {
        let request = self.request(Method::GET, path, "same-origin");
        sent(request.header("accept", "text/html").header("sec-fetch-dest", "document")).await
    }

    /// From the beginning to the answer of the callback, of the choice if there is one, or to that
    /// of a pasted session.
    pub async fn connect(&self, sandbox: &Sandbox, account: TestAccount) -> Outcome {
        let path = format!("/api/integrations/connect/{}", account.provider);
        if account.provider == "onlyfans" {
            let form = json!({ "credentials": sandbox.session(account.allows).await });
            return self.rest(Method::POST, &path, Some(&form)).await;
        }
        let begun = self.rest(Method::POST, &path, None).await?;
        if begun.status != 200 {
            return Err(format!("the connection did not begin: {} {}", begun.status, begun.body));
        }
        let data = begun.data();
        let page = data["authUrl"].as_str().ok_or("no address of a consent page")?;
        let back =
            sandbox.consent(page, &[("account", account.allows), ("decision", "allow")]).await;
        let back: url::Url = back.parse().map_err(|error| format!("{back}: {error}"))?;
        let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
        let request = self.request(Method::GET, &path, "cross-site");
        let answer =
            sent(request.header("accept", "text/html").header("sec-fetch-dest", "document"))
                .await?;
        if answer.status != 303 {
            return Ok(answer);
        }
        match answer.location().split_once("/integrations/choose/") {
            None => Ok(answer),
            Some((_, flow)) => {
                let path = format!("/api/integrations/choices/{flow}");
                self.rest(Method::POST, &path, Some(&json!({ "id": account.id }))).await
            }
        }
    }

    pub async fn test(&self, account: TestAccount) -> Outcome {
        let TestAccount { provider, id, .. } = account;
        self.rest(Method::POST, &format!("/api/integrations/test/{provider}/{id}"), None).await
    }

    pub async fn refresh(&self, account: TestAccount) -> Outcome {
        let TestAccount { provider, id, .. } = account;
        self.rest(Method::POST, &format!("/api/integrations/refresh/{provider}/{id}"), None).await
    }

    pub async fn disconnect(&self, provider: &str, id: &str) -> Outcome {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let path = format!("/api/integrations/disconnect/{provider}/{}", id.replace('+', "%20"));
        self.rest(Method::DELETE, &path, None).await
    }

    /// Every connection, as REST shows it.
    pub async fn integrations(&self) -> Result<Vec<Value>, String> {
        let answer = self.rest(Method::GET, "/api/integrations/status", None).await?;
        if answer.status != 200 {
            return Err(format!("the status is {} {}", answer.status, answer.body));
        }
        Ok(answer.data()["integrations"].as_array().cloned().unwrap_or_default())
    }

    pub async fn is_alive(&self) -> bool {
        matches!(self.rest(Method::GET, "/health", None).await, Ok(answer) if answer.status == 200)
    }
}

async fn sent(request: RequestBuilder) -> Outcome {
    let broken = |error: reqwest::Error| format!("the connection broke: {error}");
    let response = request.send().await.map_err(broken)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.text().await.map_err(broken)? })
}
