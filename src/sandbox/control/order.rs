//! Reading what the control API is asked, and refusing it in a sentence.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::TEN_YEARS;
use crate::sandbox::{Sandbox, oauth::is_form};

/// What an endpoint was asked: an object from JSON or from a form. Empty form fields count as
/// absent.
pub struct Order {
    fields: Map<String, Value>,
    from_page: bool,
}

impl Order {
    /// Refuses fields nobody would read.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.fields.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                Err(Refusal(format!("`{key}` is not known here. Known: {}.", known.join(", "))))
            }
        }
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal(format!("`{name}` must be a text."))),
        }
    }

    /// A text, or a number as text.
    pub fn field(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.fields.get(name) {
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            _ => Ok(self.text(name)?.map(str::to_owned)),
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let whole = |text: String| {
            text.parse().map_err(|_| Refusal(format!("`{name}` must be a whole number.")))
        };
        self.field(name)?.map(whole).transpose()
    }

    /// A life of at least a second.
    pub fn seconds(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.number(name)? {
            Some(seconds) if !(1..=TEN_YEARS).contains(&seconds) => {
                Err(Refusal(format!("`{name}` must be between 1 second and ten years.")))
            }
            seconds => Ok(seconds),
        }
    }

    pub fn switch(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::Bool(on)) => Ok(Some(*on)),
            Some(Value::String(text)) if text == "true" || text == "false" => {
                Ok(Some(text == "true"))
            }
            Some(_) => Err(Refusal(format!("`{name}` must be true or false."))),
        }
    }

    /// The answer, or for the page the way back to where on it the order was given.
    pub fn done(&self, section: &str, answer: Value) -> Response {
        if self.from_page {
            Redirect::to(&format!("/#{section}")).into_response()
        } else {
            Json(answer).into_response()
        }
    }
}

impl FromRequest<Sandbox> for Order {
    type Rejection = Refusal;

    async fn from_request(request: Request, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let from_page = is_form(request.headers());
        let body = Bytes::from_request(request, sandbox)
            .await
            .map_err(|_| Refusal("The body is too large.".into()))?;
        let fields = if from_page {
            let filled =
                form_urlencoded::parse(&body).into_owned().filter(|(_, value)| !value.is_empty());
            filled.map(|(key, value)| (key, Value::String(value))).collect()
        } else if body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(&body)
                .map_err(|error| Refusal(format!("Send a JSON object: {error}.")))?
        };
        Ok(Self { fields, from_page })
    }
}

/// Why an order was not carried out.
pub struct Refusal(pub String);

pub fn missing(name: &str) -> Refusal {
    Refusal(format!("`{name}` is missing."))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "error": self.0 }))).into_response()
    }
}
