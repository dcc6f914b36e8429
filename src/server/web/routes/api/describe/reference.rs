//! The page at `/api/docs`, drawn from the document itself: what programs read and what people read
//! can't differ.

use serde_json::{Map, Value};

use super::answers::COMMON;
use super::complete::ENVELOPE;
use super::document;
use super::limits::of_every_answer;
use super::words::{kind, name_of};
use crate::model::reference::{Body, Entry, Failure, Group, Operation, Reference, Reply, Shape};

/// `base`: this server's address.
pub fn reference(base: &str) -> Reference {
    let (document, base) = (document(), base.trim_end_matches('/'));
    let operations: Vec<(&str, Operation)> = fields(&document["paths"])
        .flat_map(|(path, item)| {
            fields(item).map(move |(method, operation)| (path, method, operation))
        })
        .map(|(path, method, operation)| {
            (text(&operation["tags"][0]), describe(base, path, method, operation))
        })
        .collect();
    let groups = list(&document["tags"]).map(|tag| Group {
        id: text(&tag["name"]).to_lowercase().replace(' ', "-"),
        name: text(&tag["name"]).to_owned(),
        about: text(&tag["description"]).to_owned(),
        operations: operations
            .iter()
            .filter(|(name, _)| *name == tag["name"])
            .map(|(_, operation)| operation.clone())
            .collect(),
    });
    let mut errors: Vec<Reply> = COMMON
        .iter()
        .map(|common| Reply {
            id: common.name.to_owned(),
            ..reply(common.status, &document["components"]["responses"][common.name])
        })
        .collect();
    errors.sort_by(|a, b| a.status.cmp(&b.status));
    let shapes =
        fields(&document["components"]["schemas"]).filter(|(name, _)| !name.starts_with(ENVELOPE));
    Reference {
        base: base.to_owned(),
        intro: paragraphs(&document["info"]["description"]),
        groups: groups.collect(),
        errors,
        shapes: shapes.map(|(name, schema)| shape(name, schema)).collect(),
    }
}

