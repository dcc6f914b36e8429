//! The one error that crosses the wire, to a page, a form or a REST client.

#![warn(missing_docs)]

use std::fmt;

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

use crate::model::{FieldError, Toast, ToastKind};

/// What kind of error it is: decides the HTTP status and what a program does about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Fields that do not pass; they are named.
    Validation,
    /// The request itself is malformed.
    BadRequest,
    /// Nobody is logged in.
    Unauthorized,
    /// Whoever is logged in may not do this.
    Forbidden,
    /// There is none, or it is another workspace's.
    NotFound,
    /// The address is there, this method is not.
    MethodNotAllowed,
    /// It is there already, or somebody changed it meanwhile.
    Conflict,
    /// The workspace's tier allows no more accounts.
    TierLimit,
    /// More bytes than are taken.
    TooLarge,
    /// A body in a form that is not read here.
    UnsupportedMedia,
    /// Too many requests.
    RateLimited,
    /// The platform does not answer; it passes by itself.
    PlatformUnavailable,
    /// The platform answered, and refused.
    PlatformRefused,
    /// The server has its hands full; it passes by itself.
    Busy,
    /// Our own fault.
    Internal,
}

impl Kind {
    /// The HTTP status.
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
    /// What a program goes by.
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
    /// An error of this kind; `next` may be empty.
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

    /// Fields of a form that do not pass.
    pub fn validation(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Kind::Validation, "Some fields need another look.", "") }
    }

    /// Nobody is logged in.
    pub fn unauthorized() -> Self {
        Self::new(
            Kind::Unauthorized,
            "You are not logged in.",
            "Log in and you come back to this page.",
        )
    }

    /// There is no such thing, or none that whoever asks may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            Kind::NotFound,
            format!("There is no such {what}."),
            "It may have been removed, or the address has a typing mistake.",
        )
    }

    /// Our own fault; what it was is for the log.
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
