//! Kinds of values in words: "text of at most 60 characters", "list of Notice", "time or null".

use serde_json::Value;

use crate::model::reference::Piece;

fn plain(text: impl Into<String>) -> Piece {
    Piece { text: text.into(), shape: false }
}

/// `#/components/schemas/Notice` -> `Notice`.
pub fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

pub fn kind(schema: &Value) -> Vec<Piece> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = name_of(reference);
        return match name.strip_prefix(super::complete::ENVELOPE) {
            Some(data) => {
                vec![plain("the envelope around "), Piece { text: data.into(), shape: true }]
            }
            None => vec![Piece { text: name.into(), shape: true }],
        };
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return joined(either.iter().map(kind));
    }
    if let Some(types) = schema["type"].as_array() {
        return joined(types.iter().map(|name| one(schema, name.as_str().unwrap_or_default())));
    }
    one(schema, schema["type"].as_str().unwrap_or("any value"))
}

/// "a or b".
fn joined(kinds: impl Iterator<Item = Vec<Piece>>) -> Vec<Piece> {
    kinds
        .reduce(|all, next| all.into_iter().chain([plain(" or ")]).chain(next).collect())
        .unwrap_or_default()
}

fn one(schema: &Value, name: &str) -> Vec<Piece> {
    match name {
        "array" => [plain("list of ")].into_iter().chain(kind(&schema["items"])).collect(),
        "object" if schema["additionalProperties"].is_object() => {
            [plain("by name: ")].into_iter().chain(kind(&schema["additionalProperties"])).collect()
        }
        "string" => vec![plain(text(schema))],
        "integer" => vec![plain(number(schema))],
        other => vec![plain(other)],
    }
}

fn text(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let what = match schema["format"].as_str() {
        Some("date-time") => "time",
        Some("date") => "day",
        Some("uuid") => "UUID",
        Some("email") => "e-mail address",
        Some("password") => "secret",
        _ => "text",
    };
    match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
        (Some(min), Some(max)) => format!("{what} of {min} to {max} characters"),
        (None, Some(max)) => format!("{what} of at most {max} characters"),
        _ => what.to_owned(),
    }
}

fn number(schema: &Value) -> String {
    match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
        (Some(min), Some(max)) => format!("number from {min} to {max}"),
        _ => "number".to_owned(),
    }
}
