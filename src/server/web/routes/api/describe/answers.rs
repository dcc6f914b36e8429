//! The answers that many endpoints share: each way in which something can go wrong, with examples
//! that the API itself could give.

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::error::{AppError, Kind};
use crate::model::FieldError;
use crate::server::web::kit::envelope::ErrorEnvelope;

/// The time of every example.
const THEN: &str = "2026-11-21T03:32:37.484Z";

/// What of an operation decides how it may be refused.
pub struct About<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    pub has_body: bool,
    pub has_query: bool,
}

impl About<'_> {
    fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// Speaks to a platform.
    fn reaches_out(&self) -> bool {
        self.changes()
            && self.path.starts_with("/api/integrations/")
            && !self.path.ends_with("/label")
    }
}

/// An answer that many endpoints share.
pub struct Common {
    pub status: &'static str,
    pub name: &'static str,
    when: &'static str,
    examples: fn() -> Vec<AppError>,
    /// Whether an endpoint may give it. One that may and is not meant here says so itself, with a
    /// reason of its own.
    pub concerns: fn(&About) -> bool,
}

pub const COMMON: &[Common] = &[
    Common {
        status: "400",
        name: "BadRequest",
        when: "What was sent cannot be read: no JSON, or a broken address.",
        examples: || {
            vec![AppError::new(
                Kind::BadRequest,
                "The body is not JSON: line 1, column 9.",
                "Check the syntax.",
            )]
        },
        concerns: |about| about.has_body || about.has_query || about.path.contains('{'),
    },
    Common {
        status: "401",
        name: "Unauthorized",
        when: "Nobody is logged in, or the bearer token is not good.",
        examples: || vec![AppError::unauthorized()],
        concerns: |_| true,
    },
    Common {
        status: "403",
        name: "Forbidden",
        when: "From another site, or not for this person's role.",
        examples: || {
            let sentence = "Your role in this workspace does not allow this.";
            vec![AppError::new(Kind::Forbidden, sentence, "Ask its owner.")]
        },
        concerns: |about| about.changes(),
    },
    Common {
        status: "404",
        name: "NotFound",
        when: "There is no such thing, or it belongs to another workspace.",
        examples: || vec![AppError::not_found("account")],
        concerns: |about| about.path.contains('{'),
    },
    Common {
        status: "409",
        name: "Conflict",
        when: "The state of things does not allow it; the sentence says which.",
        examples: || {
            let ended = "This session has ended, and trying it again could log you out elsewhere.";
            let full = "Your plan holds 25 accounts and 25 are connected.";
            vec![
                AppError::new(
                    Kind::Conflict,
                    ended,
                    "Reconnect with fresh values from your browser.",
                ),
                AppError::new(
                    Kind::TierLimit,
                    full,
                    "Disconnect one that you no longer need, then connect this one. Nothing was \
                     changed.",
                ),
            ]
        },
        concerns: |about| about.reaches_out(),
    },
    Common {
        status: "413",
        name: "TooLarge",
        when: "The body has more than 64 KiB.",
        examples: || {
            vec![AppError::new(
                Kind::TooLarge,
                "This is too large.",
                "Send at most 64 KiB. Nothing was changed.",
            )]
        },
        concerns: |about| about.has_body,
    },
    Common {
        status: "415",
        name: "UnsupportedMedia",
        when: "The body is not `application/json`.",
        examples: || {
            let next = "Send the header Content-Type: application/json.";
            vec![AppError::new(Kind::UnsupportedMedia, "This endpoint takes JSON.", next)]
        },
        concerns: |about| about.has_body,
    },
    Common {
        status: "422",
        name: "Refused",
        when: "Some fields need another look (`details.fields`), or the platform said no.",
        examples: || {
            let message = "This does not look like an e-mail address, such as ada@example.com.";
            vec![
                AppError::validation(vec![FieldError {
                    field: "email".into(),
                    message: message.into(),
                }]),
                AppError::new(
                    Kind::PlatformRefused,
                    "This account is suspended at its platform. Ask there why, then reconnect it.",
                    "",
                ),
            ]
        },
        concerns: |about| about.has_body || about.has_query || about.reaches_out(),
    },
    Common {
        status: "429",
        name: "RateLimited",
        when: "Too many requests, or too soon, here or at the platform. `Retry-After` says when to \
            come back, where that is known.",
        examples: || {
            let sentence = "That is more than we can answer at once.";
            vec![AppError::new(
                Kind::RateLimited,
                sentence,
                "Nothing was changed. Try again in 47 seconds.",
            )]
        },
        concerns: |_| true,
    },
    Common {
        status: "500",
        name: "Internal",
        when: "Ours; nothing was changed.",
        examples: || vec![AppError::internal()],
        concerns: |_| true,
    },
    Common {
        status: "503",
        name: "PlatformUnavailable",
        when: "The platform is not answering, or we are busy; accounts stay as they are. \
            `Retry-After` says when to ask again, where that is known.",
        examples: || {
            let sentence = "The platform is having trouble. Next try at 14:05 UTC.";
            let platform = AppError::new(
                Kind::PlatformUnavailable,
                sentence,
                "Your accounts stay as they are.",
            );
            let busy = AppError::new(
                Kind::Busy,
                "The server is busy at the moment.",
                "Nothing was changed. Try again in a few seconds.",
            );
            vec![platform, busy]
        },
        concerns: |about| about.reaches_out(),
    },
];

impl Common {
    /// As the component that endpoints refer to. `headers` are those of every answer.
    pub fn component(&self, mut headers: Map<String, Value>) -> Value {
        if matches!(self.status, "409" | "429" | "503") {
            headers.insert(
                "Retry-After".into(),
                json!({ "$ref": "#/components/headers/Retry-After" }),
            );
        }
        json!({ "description": self.when, "headers": headers, "content": {
            "application/json": self.content() } })
    }

    /// The shape and an example of each kind.
    pub fn content(&self) -> Value {
        let examples = (self.examples)().into_iter().map(|mut error| {
            error.reference = "BJXD-VYJH".to_owned();
            let value = json!(ErrorEnvelope::of(&error, THEN.to_owned()));
            (
                value["error"]["type"].as_str().unwrap_or_default().to_owned(),
                json!({ "summary": error.sentence, "value": value }),
            )
        });
        json!({ "schema": { "$ref": "#/components/schemas/ErrorEnvelope" },
            "examples": examples.collect::<Map<_, _>>() })
    }
}

/// A good answer around `data`.
pub fn enveloped(data: &Value) -> Value {
    json!({ "success": true, "data": data, "correlationId": "6EFJ-GQDG", "timestamp": THEN })
}
