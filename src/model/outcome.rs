//! What a form answers.

use serde::{Deserialize, Serialize};

/// A short message that floats up and is read out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Toast {
    /// How it looks, and how urgently it is read out.
    pub kind: ToastKind,
    /// What happened, in one sentence.
    pub title: String,
    /// What it means or what to do next; may be empty.
    pub text: String,
    /// The code that finds the log line, with errors only.
    pub reference: Option<String>,
}

/// How a toast looks, and how urgently it is read out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToastKind {
    /// It is done.
    Success,
    /// Nothing was done, and nothing is wrong.
    Info,
    /// It could not be done.
    Error,
}

/// A sentence that belongs to one field of a form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

/// The answer of a form: what to say and where to go. A browser without scripts gets the same as a
/// cookie and a redirect.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// What to say; `None` where the page that follows says enough.
    pub toast: Option<Toast>,
    /// Where to go; `None` means stay and show fresh data. May be another site when it opens a
    /// consent page.
    pub location: Option<String>,
    /// Fields that do not pass.
    pub errors: Vec<FieldError>,
}

impl Outcome {
    /// Said, and stay.
    pub fn said(title: impl Into<String>, text: impl Into<String>) -> Self {
        let toast = Toast {
            kind: ToastKind::Success,
            title: title.into(),
            text: text.into(),
            reference: None,
        };
        Self { toast: Some(toast), ..Self::default() }
    }

    /// Go there.
    pub fn go(location: impl Into<String>) -> Self {
        Self { location: Some(location.into()), ..Self::default() }
    }

    /// The same, and go there.
    pub fn and_go(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }
}
