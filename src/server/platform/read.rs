//! Tolerant readers for what platforms answer: numbers as text, text as numbers, null, and shapes
//! that nobody announced. What is optional and odd counts as absent; only ids, tokens and what a
//! person consented to are strict.
//!
//! Each is meant for `#[serde(default, deserialize_with = "read::...")]`.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

/// X's times in the form that its older answers have.
const TIME_BEFORE_RFC_3339: &str = "%a %b %d %H:%M:%S %z %Y";

/// A whole number, also as text or with a fraction of zero.
pub fn integer<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<i64>, D::Error> {
    read(wire, "a whole number", as_integer)
}

/// How many there are: a whole number that is not negative.
pub fn count<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<u64>, D::Error> {
    read(wire, "a count", |value| u64::try_from(as_integer(value)?).ok())
}

/// A number, also as text.
pub fn decimal<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<f64>, D::Error> {
    read(wire, "a number", as_decimal)
}

/// Text, or a number as text.
pub fn text<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<String>, D::Error> {
    read(wire, "text", |value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The same where no text is empty text.
pub fn text_or_empty<'de, D: Deserializer<'de>>(wire: D) -> Result<String, D::Error> {
    Ok(text(wire)?.unwrap_or_default())
}

/// Yes or no, also as text or as 1 and 0.
pub fn flag<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<bool>, D::Error> {
    read(wire, "yes or no", |value| match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Value::Number(_) => match as_integer(value)? {
            1 => Some(true),
            0 => Some(false),
            _ => None,
        },
        _ => None,
    })
}

/// An id: text as it is, unless it is blank, or a whole number. What an id may look like, the
/// platform says.
pub fn id<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<String>, D::Error> {
    read(wire, "an id", |value| match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Number(_) => as_integer(value).map(|number| number.to_string()),
        _ => None,
    })
}

/// A time in RFC 3339, in the form before it, or as seconds since 1970.
pub fn time<'de, D: Deserializer<'de>>(wire: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    read(wire, "a time", |value| match value {
        Value::String(text) => DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, TIME_BEFORE_RFC_3339))
            .ok()
            .map(|at| at.to_utc())
            .or_else(|| as_time(value)),
        _ => as_time(value),
    })
    .map(|at| at.filter(is_in_the_calendar))
}

/// Anything that has the type's own shape.
pub fn optional<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    wire: D,
) -> Result<Option<T>, D::Error> {
    read(wire, "of its usual shape", |value| T::deserialize(value).ok())
}

/// The same with the type's default in place of what is absent.
pub fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    wire: D,
) -> Result<T, D::Error> {
    Ok(optional(wire)?.unwrap_or_default())
}

