//! Signing rules: data that changes with the web app, from a file or an address that the operator
//! chose. A new one is picked up by itself; a bad one changes nothing but the log.

use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Duration, Utc};
use http::Method;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::settings::OnlyFansSettings;
use crate::server::platform::{Client, Error, Result, read};

/// How old rules from an address may be before it is asked again.
const FRESH: Duration = Duration::minutes(10);
/// The same while there are none: nobody waits for a host that does not answer again and again.
const SOON: Duration = Duration::seconds(10);
/// A constant of the web app since 2021, not a secret.
const APP_TOKEN: &str = "33d57ade8c02dbc5a333db99ff9ae26a";
/// The characters of a SHA-1 in hex.
const HASH_LENGTH: usize = 40;
/// What is longer is no mark, and would make a header that no server takes.
const LONGEST: usize = 255;

/// The numbers and marks of one build of the web app.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub static_param: String,
    pub prefix: String,
    pub suffix: String,
    /// Positions in the hash; they may repeat.
    pub indexes: Vec<usize>,
    pub constant: i64,
    pub app_token: String,
}

impl Rules {
    /// Reads the three styles that are in use: marks in a `format`, as `start` and `end`, or as
    /// `prefix` and `suffix`.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let marks = wire
            .format
            .as_deref()
            .and_then(|format| Some((format.split(':').next()?, format.rsplit(':').next()?)));
        let (prefix, suffix) = match (wire.prefix.as_deref(), wire.suffix.as_deref(), marks) {
            (Some(prefix), Some(suffix), _) | (_, _, Some((prefix, suffix))) => {
                (prefix.to_owned(), suffix.to_owned())
            }
            _ => {
                return Err(
                    "neither `format` nor `start` and `end` nor `prefix` and `suffix`".into()
                );
            }
        };
        if wire.checksum_indexes.is_empty()
            || wire.checksum_indexes.iter().any(|&index| index >= HASH_LENGTH)
        {
            return Err("`checksum_indexes` must be numbers from 0 to 39".into());
        }
        if ![&prefix, &suffix, &wire.static_param].into_iter().all(|text| is_plain(text)) {
            return Err("`static_param` and the marks must be plain text".into());
        }
        Ok(Self {
            static_param: wire.static_param,
            prefix,
            suffix,
            indexes: wire.checksum_indexes,
            constant: wire.checksum_constant,
            app_token: wire
                .app_token
                .filter(|token| is_plain(token))
                .unwrap_or_else(|| APP_TOKEN.into()),
        })
    }
}

fn is_plain(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What is optional and odd counts as absent.
#[derive(Deserialize)]
struct Wire {
    static_param: String,
    #[serde(default, deserialize_with = "read::optional")]
    format: Option<String>,
    #[serde(default, alias = "start", deserialize_with = "read::optional")]
    prefix: Option<String>,
    #[serde(default, alias = "end", deserialize_with = "read::optional")]
    suffix: Option<String>,
    checksum_indexes: Vec<usize>,
    checksum_constant: i64,
    #[serde(default, alias = "app-token", deserialize_with = "read::optional")]
    app_token: Option<String>,
}

/// The rules in use, and when they were last looked for.
#[derive(Default)]
pub struct RuleBook(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    rules: Option<Arc<Rules>>,
    /// Of a file: the version that was read, good or bad.
    version: Option<(SystemTime, u64)>,
    /// Of an address: when it was last asked.
    asked: Option<DateTime<Utc>>,
}

impl RuleBook {
    /// The newest good rules. Without any there is nothing that could be sent.
    pub async fn get(&self, client: &Client) -> Result<Arc<Rules>> {
        let source = client.settings().own::<OnlyFansSettings>().rules;
        let mut kept = self.0.lock().await;
        let found = match Url::parse(&source) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => {
                kept.ask_address(client, url).await
            }
            _ => kept.look_at_file(&source).await,
        };
        match found {
            Ok(None) => {}
            Ok(Some(rules)) => kept.rules = Some(Arc::new(rules)),
            Err(problem) => {
                tracing::warn!(
                    error = %problem,
                    "could not load OnlyFans signing rules, keeping the last valid ones"
                )
            }
        }
        kept.rules.clone().ok_or_else(|| Error::Configuration {
            detail: "no usable OnlyFans signing rules: see platforms.onlyfans.rules".into(),
        })
    }

    /// A signature was refused: look for new rules at the next call, however fresh these are.
    pub async fn doubt(&self) {
        self.0.lock().await.asked = None;
    }
}

