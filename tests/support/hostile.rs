//! A platform that has turned against us, or has been taken over: what it answers is not what it
//! should.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use huntaze::server::config::Config;
use serde_json::Value;

use super::cross_origin::{self, Behind, Told};

/// Changes what a platform answers to a call of this path.
type Change = Arc<dyn Fn(&str, &mut Told) + Send + Sync>;

/// From now on every platform's answers pass through `change` before the app reads them.
pub fn turn(config: &mut Config, change: impl Fn(&str, &mut Told) + Send + Sync + 'static) {
    let change: Change = Arc::new(change);
    cross_origin::stand(config, |behind| Router::new().fallback(pass).with_state((behind, change)));
}

async fn pass(State((behind, change)): State<(Behind, Change)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("the body of a call");
    let Some(mut told) = behind.ask(&parts, body).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    change(parts.uri.path(), &mut told);
    told.into_response()
}

impl Told {
    /// Changes the answer where it is JSON.
    pub fn rewrite(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut json) = serde_json::from_slice(&self.body) {
            change(&mut json);
            self.body = Bytes::from(json.to_string());
        }
    }

    /// Changes every text in the answer; `name` is the field that holds it.
    pub fn rewrite_texts(&mut self, change: impl Fn(&str, &mut String)) {
        self.rewrite(|json| texts("", json, &change));
    }
}

fn texts(name: &str, json: &mut Value, change: &impl Fn(&str, &mut String)) {
    match json {
        Value::String(text) => change(name, text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(name, item, change)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, field)| texts(name, field, change))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