/// The items of a list that have the type's shape; of anything but a list, none.
pub fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(wire: D) -> Result<Vec<T>, D::Error> {
    let items = read(wire, "a list", |value| value.as_array().cloned())?.unwrap_or_default();
    Ok(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

fn read<'de, D: Deserializer<'de>, T>(
    wire: D,
    expected: &'static str,
    take: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(wire)?;
    let taken = take(&value);
    if taken.is_none() && !value.is_null() {
        tracing::debug!(
            expected,
            found = shape(value.to_string().as_bytes()),
            "ignored unexpected field in platform response"
        );
    }
    Ok(taken)
}

fn as_integer(value: &Value) -> Option<i64> {
    let whole = |number: &Number| {
        // A figure beyond this is no figure; ids come as text or as integers.
        let exact = |float: f64| float.fract() == 0.0 && float.abs() < 9e15;
        number.as_i64().or_else(|| number.as_f64().filter(|f| exact(*f)).map(|f| f as i64))
    };
    match value {
        Value::Number(number) => whole(number),
        Value::String(text) => whole(&text.trim().parse().ok()?),
        _ => None,
    }
}

/// The value as a number, also where it is text.
pub fn as_decimal(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

fn as_time(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(as_decimal(value)? as i64, 0)
}

/// Between 1970 and 9999, what both databases and RFC 3339 hold.
fn is_in_the_calendar(at: &DateTime<Utc>) -> bool {
    (0..253_402_300_800).contains(&at.timestamp())
}

/// What the beginning of a body looks like, without what it says: letters and digits are replaced.
pub fn shape(body: &[u8]) -> String {
    let mut shape = String::new();
    for byte in body.iter().take(24) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => shape.push('a'),
            b'0'..=b'9' => shape.push('0'),
            b' '..=b'~' => shape.push(char::from(*byte)),
            _ => {
                // Writing into a String does not fail.
                write!(shape, "\\x{byte:02x}").ok();
            }
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Fields {
        #[serde(default, deserialize_with = "integer")]
        integer: Option<i64>,
        #[serde(default, deserialize_with = "count")]
        count: Option<u64>,
        #[serde(default, deserialize_with = "decimal")]
        decimal: Option<f64>,
        #[serde(default, deserialize_with = "text")]
        text: Option<String>,
        #[serde(default, deserialize_with = "flag")]
        flag: Option<bool>,
        #[serde(default, deserialize_with = "id")]
        id: Option<String>,
        #[serde(default, deserialize_with = "time")]
        time: Option<DateTime<Utc>>,
        #[serde(default, deserialize_with = "list")]
        list: Vec<i64>,
    }

    fn all(value: &Value) -> Fields {
        serde_json::from_value(json!({ "integer": value, "count": value, "decimal": value,
            "text": value, "flag": value, "id": value, "time": value, "list": value }))
        .expect("no shape is an error")
    }

    // R1: one reader for every number, however it is written.
    #[test]
    fn a_number_is_read_however_it_is_written() {
        for (written, integer) in [
            (json!(42), Some(42)),
            (json!("42"), Some(42)),
            (json!(" 42 "), Some(42)),
            (json!(42.0), Some(42)),
            (json!("42.0"), Some(42)),
            (json!(-42), Some(-42)),
            (json!(42.5), None),
            (json!(1e300), None),
            (json!("many"), None),
            (json!(""), None),
            (json!(null), None),
            (json!([42]), None),
            (json!(true), None),
        ] {
            let fields = all(&written);
            assert_eq!(fields.integer, integer, "{written}");
            assert_eq!(fields.count, integer.and_then(|n| u64::try_from(n).ok()), "{written}");
        }
    }

    // The same for ids (OnlyFans: `300.0`), flags and the time in X's old form.
    #[test]
    fn ids_flags_and_times_are_read_however_they_are_written() {
        assert_eq!(all(&json!(300.0)).id.as_deref(), Some("300"));
        assert_eq!(all(&json!("1000000000000000001")).id.as_deref(), Some("1000000000000000001"));
        let long = 9_007_199_254_740_993_i64;
        assert_eq!(all(&json!(long)).id, Some(long.to_string()), "an id is never rounded");
        assert_eq!(["", " \t "].map(|blank| all(&json!(blank)).id), [None, None]);
        assert_eq!(
            ["true", "1", "False"].map(|text| all(&json!(text)).flag),
            [Some(true), Some(true), Some(false)]
        );
        let at = DateTime::from_timestamp(1_552_433_444, 0);
        for written in [
            json!("2019-03-12T23:30:44Z"),
            json!("Tue Mar 12 23:30:44 +0000 2019"),
            json!(1_552_433_444.0),
            json!("1552433444"),
        ] {
            assert_eq!(all(&written).time, at, "{written}");
        }
        assert_eq!(all(&json!("+30546-01-01T00:00:00Z")).time, None);
        assert_eq!(all(&json!([1, "two", 3])).list, [1, 3]);
    }

    // What a body looks like is logged, never what it says.
    #[test]
    fn a_shape_holds_nothing_of_what_was_said() {
        assert_eq!(shape(br#"{"token":"s3cret"}"#), r#"{"aaaaa":"a0aaaa"}"#);
        assert_eq!(shape("<html>\u{e9}".as_bytes()), r"<aaaa>\xc3\xa9");
        assert_eq!(shape(&[b'x'; 500]).len(), 24);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
            any::<i64>().prop_map(|n| Value::from(n.to_string())),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map(".*", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        // R1, R2: whatever stands in an optional field, the answer is read and nothing
        // panics.
        #[test]
        fn whatever_stands_in_an_optional_field_the_answer_is_read(value in any_json()) {
            let fields = all(&value);
            if let Some(at) = fields.time {
                prop_assert_eq!(at.to_rfc3339().parse::<DateTime<Utc>>().ok(), Some(at));
            }
            prop_assert!(fields.decimal.is_none_or(f64::is_finite));
            let _ = (fields.text, fields.list);
        }
    }
}
