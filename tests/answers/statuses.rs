//! Answers of another status or another form: walls, outages, proxies, and words in wrong places.

use super::changes::{Change, Edit, Kind};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

/// Bodies that no platform answers, with what they are called in reports.
const BODIES: [(&str, &str, &str); 9] = [
    ("a page", HTML, "<!doctype html><title>Sorry</title><h1>Try again later</h1>"),
    ("a page about a grant", HTML, "<h1>invalid_grant: token revoked, user suspended</h1>"),
    ("nothing", JSON, ""),
    ("plain words", "text/plain", "upstream connect error or disconnect/reset before headers"),
    ("another shape", JSON, r#"{"ok":false,"hints":["odd",7]}"#),
    ("a list", JSON, "[]"),
    ("null", JSON, "null"),
    ("an empty object", JSON, "{}"),
    ("a page that says it is JSON", JSON, "<html><body>403 Forbidden</body></html>"),
];

/// An error of OAuth, where no token was asked for or the status says otherwise.
pub const OAUTH_WORDS: &str = "the words of OAuth";
const OAUTH_ERROR: &str =
    r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#;

const STATUSES: [u16; 11] = [200, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504];

pub fn changes() -> Vec<Change> {
    let bodies = BODIES.into_iter().chain([(OAUTH_WORDS, JSON, OAUTH_ERROR)]);
    let answers = bodies.flat_map(|(what, content_type, body)| {
        STATUSES.map(|status| Change {
            kind: Kind::Status,
            name: format!("{status} with {what}"),
            edit: Edit::Answer { status, content_type, body: body.into() },
        })
    });
    answers.collect()
}
