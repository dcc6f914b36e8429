//! Lists of scopes, however a platform writes them. Also what an operator asks for.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::model::Permission;

/// A list of scopes: text separated by spaces, commas or `+`, or a JSON list.
pub fn list<'de, D: Deserializer<'de>>(wire: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(wire)? {
        Value::String(text) => split(&text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).flat_map(split).collect(),
        _ => Vec::new(),
    })
}

/// The scopes in a text.
pub fn split(text: &str) -> Vec<String> {
    text.split(|c: char| matches!(c, ',' | '+') || c.is_whitespace())
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The same in the platform's own spelling, each once. Those that are not known stay as they are.
pub fn canonical(known: &[Permission], granted: Vec<String>) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::with_capacity(granted.len());
    for scope in granted {
        let spelt = known.iter().find(|p| p.scope.eq_ignore_ascii_case(&scope));
        let scope = spelt.map_or(scope, |permission| permission.scope.to_string());
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::platform::{Platform, x::X};

    // R1: one reader for all platforms.
    #[test]
    fn scopes_are_read_however_they_are_written() {
        for written in [
            json!("users.read tweet.read"),
            json!("users.read,tweet.read"),
            json!("users.read, tweet.read"),
            json!("users.read+tweet.read"),
            json!("USERS.READ\ttweet.Read users.read"),
            json!(["users.read", "tweet.read"]),
            json!(["users.read tweet.read"]),
        ] {
            let scopes = list(&written).expect("a list");
            let scopes = canonical(&X.info().permissions, scopes);
            assert_eq!(scopes, ["users.read", "tweet.read"], "{written}");
        }
        for nothing in [json!(null), json!(7), json!({}), json!(""), json!([7])] {
            assert_eq!(list(&nothing).expect("a list"), Vec::<String>::new(), "{nothing}");
        }
    }
}
