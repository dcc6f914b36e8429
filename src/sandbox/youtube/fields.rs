//! Partial responses: `fields=items(id,snippet/title),pageInfo`.
//! <https://developers.google.com/youtube/v3/getting-started#fields>

use serde_json::{Map, Value};

/// What a list of channels can have.
const KNOWN: [&str; 8] =
    ["*", "etag", "items", "kind", "nextPageToken", "pageInfo", "prevPageToken", "tokenPagination"];

/// So many levels lie within each other at most: the deepest answer has five.
const DEPTH: usize = 10;

/// A selection of fields, each with a selection of its own; an empty one is all of it.
#[derive(Debug, Default, PartialEq)]
pub struct Fields(Vec<(String, Fields)>);

impl Fields {
    /// `None` for a selection that Google refuses.
    pub fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let fields = list(&mut rest, DEPTH)?;
        let known = fields.0.iter().all(|(name, _)| KNOWN.contains(&name.as_str()));
        (rest.is_empty() && known).then_some(fields)
    }

    pub fn pick(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.pick(item)).collect(),
            Value::Object(object) => Value::Object(self.pick_of(object)),
            other => other,
        }
    }

    fn pick_of(&self, object: Map<String, Value>) -> Map<String, Value> {
        let wanted = |name: &str| self.0.iter().find(|(field, _)| field == "*" || field == name);
        let picked = object.into_iter().filter_map(|(name, value)| {
            let (_, inner) = wanted(&name)?;
            Some((name, inner.pick(value)))
        });
        picked.collect()
    }
}

fn list(rest: &mut &str, depth: usize) -> Option<Fields> {
    let mut fields = vec![field(rest, depth)?];
    while let Some(more) = rest.strip_prefix(',') {
        *rest = more;
        fields.push(field(rest, depth)?);
    }
    Some(Fields(fields))
}

/// `name`, `name/inner` or `name(inner,inner)`.
fn field(rest: &mut &str, depth: usize) -> Option<(String, Fields)> {
    let depth = depth.checked_sub(1)?;
    let end = rest.find([',', '/', '(', ')']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    *rest = after;
    if name.is_empty() {
        return None;
    }
    let inner = if let Some(inside) = rest.strip_prefix('/') {
        *rest = inside;
        Fields(vec![field(rest, depth)?])
    } else if let Some(inside) = rest.strip_prefix('(') {
        *rest = inside;
        let inner = list(rest, depth)?;
        *rest = rest.strip_prefix(')')?;
        inner
    } else {
        Fields::default()
    };
    Some((name.to_owned(), inner))
}
