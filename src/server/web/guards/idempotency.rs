//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07) on the requests that create
//! something.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::super::kit::LARGEST_BODY;
use super::super::kit::context::{Correlation, Identity, path_of};
use super::super::kit::envelope::refused;
use crate::error::{AppError, Kind};
use crate::model::FieldError;
use crate::server::Backend;
use crate::server::domain::idempotency::{self, Claim};
use crate::server::domain::{Error, Result};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
pub const LONGEST_KEY: usize = 255;
/// Our answers are short.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: String,
}

/// With a key, a request that creates something happens once.
pub async fn apply_idempotency_key(backend: Backend, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let correlation = Correlation::of(&request);
    keyed(&backend, request, next)
        .await
        .unwrap_or_else(|error| refused(&correlation, error.into_app_error(&correlation.0)))
}

async fn keyed(backend: &Backend, request: Request, next: Next) -> Result<Response> {
    let correlation = Correlation::of(&request);
    let Some(actor) = request.extensions().get::<Identity>().and_then(Identity::maybe).cloned()
    else {
        return Ok(next.run(request).await);
    };
    let Some(key) = the_key(request.headers()) else {
        return Err(Error::field(
            "Idempotency-Key",
            format!("Send one key of 1 to {LONGEST_KEY} visible ASCII characters."),
        ));
    };
    let route = format!("{} {}", request.method(), path_of(&request));
    let (parts, body) = request.into_parts();
    // Whole by now: the guard has read it.
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Ok(refused(
            &correlation,
            AppError::new(Kind::BadRequest, "The body did not arrive whole.", "Send it again."),
        ));
    };
    match idempotency::claim(backend, &actor, &route, &key, &body).await? {
        Claim::First(id) => {
            let response = next.run(Request::from_parts(parts, Body::from(body))).await;
            Ok(settle(backend, id, response).await)
        }
        Claim::Answered(answer) => Ok(replay(&answer, &correlation)),
        Claim::UnderWay => {
            let sentence = "The first request with this Idempotency-Key is still under way.";
            let error = AppError::new(
                Kind::Conflict,
                sentence,
                "Ask again in a moment, with the same key.",
            );
            let mut response = refused(&correlation, error);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
            Ok(response)
        }
        Claim::Unreadable => {
            let error = AppError::new(
                Kind::Conflict,
                "The first answer to this Idempotency-Key can no longer be read.",
                "The request was done then. Look at your accounts before you send it with a new \
                 key.",
            );
            Ok(refused(&correlation, error))
        }
        Claim::OtherRequest => {
            let sentence = "This Idempotency-Key came with another body before.";
            let mut error = AppError::new(
                Kind::Validation,
                sentence,
                "Take a new key for a new request. Nothing was changed.",
            );
            error.fields =
                vec![FieldError { field: "Idempotency-Key".into(), message: sentence.into() }];
            Ok(refused(&correlation, error))
        }
    }
}

/// The one key of a request. Of two, nobody knows which is meant.
fn the_key(headers: &HeaderMap) -> Option<String> {
    let mut keys = headers.get_all(KEY).iter();
    let key = keys.next()?.to_str().ok().filter(|key| is_fit(key))?;
    keys.next().is_none().then(|| key.to_owned())
}

fn is_fit(key: &str) -> bool {
    (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What succeeded is kept; what did not may be tried again with the same key. It has happened by
/// now: an answer that can't be kept is the answer all the same.
async fn settle(backend: &Backend, id: uuid::Uuid, response: Response) -> Response {
    if !response.status().is_success() {
        warn(idempotency::release(backend, id).await);
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST_ANSWER).await.unwrap_or_else(|_| Bytes::new());
    let kept =
        Kept { status: parts.status.as_u16(), body: String::from_utf8_lossy(&body).into_owned() };
    // A number and a string always serialise.
    let text =
        SecretString::from(serde_json::to_string(&kept).expect("a number and a string serialise"));
    warn(idempotency::keep(backend, id, &text).await);
    Response::from_parts(parts, Body::from(body))
}

fn warn(kept: Result<()>) {
    if let Err(error) = kept {
        tracing::warn!("could not store the response of an idempotent request: {error}");
    }
}

fn replay(answer: &SecretString, correlation: &Correlation) -> Response {
    let Ok(kept) = serde_json::from_str::<Kept>(answer.expose_secret()) else {
        return refused(correlation, AppError::internal());
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (REPLAYED, HeaderValue::from_static("true")),
    ];
    (StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK), headers, kept.body)
        .into_response()
}
