//! What OnlyFans' errors mean: the status alone says little, the sentence decides.

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;

use crate::model::Reason;
use crate::server::platform::{Answer, Client, Error, Result};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Option<Fault>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fault {
    code: Option<i64>,
    /// Text, but for the identity check it is the person's name.
    message: Value,
}

const SIGNATURE: &str = "the signature was refused";

/// What an answer means that is no success.
pub fn check(client: &Client, answer: &Answer) -> Result<()> {
    let fault = answer.json::<Body>().and_then(|body| body.error);
    if answer.is_success() && fault.is_none() {
        return Ok(());
    }
    let fault = fault.unwrap_or_default();
    let message = fault.message.as_str().unwrap_or_default();
    let code = fault.code.unwrap_or_default();
    let detail = format!("{} code {code}", answer.status);
    if message.starts_with("Please refresh the page") {
        // Rules, clock or app token: the session itself is fine.
        return Err(Error::Configuration {
            detail: format!(
                "{detail}: {SIGNATURE}, see to platforms.onlyfans.rules{}",
                skew(client, answer)
            ),
        });
    }
    if matches!(code, 101 | 105) {
        let say = "OnlyFans asks for an identity check. Open OnlyFans in your browser and finish \
            it, then press Test."
            .into();
        return Err(Error::NeedsAction { reason: Reason::NeedsAction, say, detail });
    }
    if answer.status == 403 {
        // A wall, whatever it says. Nothing is known to be wrong with the session, and knocking
        // again makes it worse.
        return Err(Error::Unavailable { detail: format!("{detail}: blocked") });
    }
    if message.starts_with("Wrong user") {
        return Err(mixed_up(format!("{detail}: wrong user")));
    }
    if message.starts_with("Access denied") || answer.status == 401 {
        return Err(ended(detail));
    }
    Err(answer.common_error(client.now(), None).unwrap_or(Error::Unexpected { detail }))
}

/// Whether new rules might help.
pub fn doubts_the_signature(error: &Error) -> bool {
    matches!(error, Error::Configuration { detail } if detail.contains(SIGNATURE))
}

pub fn ended(detail: String) -> Error {
    Error::Reconnect {
        reason: Reason::SessionEnded,
        say:
            "Your OnlyFans session ended. Log in at onlyfans.com and paste fresh values, all from \
            the same browser."
                .into(),
        detail,
    }
}

pub fn mixed_up(detail: String) -> Error {
    Error::Reconnect {
        reason: Reason::SessionEnded,
        say:
            "The pasted values belong to different logins. Copy all of them again from one browser."
                .into(),
        detail,
    }
}

/// The time is part of the signature, so a wrong clock looks like wrong rules: worth a word to the
/// operator.
fn skew(client: &Client, answer: &Answer) -> String {
    let theirs = answer.header("date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let seconds = theirs.map_or(0, |theirs| (client.now() - theirs.to_utc()).num_seconds());
    if seconds.abs() < 60 {
        String::new()
    } else {
        format!(", or to this server's clock: it is {seconds} seconds ahead of theirs")
    }
}
