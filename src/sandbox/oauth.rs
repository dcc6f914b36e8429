//! What OAuth platforms share: parameters, the registered app, redirect URIs, PKCE, the way back to
//! the app.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

/// Parameters of a query or of a form, in the order they came. As an extractor it reads a form
/// body; a body of another content type counts as none, so that the endpoint answers with its own
/// "parameter missing".
#[derive(Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn query(uri: &Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The texts and numbers of a JSON object; a body that is none has no parameters.
    fn from_json(body: &[u8]) -> Self {
        let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        let text = |value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Self(fields.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect())
    }

    /// The first value of this name; an empty one counts as absent, as RFC 6749 (3.1) has it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// These and then those: a query and a form, where a platform takes both for one.
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Every value of this name.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_form = is_form(request.headers());
        let body =
            Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(if is_form { Self::parse(&body) } else { Self::default() })
    }
}

/// Parameters of a form or of a JSON object, for endpoints that take both.
pub struct FormOrJson(pub Params);

impl<S: Send + Sync> FromRequest<S> for FormOrJson {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !has_type(request.headers(), "application/json") {
            return Params::from_request(request, state).await.map(Self);
        }
        let body =
            Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self(Params::from_json(&body)))
    }
}

/// Whether the body is a form, as its content type says.
pub fn is_form(headers: &HeaderMap) -> bool {
    has_type(headers, "application/x-www-form-urlencoded")
}

fn has_type(headers: &HeaderMap, media_type: &str) -> bool {
    let found = headers.get(header::CONTENT_TYPE).and_then(|found| found.to_str().ok());
    found.is_some_and(|found| found.starts_with(media_type))
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    authorization(headers, "bearer")
}

/// Scheme names compare without case (RFC 9110, 11.1).
pub fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (found, value) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then_some(value.trim())
}

/// The S256 challenge of RFC 7636 for a verifier; `None` for a verifier the RFC does not allow
/// (4.1).
pub fn s256(verifier: &str) -> Option<String> {
    is_verifier(verifier).then(|| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())))
}

/// 43 to 128 unreserved characters.
pub fn is_verifier(verifier: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved)
}

/// Sends the browser back to the app with these parameters. 303: the answer to a posted consent
/// form is fetched by GET.
pub fn back_to(redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    let back = format!("{redirect_uri}{joint}{query}");
    (StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response()
}
