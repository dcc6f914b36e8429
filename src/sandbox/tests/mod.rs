//! The sandbox as clients meet it. The platforms' own rules are tested in their folders, with the
//! [`Client`] made here.

mod bounds;
mod control;
mod core;
mod redirect_uris;

use std::{fs, path::PathBuf};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tower::ServiceExt;
use url::{
    Url,
    form_urlencoded::{self, byte_serialize},
};

use super::{CLIENT_ID, CLIENT_SECRET, Options, Sandbox, apps};

/// A sandbox of its own, and whoever calls it.
pub struct Client {
    folder: tempfile::TempDir,
    router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let router = open(folder.path().into()).router();
        Self { folder, router }
    }

    /// The same sandbox after a restart.
    pub fn restarted(self) -> Self {
        let router = open(self.folder.path().into()).router();
        Self { router, ..self }
    }

    pub fn file(&self) -> String {
        fs::read_to_string(self.folder.path().join("sandbox.json"))
            .expect("the state file is there")
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("a router never fails");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the whole body arrives");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// `GET`, with headers.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers, Body::empty())).await
    }

    /// A posted form, with headers.
    pub async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Answer {
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let headers = [&kind, headers].concat();
        self.send(request("POST", path, &headers, Body::from(encoded(form)))).await
    }

    /// An order to the control API.
    pub async fn control(&self, path: &str, order: Value) -> Value {
        let kind = [("content-type", "application/json")];
        let answer = self
            .send(request(
                "POST",
                &format!("/control/{path}"),
                &kind,
                Body::from(order.to_string()),
            ))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    pub async fn advance(&self, seconds: i64) {
        self.control("clock", json!({ "advanceSeconds": seconds })).await;
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub fn text(&self, key: &str) -> String {
        self.json()[key]
            .as_str()
            .unwrap_or_else(|| panic!("no text {key} in {}", self.body))
            .to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A parameter of the address the browser is sent back to.
    pub fn returned(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let back = Url::parse(self.header("location")).expect("an absolute address");
        back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

fn open(data_dir: PathBuf) -> Sandbox {
    let public_url = "http://localhost:3900".parse().expect("an address");
    let sandbox = Sandbox::open(Options { data_dir, public_url }).expect("the folder can be used");
    for app in ["http://127.0.0.1:3000", "https://app.example"] {
        sandbox.register_app(&app.parse().expect("an address"));
    }
    sandbox
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body).expect("a request")
}

pub fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

pub fn callback(platform: &str) -> String {
    format!("http://127.0.0.1:3000/api/integrations/callback/{platform}")
}

pub fn basic() -> String {
    basic_of(CLIENT_ID, CLIENT_SECRET)
}

/// HTTP Basic of these two as they are.
pub fn basic_of(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// HTTP Basic of these two, form-encoded first.
pub fn basic_form_encoded(id: &str, secret: &str) -> String {
    let [id, secret] = [id, secret].map(|text| byte_serialize(text.as_bytes()).collect::<String>());
    basic_of(&id, &secret)
}

/// The app whose id and secret hold every character that an encoding can spoil.
pub fn reserved() -> (&'static str, &'static str) {
    let app = apps::find("huntaze sandbox+%41/&=?").expect("it is registered");
    (app.id, app.secret.expect("it has a secret"))
}
