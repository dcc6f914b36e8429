//! How the browser asks the server.
//!
//! JSON is read by the browser itself: serde_json with its numbers and messages would weigh more
//! than all hooks together. The fields are those of [`Outcome`](crate::model::Outcome) and
//! [`AppError`](crate::error::AppError).

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, JSON, Reflect};
use web_sys::{
    Document, DomParser, Headers, RequestInit, Response, SupportedType, UrlSearchParams,
};

use crate::model::{FieldError, Toast, ToastKind};

/// A value that came as JSON.
pub struct Value(JsValue);

impl Value {
    pub fn of_text(text: &str) -> Option<Self> {
        JSON::parse(text).ok().map(Self)
    }

    pub fn to_text(&self) -> Option<String> {
        JSON::stringify(&self.0).ok().map(Into::into)
    }

    pub fn get(&self, key: &str) -> Self {
        // Asking something that is no object is an error; for us it has no such field.
        Self(Reflect::get(&self.0, &key.into()).unwrap_or(JsValue::UNDEFINED))
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key).0.as_string()
    }

    pub fn field_errors(&self, key: &str) -> Vec<FieldError> {
        let Ok(list) = self.get(key).0.dyn_into::<Array>() else { return Vec::new() };
        let error = |value| {
            let value = Self(value);
            Some(FieldError { field: value.text("field")?, message: value.text("message")? })
        };
        list.iter().filter_map(error).collect()
    }

    pub fn toast(&self) -> Option<Toast> {
        let kind = match self.text("kind")?.as_str() {
            "success" => ToastKind::Success,
            "info" => ToastKind::Info,
            _ => ToastKind::Error,
        };
        let text = |key| self.text(key).unwrap_or_default();
        Some(Toast {
            kind,
            title: text("title"),
            text: text("text"),
            reference: self.text("reference"),
        })
    }
}

/// What a form that did not work answered.
pub struct Refusal {
    pub logged_out: bool,
    pub fields: Vec<FieldError>,
    pub toast: Toast,
}

impl Refusal {
    fn of(value: &Value) -> Self {
        let Some(title) = value.text("sentence") else {
            return Self::saying("Huntaze could not do this just now.", "Try again in a moment.");
        };
        let reference = value.text("reference").filter(|code| !code.is_empty());
        Self {
            logged_out: value.text("kind").as_deref() == Some("unauthorized"),
            fields: value.field_errors("fields"),
            toast: Toast {
                kind: ToastKind::Error,
                title,
                text: value.text("next").unwrap_or_default(),
                reference,
            },
        }
    }

    fn unreachable() -> Self {
        Self::saying("Huntaze could not be reached.", "Check your connection, then try again.")
    }

    pub fn saying(title: &str, text: &str) -> Self {
        let toast = Toast {
            kind: ToastKind::Error,
            title: title.to_owned(),
            text: text.to_owned(),
            reference: None,
        };
        Self { logged_out: false, fields: Vec::new(), toast }
    }
}

/// Sends a form and reads its outcome.
pub async fn post(action: &str, body: &UrlSearchParams) -> Result<Value, Refusal> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(body);
    let answer =
        fetch(action, &init, "application/json").await.map_err(|_| Refusal::unreachable())?;
    let text = text_of(&answer).await.map_err(|_| Refusal::unreachable())?;
    let value = Value::of_text(&text).unwrap_or(Value(JsValue::UNDEFINED));
    if answer.ok() { Ok(value) } else { Err(Refusal::of(&value)) }
}

/// Why a page is not there.
pub enum Absent {
    /// The server sends us elsewhere: the session is over.
    Redirected,
    /// It answers, but not with this page.
    Gone,
    /// Nobody answers, or somebody who has trouble. Passes by itself.
    Unreachable,
}

/// A page of ours, as a document.
pub async fn page(url: &str) -> Result<Document, Absent> {
    let answer =
        fetch(url, &RequestInit::new(), "text/html").await.map_err(|_| Absent::Unreachable)?;
    if answer.redirected() {
        return Err(Absent::Redirected);
    }
    if !answer.ok() {
        return Err(if answer.status() >= 500 || answer.status() == 429 {
            Absent::Unreachable
        } else {
            Absent::Gone
        });
    }
    let html = text_of(&answer).await.map_err(|_| Absent::Unreachable)?;
    DomParser::new()
        .and_then(|parser| parser.parse_from_string(&html, SupportedType::TextHtml))
        .map_err(|_| Absent::Gone)
}

async fn fetch(url: &str, init: &RequestInit, accept: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", accept)?;
    init.set_headers(&headers);
    window().fetch_with_str_and_init(url, init).await?.dyn_into()
}

async fn text_of(answer: &Response) -> Result<String, JsValue> {
    Ok(answer.text()?.await?.as_string().unwrap_or_default())
}
