//! Changes of single fields in a JSON body.

use serde_json::{Value, json};

use super::changes::{Change, Edit, Kind};

/// Every field of a body, with everything that it could be instead.
pub fn changes(body: &[u8]) -> Vec<Change> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    pointers(&body)
        .into_iter()
        .flat_map(|pointer| {
            let good = body.pointer(&pointer).expect("it was found there");
            instead_of(good).into_iter().map(move |(kind, name, value)| Change {
                kind,
                name: format!("{pointer} {name}"),
                edit: Edit::Field { pointer: pointer.clone(), value },
            })
        })
        .collect()
}

/// Where every field is. Of a list, its first item stands for all.
pub fn pointers(body: &Value) -> Vec<String> {
    let mut pointers = Vec::new();
    collect(body, String::new(), &mut pointers);
    pointers
}

fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    let mut inside = |name: &str, value: &Value| {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        pointers.push(pointer.clone());
        collect(value, pointer, pointers);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| inside(name, field)),
        Value::Array(items) => items.iter().take(1).for_each(|item| inside("0", item)),
        _ => {}
    }
}

fn instead_of(good: &Value) -> Vec<(Kind, String, Option<Value>)> {
    let mut values = vec![
        (Kind::Type, json!("odd")),
        (Kind::Type, json!("")),
        (Kind::Type, json!(" \t ")),
        (Kind::Type, json!("two\nlines\u{202e}\u{7}")),
        (Kind::Type, json!(7)),
        (Kind::Type, json!(7.5)),
        (Kind::Type, json!([])),
        (Kind::Type, json!({})),
        (Kind::Type, json!(true)),
        (Kind::Type, json!(false)),
        (Kind::Type, Value::Null),
        (Kind::Sign, json!(0)),
        (Kind::Sign, json!(-1)),
        (Kind::Sign, json!("-1")),
        (Kind::Size, json!(1e13)),
        (Kind::Size, json!(8_210_000_000_000_i64)),
        (Kind::Size, json!(-9e15)),
        (Kind::Size, json!(u64::MAX)),
        (Kind::Size, json!("10000000000000")),
    ];
    values.retain(|(_, value)| value != good);
    let named = values.into_iter().map(|(kind, value)| (kind, format!("= {value}"), Some(value)));
    let long = [10_000, 1_000_000].map(|length| {
        (Kind::Size, format!("of {length} letters"), Some(json!("x".repeat(length))))
    });
    named.chain(long).chain([(Kind::Absence, "left out".into(), None)]).collect()
}

/// Puts a value where the pointer leads, or takes out what is there.
pub fn set(body: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer to a field");
    let name = name.replace("~1", "/").replace("~0", "~");
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(fields)), Some(value)) => {
            fields.insert(name, value);
        }
        (Some(Value::Object(fields)), None) => {
            fields.remove(&name);
        }
        (Some(Value::Array(items)), value) if !items.is_empty() => match value {
            Some(value) => items[0] = value,
            None => {
                items.remove(0);
            }
        },
        _ => {}
    }
}

/// The same with the fields of every object from the last to the first.
pub fn reversed(body: &[u8]) -> Vec<u8> {
    rewritten(body, false)
}

/// The same with every field of every object written twice.
pub fn repeated(body: &[u8]) -> Vec<u8> {
    rewritten(body, true)
}

fn rewritten(body: &[u8], twice: bool) -> Vec<u8> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    write(&value, twice).into_bytes()
}

fn write(value: &Value, twice: bool) -> String {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let written = format!("{}:{}", json!(name), write(value, twice));
                if twice { format!("{written},{written}") } else { written }
            };
            let fields: Vec<_> = fields.iter().rev().map(field).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| write(item, twice)).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

/// A byte that no UTF-8 has, at the beginning of the first text that is a value.
pub fn with_latin_1(body: &[u8]) -> Vec<u8> {
    let at = body.windows(2).position(|two| two == b":\"").map_or(body.len(), |at| at + 2);
    [&body[..at], b"\xe9", &body[at..]].concat()
}