impl Kept {
    /// New rules of the file, or nothing if it is as it was.
    async fn look_at_file(&mut self, path: &str) -> Result<Option<Rules>, String> {
        let about = tokio::fs::metadata(path).await.map_err(|error| error.to_string())?;
        let version = about.modified().ok().map(|modified| (modified, about.len()));
        if version.is_some() && self.version == version {
            return Ok(None);
        }
        let text = tokio::fs::read(path).await.map_err(|error| error.to_string())?;
        self.version = version;
        Rules::parse(&text).map(Some)
    }

    /// New rules from the address, or nothing if it was asked a moment ago.
    async fn ask_address(&mut self, client: &Client, url: Url) -> Result<Option<Rules>, String> {
        let now = client.now();
        // Without any rules nothing can be sent: then they are asked for again soon.
        let fresh = if self.rules.is_some() { FRESH } else { SOON };
        if self.asked.is_some_and(|asked| now.signed_duration_since(asked) < fresh) {
            return Ok(None);
        }
        let answer = client.call(Method::GET, url).label("(rules)").send().await;
        // Those who waited for it in line do not ask again.
        self.asked = Some(client.now());
        let answer = answer.map_err(|error| error.to_string())?;
        if !answer.is_success() {
            return Err(answer.status.to_string());
        }
        Rules::parse(answer.bytes()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(rules: serde_json::Value) -> Result<Rules, String> {
        Rules::parse(rules.to_string().as_bytes())
    }

    // C10
    #[test]
    fn the_three_styles_of_rule_files_mean_the_same() {
        let base = json!({ "static_param": "abc", "checksum_indexes": [0, 39, 39],
            "checksum_constant": -105 });
        let with = |more: serde_json::Value| {
            let mut rules = base.clone();
            if let (Some(rules), Some(more)) = (rules.as_object_mut(), more.as_object()) {
                rules.extend(more.clone());
            }
            parse(rules).expect("good rules")
        };
        let formatted = with(json!({ "format": "3830:{}:{:x}:62b30719", "app_token": APP_TOKEN,
                "remove_headers": ["user-id"], "error_code": 0, "message": "" }));
        let started = with(
            json!({ "start": "3830", "end": "62b30719", "revision": "2026", "is_current": 1 }),
        );
        let prefixed =
            with(json!({ "prefix": "3830", "suffix": "62b30719", "app-token": APP_TOKEN }));
        assert_eq!((&formatted.prefix[..], &formatted.suffix[..]), ("3830", "62b30719"));
        assert_eq!(formatted, started);
        assert_eq!(formatted, prefixed);
    }

    // R1: no header could be made of these, and the web app's own is known.
    #[test]
    fn an_odd_app_token_counts_as_absent() {
        for odd in [json!(7), json!(" "), json!("a\nb"), json!("x".repeat(10_000)), json!(null)] {
            let rules = parse(json!({ "static_param": "abc", "checksum_indexes": [1],
                "checksum_constant": 0, "start": "1", "end": "2", "app_token": odd }));
            assert_eq!(rules.expect("good rules").app_token, APP_TOKEN, "{odd}");
        }
    }

    // C10
    #[test]
    fn rules_that_can_not_sign_are_refused() {
        let bad = [
            json!({ "static_param": "abc", "checksum_indexes": [40], "checksum_constant": 0,
                "start": "1", "end": "2" }),
            json!({ "static_param": "abc", "checksum_indexes": [], "checksum_constant": 0,
                "start": "1", "end": "2" }),
            json!({ "static_param": "abc", "checksum_indexes": [1], "checksum_constant": 0,
                "start": "1" }),
            json!({ "static_param": "a\r\nb", "checksum_indexes": [1], "checksum_constant": 0,
                "start": "1", "end": "2" }),
            json!({ "static_param": "abc", "checksum_indexes": [1], "checksum_constant": 0,
                "start": "1".repeat(10_000), "end": "2" }),
            json!([]),
        ];
        for rules in bad {
            assert!(parse(rules.clone()).is_err(), "{rules}");
        }
        assert!(Rules::parse(b"{static_param: 'single quotes and bare keys'}").is_err());
    }
}
