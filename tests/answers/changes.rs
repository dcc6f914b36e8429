//! The changes that make an odd answer of a good one: one thing at a time.

use std::sync::Arc;

use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::compression::{brotli, gzip, zlib};
use super::statuses::{self, OAUTH_WORDS};
use super::{fields, headers};
use crate::support::cross_origin::Told;

/// What is changed. In `make test` every kind meets every call at least once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Type,
    Sign,
    Size,
    Absence,
    Encoding,
    Order,
    Status,
    RetryAfter,
    Limits,
    /// The platform's own permanent answer: the one that may end a connection.
    Final,
}

/// One change with its name in reports.
#[derive(Clone)]
pub struct Change {
    pub kind: Kind,
    pub name: String,
    pub edit: Edit,
}

#[derive(Clone)]
pub enum Edit {
    /// A field gets this value, or is left out.
    Field { pointer: String, value: Option<Value> },
    /// The whole body, with its `Content-Encoding`.
    Body { edit: fn(&[u8]) -> Vec<u8>, encoding: Option<&'static str> },
    /// Another answer.
    Answer { status: u16, content_type: &'static str, body: Arc<str> },
    /// A header, beside another status or with the good one.
    Header { status: Option<u16>, name: &'static str, value: Arc<str> },
}

/// Everything that is tried with a good answer.
pub fn of(good: &Told) -> Vec<Change> {
    let mut all = fields::changes(&good.body);
    if !good.body.is_empty() {
        all.extend(encodings());
    }
    all.extend(statuses::changes());
    all.extend(headers::retry_after());
    all.extend(headers::limits());
    all
}

/// As the app would get it of a server between us and the platform, or of the platform itself.
fn encodings() -> Vec<Change> {
    let body = |name: &str, edit, encoding| Change {
        kind: Kind::Encoding,
        name: name.into(),
        edit: Edit::Body { edit, encoding },
    };
    let reversed = body("fields in reverse order", fields::reversed, None);
    vec![
        body("a byte order mark", |body| [b"\xef\xbb\xbf", body].concat(), None),
        body("gzip", gzip, Some("gzip")),
        body("br", brotli, Some("br")),
        body("deflate", zlib, Some("deflate")),
        body("said to be gzip", <[u8]>::to_vec, Some("gzip")),
        body("a letter in latin-1", fields::with_latin_1, None),
        body("cut in half", |body| body[..body.len() / 2].to_vec(), None),
        body("without its last byte", |body| body[..body.len() - 1].to_vec(), None),
        Change { kind: Kind::Order, ..reversed },
        Change { kind: Kind::Order, ..body("every field twice", fields::repeated, None) },
    ]
}

impl Change {
    /// The good answer with this change.
    pub fn apply(&self, mut answer: Told) -> Told {
        match &self.edit {
            Edit::Field { pointer, value } => {
                let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or(json!({}));
                fields::set(&mut body, pointer, value.clone());
                answer.body = body.to_string().into();
            }
            Edit::Body { edit, encoding } => {
                answer.body = edit(&answer.body).into();
                if let Some(encoding) = encoding {
                    answer.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
                }
            }
            Edit::Answer { status, content_type, body } => {
                answer.status = StatusCode::from_u16(*status).expect("a status");
                answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
                answer.body = body.as_bytes().to_vec().into();
            }
            Edit::Header { status, name, value } => {
                if let Some(status) = status {
                    answer.status = StatusCode::from_u16(*status).expect("a status");
                    answer.body = "{}".into();
                }
                let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header's value");
                answer.headers.insert(HeaderName::from_static(name), value);
            }
        }
        answer
    }

    /// Whether the platform may have done what it was asked, so far as its answer can be read.
    pub fn leaves_readable(&self) -> bool {
        match &self.edit {
            Edit::Field { .. } | Edit::Header { status: None, .. } => true,
            Edit::Body { .. } => self.is_harmless(),
            Edit::Answer { .. } | Edit::Header { .. } => false,
        }
    }

    /// The token that the platform gave would be lost with its answer.
    pub fn replaces_token(&self) -> bool {
        matches!(&self.edit, Edit::Field { pointer, .. }
            if pointer.ends_with("access_token") || pointer.ends_with("refresh_token"))
    }

    /// What went wrong once, and is always tried: a number or time that no calendar holds ended the
    /// server; a blank id, a 0 for a flag and an OAuth error under a status that is none ended
    /// connections.
    pub fn is_known(&self) -> bool {
        match (&self.edit, self.kind) {
            (Edit::Answer { status: 200 | 403 | 404, .. }, _) => self.name.ends_with(OAUTH_WORDS),
            (Edit::Field { pointer, .. }, _) if pointer == "/isAuth" => true,
            (Edit::Field { pointer, value: Some(Value::String(text)) }, _) => {
                pointer.ends_with("/id") && text.trim().is_empty()
            }
            (Edit::Field { pointer, .. }, Kind::Size) => pointer.contains("expires"),
            (Edit::Header { name: "retry-after", value, .. }, _) => {
                ["10000000000000", "1779746533"].contains(&&**value)
            }
            (Edit::Header { name, value, .. }, _) => {
                ["x-rate-limit-reset", "x-ratelimit-reset", "x-business-use-case-usage"]
                    .contains(name)
                    && (value.contains("10000000000000") || value.contains("8210266876799"))
            }
            _ => false,
        }
    }

    /// Means the same as the good answer, to everybody who reads JSON over HTTP.
    pub fn is_harmless(&self) -> bool {
        matches!(
            self.name.as_str(),
            "a byte order mark" | "gzip" | "br" | "fields in reverse order"
        )
    }
}
