//! A browser without scripts: keeps cookies, says where its requests come from, follows nothing by
//! itself.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::Answer;

pub struct Browser {
    http: Client,
    /// The app's address, without a slash at its end.
    base: String,
    jar: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        // The product's own pool: it follows no redirect.
        let http = huntaze::server::platform::http::pool().expect("an HTTP client");
        Self { http, base: base.to_owned(), jar: Mutex::default() }
    }

    /// A cookie's value, as the browser holds it.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().expect("the jar").get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar.lock().expect("the jar").insert(name.into(), value.into());
    }

    /// A request with this browser's cookies and nothing else; [`Self::send`] sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let jar = self.jar.lock().expect("the jar");
        let line = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let request = self.http.request(method, url);
        if line.is_empty() { request } else { request.header("cookie", line) }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request.send().await.expect("an answer")).await;
        for line in answer.cookies() {
            let (pair, rest) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let mut jar = self.jar.lock().expect("the jar");
            if rest.contains("Max-Age=0") {
                jar.remove(name)
            } else {
                jar.insert(name.into(), value.into())
            };
        }
        answer
    }

    /// Opens a page: a click on one of our links.
    pub async fn open(&self, path: &str) -> Answer {
        self.send(self.navigate(path, "same-origin")).await
    }

    /// Comes back from another site, as from a consent page.
    pub async fn come_back(&self, path: &str) -> Answer {
        self.send(self.navigate(path, "cross-site")).await
    }

    fn navigate(&self, path: &str, site: &str) -> RequestBuilder {
        self.request(Method::GET, path)
            .header("accept", "text/html")
            .header("sec-fetch-site", site)
            .header("sec-fetch-dest", "document")
    }

    /// Follows a redirect to one of our pages.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        self.open(answer.location()).await
    }

    /// Sends a form that stands on the page `from`, as a browser without scripts does.
    pub async fn submit(&self, from: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request(Method::POST, action)
            .form(fields)
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin");
        self.send(
            request
                .header("sec-fetch-dest", "document")
                .header("referer", format!("{}{from}", self.base)),
        )
        .await
    }

    /// The same, and on to the page that it leads to.
    pub async fn submit_and_follow(
        &self,
        from: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let answer = self.submit(from, action, fields).await;
        self.follow(&answer).await
    }

    /// A REST call by the session's cookie.
    pub async fn rest(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path).header("sec-fetch-site", "same-origin");
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }
}
