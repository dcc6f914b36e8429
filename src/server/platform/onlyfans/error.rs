//! What OnlyFans' errors mean: the status alone says little, the sentence decides.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;

use crate::model::Reason;
use crate::server::platform::{Client, Error, PlatformResponse, Result, read};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(deserialize_with = "read::optional")]
    error: Option<Fault>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    #[serde(deserialize_with = "read::integer")]
    code: Option<i64>,
    /// Text, but for the identity check it is the person's name.
    message: Value,
}

const SIGNATURE: &str = "the signature was refused";

/// What an answer means that is no success.
pub fn check(client: &Client, answer: &PlatformResponse) -> Result<()> {
    let fault = answer.json::<Body>().and_then(|body| body.error);
    if answer.is_success() && fault.is_none() {
        return Ok(());
    }
    let code = fault.as_ref().and_then(|fault| fault.code).unwrap_or_default();
    let error = meaning(client, answer, fault);
    Err(answer.failed(error, &code.to_string(), ""))
}

fn meaning(client: &Client, answer: &PlatformResponse, fault: Option<Fault>) -> Error {
    // A 5xx passes, whatever it says.
    if let Some(error) = answer.common_error(client.now(), None) {
        return error;
    }
    let has_own_shape = fault.is_some();
    let fault = fault.unwrap_or_default();
    let message = fault.message.as_str().unwrap_or_default();
    let code = fault.code.unwrap_or_default();
    let detail = format!("{} code {code}", answer.status);
    if message.starts_with("Please refresh the page") {
        // Rules, clock or app token: the session itself is fine.
        let detail = format!(
            "{detail}: {SIGNATURE}, see to platforms.onlyfans.rules{}",
            skew(client, answer)
        );
        return Error::Configuration { detail };
    }
    if matches!(code, 101 | 105) {
        let message =
            "OnlyFans asks for an identity check. Open OnlyFans in your browser and finish \
            it, then press Test."
                .into();
        return Error::NeedsAction { reason: Reason::NeedsAction, message, detail };
    }
    if answer.status == 403 || (answer.status == 401 && !has_own_shape) {
        // A wall, whatever it says. Nothing is known to be wrong with the session, and knocking
        // again makes it worse.
        return Error::Unavailable { detail: format!("{detail}: blocked, {}", answer.shape()) };
    }
    if message.starts_with("Wrong user") {
        return mixed_up(format!("{detail}: wrong user"));
    }
    if message.starts_with("Access denied") || answer.status == 401 {
        return ended(detail);
    }
    Error::Unexpected { detail: format!("{detail}: {}", answer.shape()) }
}

/// Whether new rules might help.
pub fn doubts_the_signature(error: &Error) -> bool {
    matches!(error, Error::Configuration { detail } if detail.contains(SIGNATURE))
}

pub fn ended(detail: String) -> Error {
    Error::Reconnect {
        reason: Reason::SessionEnded,
        message:
            "Your OnlyFans session ended. Log in at onlyfans.com and paste fresh values, all from \
            the same browser."
                .into(),
        detail,
    }
}

pub fn mixed_up(detail: String) -> Error {
    Error::Reconnect {
        reason: Reason::SessionEnded,
        message:
            "The pasted values belong to different logins. Copy all of them again from one browser."
                .into(),
        detail,
    }
}

/// The time is part of the signature, so a wrong clock looks like wrong rules: worth a word to the
/// operator.
fn skew(client: &Client, answer: &PlatformResponse) -> String {
    let theirs = answer.header("date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let seconds = theirs.map_or(0, |at| client.now().signed_duration_since(at).num_seconds());
    if seconds.abs() < 60 {
        String::new()
    } else {
        format!(", or to this server's clock: it is {seconds} seconds ahead of theirs")
    }
}
