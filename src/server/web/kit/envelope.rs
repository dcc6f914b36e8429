//! `{success, data?, error?, correlationId, timestamp}` around every answer, and JSON bodies read
//! with errors of our own.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::App;
use super::context::{Correlation, Identity};
use super::validator::Validator;
use crate::error::{AppError, Kind};
use crate::model::FieldError;
use crate::server::Backend;
use crate::server::clock::Clock;
use crate::server::domain;
use crate::server::identity::Actor;

/// What every REST handler begins with: the backend, the correlation id and who is asking.
pub struct Rest {
    pub backend: Backend,
    pub asking: Identity,
    pub correlation: Correlation,
    /// It only asks for something, so the answer may be one that the caller has.
    is_read: bool,
}

impl FromRequestParts<App> for Rest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        // Both are inserted by middleware around every route.
        let correlation =
            parts.extensions.get::<Correlation>().cloned().unwrap_or(Correlation(String::new()));
        let asking = parts.extensions.get::<Identity>().cloned().unwrap_or(Identity(Ok(None)));
        let is_read = matches!(parts.method, Method::GET | Method::HEAD);
        Ok(Self { backend: app.backend.clone(), asking, correlation, is_read })
    }
}

impl Rest {
    pub fn actor(&self) -> Result<&Actor, Failure> {
        self.asking.actor().map_err(|error| self.fail(error))
    }

    pub fn fail(&self, mut error: AppError) -> Failure {
        error.reference.clone_from(&self.correlation.0);
        error.into()
    }

    /// A domain result as a REST one.
    pub fn map_error<T>(&self, result: domain::Result<T>) -> Result<T, Failure> {
        result.map_err(|error| {
            let retry_after = error.seconds_to_wait(self.backend.clock.now());
            Failure { error: error.into_app_error(&self.correlation.0), retry_after }
        })
    }

    pub fn ok(&self, data: impl Serialize) -> Response {
        self.with_status(StatusCode::OK, data)
    }

    pub fn with_status(&self, status: StatusCode, data: impl Serialize) -> Response {
        let data = match to_raw_value(&data) {
            Ok(data) => data,
            Err(error) => {
                tracing::error!("could not serialise an answer: {error}");
                return self.fail(AppError::internal()).into_response();
            }
        };
        let validator = self.is_read.then(|| Validator::of(data.get().as_bytes()));
        let envelope: Envelope<Box<RawValue>> = Envelope {
            success: true,
            data,
            correlation_id: self.correlation.0.clone(),
            timestamp: now(&self.backend.clock),
        };
        (status, validator.map(Extension), Json(envelope)).into_response()
    }
}

/// A good answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<T> {
    /// Always true.
    success: bool,
    data: T,
    /// Finds the log lines of this request; the same as the header `x-correlation-id`.
    correlation_id: String,
    #[schema(format = DateTime)]
    timestamp: String,
}

/// An answer that says why not.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEnvelope<'a> {
    /// Always false.
    success: bool,
    error: Problem<'a>,
    /// Finds the log lines of this request.
    correlation_id: &'a str,
    #[schema(format = DateTime)]
    timestamp: String,
}

/// What happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "validation")]
    kind: Kind,
    /// What happened, in one sentence for people.
    message: &'a str,
    /// What happened and what to do next.
    user_message: String,
    status_code: u16,
    /// Whether the same request may succeed later.
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
}

#[derive(Serialize, ToSchema)]
struct Details<'a> {
    /// The fields that need another look.
    fields: &'a [FieldError],
}

pub type RestResult = Result<Response, Failure>;

/// A failed REST call.
pub struct Failure {
    error: AppError,
    /// Seconds until it is worth asking again.
    retry_after: Option<u64>,
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self { error, retry_after: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = failure(&self.error);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// An error in the envelope.
pub fn failure(error: &AppError) -> Response {
    let status =
        StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(ErrorEnvelope::of(error, now(&CLOCK)))).into_response()
}

impl<'a> ErrorEnvelope<'a> {
    pub fn of(error: &'a AppError, timestamp: String) -> Self {
        let problem = Problem {
            kind: error.kind,
            message: &error.sentence,
            user_message: format!("{} {}", error.sentence, error.next).trim().to_owned(),
            status_code: error.kind.status(),
            retryable: error.retryable,
            details: (!error.fields.is_empty()).then_some(Details { fields: &error.fields }),
        };
        Self { success: false, error: problem, correlation_id: &error.reference, timestamp }
    }
}

/// The same outside of a handler that has a [`Rest`]; the request's id goes with it.
pub fn refused(correlation: &Correlation, mut error: AppError) -> Response {
    error.reference.clone_from(&correlation.0);
    failure(&error)
}

/// Errors are also answered where there is no backend at hand; their timestamp is for people who
/// read logs.
static CLOCK: LazyLock<Clock> = LazyLock::new(|| Clock::System);

fn now(clock: &Clock) -> String {
    clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A JSON body of this shape, or an error that says what is wrong with it. Unknown fields are
/// refused by the shapes themselves.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let reference =
            request.extensions().get::<Correlation>().map(|c| c.0.clone()).unwrap_or_default();
        let fail = |kind, sentence: String, next: &str| {
            let mut error = AppError::new(kind, sentence, next);
            error.reference.clone_from(&reference);
            Failure::from(error)
        };
        let media_type = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_ascii_lowercase();
        if media_type.split(';').next().map(str::trim) != Some("application/json") {
            return Err(fail(
                Kind::UnsupportedMedia,
                "This endpoint takes JSON.".into(),
                "Send the header Content-Type: application/json.",
            ));
        }
        let bytes = match Bytes::from_request(request, app).await {
            Ok(bytes) => bytes,
            Err(BytesRejection::FailedToBufferBody(error))
                if error.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                return Err(fail(
                    Kind::TooLarge,
                    "The body is too large.".into(),
                    "Send at most 64 KiB.",
                ));
            }
            Err(_) => {
                return Err(fail(
                    Kind::BadRequest,
                    "The body did not arrive whole.".into(),
                    "Send it again.",
                ));
            }
        };
        // serde would take a list of the fields' values for the object.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(fail(
                Kind::Validation,
                "The body does not fit: it is a list.".into(),
                "Send an object with the fields.",
            ));
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body)),
            // serde_json names the place, and the field where it knows one; never the value.
            Err(error) if error.is_data() => Err(fail(
                Kind::Validation,
                format!("The body does not fit: {}.", shape(&error)),
                "See the endpoint's documentation.",
            )),
            Err(error) => Err(fail(
                Kind::BadRequest,
                format!("The body is not JSON: line {}, column {}.", error.line(), error.column()),
                "Check the syntax.",
            )),
        }
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<App> for Body<T> {
    type Rejection = Failure;

    /// A request without a Content-Type says that it has no body.
    async fn from_request(request: Request, app: &App) -> Result<Option<Self>, Failure> {
        if request.headers().contains_key(CONTENT_TYPE) {
            <Self as FromRequest<App>>::from_request(request, app).await.map(Some)
        } else {
            Ok(None)
        }
    }
}

/// serde's words for a wrong shape, without the value that was sent: it may be a secret.
fn shape(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let is_about_names = ["missing field", "unknown field", "duplicate field"]
        .iter()
        .any(|start| text.starts_with(start));
    if is_about_names {
        text.split(" at line").next().unwrap_or_default().to_owned()
    } else {
        format!("a value of the wrong type at line {}, column {}", error.line(), error.column())
    }
}
