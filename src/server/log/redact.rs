//! Masks what looks like a secret in a log line.

use crate::server::secret_words::{is_separator, looks_secret};

const MASK: &str = "[masked]";
/// What a field or a parameter is called whose value is nobody's business.
const SECRET: &[&str] = &[
    "password",
    "secret",
    "token",
    "cookie",
    "authorization",
    "verifier",
    "credential",
    "x-bc",
    "api_key",
];
/// These are also the names of harmless things: an error's code, a job's state.
const MAYBE_SECRET: &[&str] = &["code", "state"];

/// The value of a field, without what may be a secret in it.
pub fn masked(name: &str, value: &str) -> String {
    if name != "message" && is_secret(name, value) { MASK.to_owned() } else { text(value) }
}

/// Whether a value under this name is to be kept from the log whatever it looks like.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_plain = |value: &str| {
        value.len() < 12 || value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    SECRET.iter().any(|secret| name.contains(secret))
        || (MAYBE_SECRET.contains(&name.as_str()) && !is_plain(value))
}

/// Words that look like tokens, what follows `Bearer`, and the values of telling names:
/// `token=...`, `"token":"..."`.
fn text(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    let (mut before, mut gap) = ("", "");
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(is_separator).unwrap_or(rest.len()));
        let (next_gap, next) =
            after.split_at(after.find(|c| !is_separator(c)).unwrap_or(after.len()));
        let is_value = gap.contains('=') || (gap.contains('"') && gap.contains(':'));
        let of_scheme =
            ["bearer", "basic"].contains(&before.to_ascii_lowercase().as_str()) && !is_word(word);
        let hidden = looks_secret(word)
            || of_scheme
            || (is_value && !word.is_empty() && is_secret(before, word));
        out.push_str(if hidden { MASK } else { word });
        out.push_str(next_gap);
        (before, gap, rest) = (word, next_gap, next);
    }
    out
}

fn is_word(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    // H3, T1: the ways in which a secret could get into a line.
    #[test]
    fn what_looks_like_a_secret_is_masked() {
        for (name, value) in [
            (
                "message",
                "refused: Bearer \
                 eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkyYWJjMTIzIn0.c2lnbmF0dXJlX29mX3RoZV90b2tlbjE",
            ),
            ("message", "sent Authorization: Basic YWxhZGRpbjpvcGVuMQ"),
            ("message", r#"answered {"access_token":"short","expires_in":7200}"#),
            ("message", "refresh_token=short&grant_type=refresh_token"),
            ("message", "code=4/0AVHEtk8zQ3vLx7TqB5nY-p2"),
            ("error", "bad cookie sess=k3j4h5k3j4h5k3j4h5k3j4h5"),
            ("message", "refused: d3cecc381590daba01a82f17606f6972"),
            ("message", "bad request: L-bNJOuvHGMQbdlHG-mXeAIUtOEJ-HVbUYFxwWDsiIw"),
            ("password", "draws a little every day"),
            ("set_cookie", "session=1"),
            ("client_secret", "abc"),
            ("state", "Zk3aVbN1QwZk3aVbN1Qw"),
            ("code", "AQDGkf9xKlmn"),
        ] {
            let line = masked(name, value);
            assert!(line.contains(MASK), "{name}: {line}");
            for secret in [
                "eyJ",
                "YWxh",
                "short",
                "0AVH",
                "k3j4",
                "draws",
                "session=1",
                "abc",
                "d3ce",
                "L-bN",
                "Zk3a",
                "AQDG",
            ] {
                assert!(!line.contains(secret), "{name}: {line}");
            }
        }
    }

    #[test]
    fn what_operators_need_stays() {
        for (name, value) in [
            ("message", "platform call: unavailable: could not connect: error sending request"),
            (
                "message",
                "refused (#190, subcode 463): ACCESS_TOKEN_SCOPE_INSUFFICIENT for \
                 yt-analytics.readonly",
            ),
            ("account", "01a1fc29-d45c-738e-bede-42163d3cda5b"),
            ("reference", "7F3K-92QD"),
            ("endpoint", "GET /v21.0/{id}/permissions"),
            ("public_url", "https://huntaze.example.com:8443/"),
            ("path", "/api/integrations/refresh/x/1427750916318339072"),
            ("until", "2026-11-21T03:32:36.755123Z"),
            ("code", "invalid_grant"),
            ("code", "190"),
            ("state", "dead"),
        ] {
            assert_eq!(masked(name, value), value);
        }
    }
}
