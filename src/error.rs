//! The one error that crosses the wire, to a page, a form or a REST client.

use std::fmt;

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

use crate::model::{FieldError, Toast, ToastKind};

/// What kind of error it is: decides the HTTP status and what a program does about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Validation,
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    TierLimit,
    TooLarge,
    UnsupportedMedia,
    RateLimited,
    PlatformUnavailable,
    PlatformRefused,
    Busy,
    Internal,
}

impl Kind {
    pub fn status(self) -> u16 {
        match self {
            Self::Validation | Self::PlatformRefused => 422,
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict | Self::TierLimit => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::RateLimited => 429,
            Self::PlatformUnavailable | Self::Busy => 503,
            Self::Internal => 500,
        }
    }
}

/// An error as people and programs see it: no internals, a sentence, and a reference that finds the
/// log line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AppError {
    pub kind: Kind,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What to do next, or that nothing was lost; may be empty.
    pub next: String,
    /// Sentences that belong to fields of a form.
    pub fields: Vec<FieldError>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The correlation id.
    pub reference: String,
}

impl AppError {
    pub fn new(kind: Kind, sentence: impl Into<String>, next: impl Into<String>) -> Self {
        let retryable = matches!(
            kind,
            Kind::RateLimited | Kind::PlatformUnavailable | Kind::Busy | Kind::Internal
        );
        Self {
            kind,
            sentence: sentence.into(),
            next: next.into(),
            fields: Vec::new(),
            retryable,
            reference: String::new(),
        }
    }

    pub fn validation(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Kind::Validation, "Some fields need another look.", "") }
    }

    pub fn unauthorized() -> Self {
        Self::new(
            Kind::Unauthorized,
            "You are not logged in.",
            "Log in and you come back to this page.",
        )
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(
            Kind::NotFound,
            format!("There is no such {what}."),
            "It may have been removed, or the address has a typing mistake.",
        )
    }

    pub fn internal() -> Self {
        Self::new(
            Kind::Internal,
            "Huntaze could not do this just now.",
            "Nothing was changed. Try again in a moment.",
        )
    }

    /// The same error as a message that floats up.
    pub fn toast(&self) -> Toast {
        let reference = (!self.reference.is_empty()).then(|| self.reference.clone());
        Toast {
            kind: ToastKind::Error,
            title: self.sentence.clone(),
            text: self.next.clone(),
            reference,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// What leptos itself finds wrong with a call to a server function: nearly always a form with a
    /// field missing.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::new(
                Kind::BadRequest,
                "The form arrived incomplete.",
                "Reload the page and try again.",
            ),
            _ => Self::internal(),
        }
    }
}
