//! Between the app and the sandbox: passes everything on and remembers every secret that goes by.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use huntaze::server::config::Config;
use serde_json::{Value, json};

use super::secrets::Secrets;
use crate::support::cross_origin::{self, Behind};

/// Parameters and fields whose values are nobody's business. The app's own secret is not here: the
/// sandbox's is plain words, made to be read.
const SECRET: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "code",
    "code_verifier",
    "token",
    "input_token",
    "fb_exchange_token",
    "appsecret_proof",
];

/// The wire. Clones are the same one.
#[derive(Clone)]
pub struct Wire(Arc<Inner>);

struct Inner {
    behind: Behind,
    seen: Mutex<Secrets>,
    /// Whether the platform answers with an error that repeats what it was sent.
    parrot: Mutex<bool>,
}

impl Wire {
    /// Puts itself between every platform and the sandbox.
    pub fn tap(config: &mut Config) -> Self {
        let mut tapped = None;
        cross_origin::stand(config, |behind| {
            let wire =
                Self(Arc::new(Inner { behind, seen: Mutex::default(), parrot: Mutex::new(false) }));
            tapped = Some(wire.clone());
            Router::new().fallback(pass).with_state(wire)
        });
        tapped.expect("the router was asked for")
    }

    /// What went by so far.
    pub fn seen(&self) -> Secrets {
        self.0.seen.lock().expect("what was seen").clone()
    }

    /// From now on every call is answered by an error that repeats the secrets of the request: the
    /// worst that a platform can do.
    pub fn parrot(&self, on: bool) {
        *self.0.parrot.lock().expect("the switch") = on;
    }

    fn remember(&self, secrets: &Secrets) {
        self.0.seen.lock().expect("what was seen").extend(secrets);
    }
}

async fn pass(State(wire): State<Wire>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("the body of a call");
    let sent = sent(&parts.headers, parts.uri.query().unwrap_or_default(), &body);
    wire.remember(&sent);
    if *wire.0.parrot.lock().expect("the switch") {
        return repeat(&sent);
    }
    let Some(told) = wire.0.behind.ask(&parts, body).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut got = Secrets::default();
    received(&serde_json::from_slice(&told.body).unwrap_or_default(), &mut got);
    wire.remember(&got);
    told.into_response()
}

fn sent(headers: &HeaderMap, query: &str, body: &Bytes) -> Secrets {
    let mut secrets = Secrets::default();
    let texts = |name: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    texts("authorization")
        .iter()
        .filter_map(|line| line.split_whitespace().last())
        .for_each(|token| secrets.add(token));
    texts("cookie")
        .iter()
        .flat_map(|line| line.split("; "))
        .filter_map(|pair| pair.split_once('='))
        .for_each(|(_, value)| secrets.add(value));
    texts("x-bc").iter().for_each(|value| secrets.add(value));
    for part in [query.as_bytes(), body] {
        let pairs =
            url::form_urlencoded::parse(part).filter(|(name, _)| SECRET.contains(&name.as_ref()));
        pairs.for_each(|(_, value)| secrets.add(&value));
    }
    secrets
}

/// The tokens in an answer, wherever they are.
fn received(answer: &Value, secrets: &mut Secrets) {
    match answer {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value.as_str() {
            // Authorization codes come by redirects; a code in an answer is an error's.
            Some(text) if name != "code" && SECRET.contains(&name.as_str()) => secrets.add(text),
            _ => received(value, secrets),
        }),
        Value::Array(items) => items.iter().for_each(|item| received(item, secrets)),
        _ => {}
    }
}

/// In the fields of every platform's error shape at once.
fn repeat(sent: &Secrets) -> Response {
    let text = format!("bad request: {}", sent.joined());
    let error = json!({ "message": text, "type": "OAuthException", "code": 1,
        "error_user_msg": text, "log_id": text, "status": "INVALID_ARGUMENT" });
    let flat = json!({ "error": "invalid_request", "error_description": text, "message": text,
        "detail": text, "title": text, "reason": text });
    let mut body = flat;
    body["errors"] = json!([error]);
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}
