//! A person whose server may die in the middle of an answer.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::world::{HOST, Node, World};
use crate::support::{Answer, Browser, PASSWORD};

pub struct Creator {
    browser: Browser,
    pub email: String,
    /// What a program of theirs sends.
    pub bearer: String,
}

/// The connection broke before there was a whole answer.
#[derive(Debug)]
pub struct Died;

/// Where an account lives: the platform, the test account that allows, and the platform's id for
/// what is connected.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub provider: &'static str,
    pub allows: &'static str,
    pub id: &'static str,
    /// What a refresh calls.
    pub token_call: &'static str,
}

impl Creator {
    pub async fn register(node: &Node, name: &str) -> Self {
        let email = format!("{}@sweep.example", name.to_lowercase());
        let mut creator = Self { browser: Browser::new(""), email, bearer: String::new() };
        let form = json!({ "email": creator.email, "password": PASSWORD, "name": name });
        let request = creator.request(node, Method::POST, "/api/auth/register").json(&form);
        // The one answer whose cookie counts.
        let answer = creator.browser.send(request).await.expect(201);
        creator.bearer = answer.data()["accessToken"].as_str().expect("an access token").to_owned();
        creator
    }

    /// The session, as a browser sends it.
    pub fn cookies(&self) -> String {
        let request =
            self.browser.request(Method::GET, "http://localhost").build().expect("a request");
        request.headers()["cookie"].to_str().expect("cookies are text").to_owned()
    }

    fn request(&self, node: &Node, method: Method, path: &str) -> RequestBuilder {
        self.browser
            .request(method, &node.url(path))
            .header("host", HOST)
            .header("sec-fetch-site", "same-origin")
    }

    /// A REST call by the session's cookie.
    pub async fn ask(
        &self,
        node: &Node,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, Died> {
        let request = self.request(node, method, path);
        sent(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// Begins, allows everything, and hands out the way back to the app.
    pub async fn allow(&self, world: &World, node: &Node, place: Place) -> Result<String, Died> {
        let begun = self
            .ask(node, Method::POST, &format!("/api/integrations/connect/{}", place.provider), None)
            .await?
            .expect(200);
        let page = begun.data()["authUrl"].as_str().expect("a consent page").to_owned();
        let back =
            world.sandbox.consent(&page, &[("account", place.allows), ("decision", "allow")]).await;
        let path = back.strip_prefix(&format!("http://{HOST}"));
        Ok(path.unwrap_or_else(|| panic!("{back} does not lead back")).to_owned())
    }

    /// Comes back from the consent page.
    pub async fn come_back(&self, node: &Node, path: &str) -> Result<Answer, Died> {
        let request = self.browser.request(Method::GET, &node.url(path)).header("host", HOST);
        let request = request.header("accept", "text/html").header("sec-fetch-site", "cross-site");
        sent(request.header("sec-fetch-dest", "document")).await
    }

    pub async fn connect(&self, world: &World, node: &Node, place: Place) -> Result<(), Died> {
        let back = self.allow(world, node, place).await?;
        self.come_back(node, &back).await?.expect(303);
        Ok(())
    }

    pub async fn refresh(&self, node: &Node, place: Place) -> Result<Answer, Died> {
        self.ask(
            node,
            Method::POST,
            &format!("/api/integrations/refresh/{}/{}", place.provider, place.id),
            None,
        )
        .await
    }

    pub async fn test(&self, node: &Node, place: Place) -> Result<Answer, Died> {
        self.ask(
            node,
            Method::POST,
            &format!("/api/integrations/test/{}/{}", place.provider, place.id),
            None,
        )
        .await
    }

    pub async fn disconnect(&self, node: &Node, place: Place) -> Result<Answer, Died> {
        self.ask(
            node,
            Method::DELETE,
            &format!("/api/integrations/disconnect/{}/{}", place.provider, place.id),
            None,
        )
        .await
    }

    /// The connection as the status shows it.
    pub async fn integration(&self, node: &Node, place: Place) -> Option<Value> {
        let all = self
            .ask(node, Method::GET, "/api/integrations/status", None)
            .await
            .expect("a live server")
            .expect(200)
            .data();
        let list = all["integrations"].as_array().expect("a list");
        let mut found = list
            .iter()
            .filter(|one| one["provider"] == place.provider && one["accountId"] == place.id);
        let one = found.next().cloned();
        assert!(found.next().is_none(), "{place:?} is connected twice: {all}");
        one
    }
}

async fn sent(request: RequestBuilder) -> Result<Answer, Died> {
    let response = request.send().await.map_err(|_| Died)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.text().await.map_err(|_| Died)? })
}
