//! Field expansion: `id,name,instagram_business_account{id,username}`.
//! <https://developers.facebook.com/docs/graph-api/guides/field-expansion>

use axum::response::Response;
use serde_json::{Map, Value};

use super::errors::refuse;

/// So many lists lie within each other at most.
const DEPTH: usize = 10;

/// A list of fields, some with a list of their own.
pub struct Fields(Vec<(String, Option<Fields>)>);

impl Fields {
    pub fn read(text: &str) -> Result<Self, Response> {
        let mut rest = text;
        let fields = list(&mut rest, DEPTH);
        if rest.is_empty() {
            return Ok(fields);
        }
        Err(refuse(2500, None, &format!("Syntax error at \"{rest}\" in the field expression.")))
    }

    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// These fields of an object of that type, and its id. What the object has no value for
    /// (`null`) is left out; what the type does not have is refused. An object inside shows its id
    /// unless more is asked.
    pub fn pick(&self, kind: &str, object: &Value) -> Result<Value, Response> {
        let mut picked = Map::from_iter([("id".to_owned(), object["id"].clone())]);
        for (name, inner) in &self.0 {
            let Some(value) = object.get(name) else {
                let message = format!(
                    "(#100) Tried accessing nonexisting field ({name}) on node type ({kind})"
                );
                return Err(refuse(100, None, &message));
            };
            let shown = match (value, inner) {
                (Value::Null, _) => continue,
                (Value::Object(_), None) => Self(Vec::new()).pick(name, value)?,
                (Value::Object(_), Some(inner)) => inner.pick(name, value)?,
                _ => value.clone(),
            };
            picked.insert(name.clone(), shown);
        }
        Ok(Value::Object(picked))
    }
}

/// Reads until the text ends, a list that is not its own closes, or one opens too deep.
fn list(rest: &mut &str, depth: usize) -> Fields {
    let mut fields = Vec::new();
    loop {
        let end = rest.find([',', '{', '}']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_owned();
        *rest = &rest[end..];
        let inner = rest.strip_prefix('{').filter(|_| depth > 0).map(|inside| {
            *rest = inside;
            let inner = list(rest, depth - 1);
            *rest = rest.strip_prefix('}').unwrap_or(rest);
            inner
        });
        if !name.is_empty() {
            fields.push((name, inner));
        }
        match rest.strip_prefix(',') {
            Some(more) => *rest = more,
            None => return Fields(fields),
        }
    }
}