fn fields(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn list(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn paragraphs(value: &Value) -> Vec<String> {
    text(value).split("\n\n").map(str::to_owned).filter(|paragraph| !paragraph.is_empty()).collect()
}

fn describe(base: &str, path: &str, method: &str, operation: &Value) -> Operation {
    let limit = text(&operation["x-limit"]);
    let (method, body) =
        (method.to_uppercase(), fields(&operation["requestBody"]["content"]).next().map(body));
    let answers = fields(&operation["responses"]);
    let (shared, own): (Vec<_>, Vec<_>) =
        answers.partition(|(_, answer)| answer["$ref"].is_string());
    Operation {
        id: text(&operation["operationId"]).to_owned(),
        curl: curl(base, &method, path, operation, body.as_ref()),
        summary: text(&operation["summary"]).to_owned(),
        about: paragraphs(&operation["description"])
            .into_iter()
            .filter(|paragraph| paragraph != limit)
            .collect(),
        who: who(operation).to_owned(),
        limit: limit.to_owned(),
        parameters: list(&operation["parameters"]).map(parameter).collect(),
        answers: own.into_iter().map(|(status, answer)| reply(status, answer)).collect(),
        failures: shared
            .into_iter()
            .map(|(status, answer)| failure(status, name_of(text(&answer["$ref"]))))
            .collect(),
        path: path.to_owned(),
        method,
        body,
    }
}

fn who(operation: &Value) -> &'static str {
    let ways: Vec<&Value> = list(&operation["security"]).collect();
    let (open, operators) = (
        ways.iter().any(|way| way.as_object().is_some_and(Map::is_empty)),
        ways.iter().any(|way| way["operators"].is_array()),
    );
    match (open, operators, ways.len()) {
        (_, true, _) => "Those who run this server",
        (true, _, 1) => "Everybody",
        (true, ..) => "Everybody; the cookie says who it is",
        _ => "Whoever is logged in: bearer token or cookie",
    }
}

fn parameter(parameter: &Value) -> Entry {
    let needed = if parameter["required"] == true { "" } else { ", optional" };
    let name = text(&parameter["name"]).to_owned();
    Entry {
        name,
        kind: kind(&parameter["schema"]),
        notes: format!("{}{needed}", text(&parameter["in"])),
        about: text(&parameter["description"]).to_owned(),
    }
}

fn body((media_type, content): (&str, &Value)) -> Body {
    let several = fields(&content["examples"])
        .map(|(_, one)| (text(&one["summary"]).to_owned(), pretty(&one["value"])));
    let one = content.get("example").map(|example| (String::new(), pretty(example)));
    Body {
        media_type: media_type.to_owned(),
        kind: kind(&content["schema"]),
        examples: one.into_iter().chain(several).collect(),
    }
}

/// A text as it is, everything else as JSON.
fn pretty(example: &Value) -> String {
    example.as_str().map_or_else(|| format!("{example:#}"), |text| text.trim_end().to_owned())
}

fn reply(status: &str, answer: &Value) -> Reply {
    let common = of_every_answer();
    Reply {
        id: String::new(),
        status: status.to_owned(),
        about: text(&answer["description"]).to_owned(),
        // Those of every answer are told once, in the introduction.
        headers: fields(&answer["headers"])
            .map(|(name, _)| name.to_owned())
            .filter(|name| !common.contains_key(name))
            .collect(),
        bodies: fields(&answer["content"]).map(body).collect(),
    }
}

fn failure(status: &str, error: &str) -> Failure {
    let about = text(&document()["components"]["responses"][error]["description"]);
    Failure { status: status.to_owned(), about: about.to_owned(), error: error.to_owned() }
}

fn shape(name: &str, schema: &Value) -> Shape {
    // What is made of several shapes has the fields of all.
    let parts: Vec<&Value> = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().map(resolved).collect(),
        None => vec![schema],
    };
    Shape {
        name: name.to_owned(),
        about: text(&schema["description"]).to_owned(),
        fields: parts.into_iter().flat_map(entries).collect(),
        words: list(&schema["enum"]).map(|word| text(word).to_owned()).collect(),
    }
}

fn resolved(schema: &Value) -> &Value {
    schema["$ref"]
        .as_str()
        .and_then(|path| document().pointer(path.trim_start_matches('#')))
        .unwrap_or(schema)
}

fn entries(part: &Value) -> impl Iterator<Item = Entry> {
    fields(&part["properties"]).map(|(name, field)| {
        let needed = list(&part["required"]).any(|needed| needed == name);
        let notes = if needed { "" } else { "optional" };
        Entry {
            name: name.to_owned(),
            kind: kind(field),
            notes: notes.to_owned(),
            about: text(&field["description"]).to_owned(),
        }
    })
}

/// What one types: the address with the examples in it, who one is, and what is sent.
fn curl(base: &str, method: &str, path: &str, operation: &Value, body: Option<&Body>) -> String {
    let mut address = path.to_owned();
    for parameter in list(&operation["parameters"]).filter(|parameter| parameter["in"] == "path") {
        address = address
            .replace(&format!("{{{}}}", text(&parameter["name"])), text(&parameter["example"]));
    }
    let mut lines = vec![match method {
        "GET" => format!("curl {base}{address}"),
        _ => format!("curl -X {method} {base}{address}"),
    }];
    if list(&operation["security"]).any(|way| way["bearer"].is_array()) {
        lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    if list(&operation["parameters"]).any(|parameter| parameter["name"] == "Idempotency-Key") {
        lines.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    if let Some(((_, example), media_type)) =
        body.and_then(|body| Some((body.examples.first()?, &body.media_type)))
    {
        lines.push(format!("-H \"Content-Type: {media_type}\""));
        lines.push(format!("-d '{example}'"));
    }
    lines.join(" \\\n  ")
}
