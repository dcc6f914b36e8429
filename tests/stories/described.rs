//! U5: the API describes itself, and what it says is so.

use std::collections::BTreeSet;

use huntaze::server::config::Limits;
use reqwest::Method;
use serde_json::Value;

use super::cast::*;
use crate::support::{TestApp, both, text};

struct Endpoint {
    method: Method,
    path: String,
    operation: Value,
}

async fn document(app: &TestApp) -> Value {
    app.stranger("A program").browser.open("/api/openapi.json").await.expect(200).json()
}

fn endpoints(document: &Value) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            all.push(Endpoint { method, path: path.clone(), operation: operation.clone() });
        }
    }
    all
}

/// Every `$ref` in a document.
fn references(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value.as_str() {
            Some(text) if name == "$ref" => _ = found.insert(text.to_owned()),
            _ => references(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// What stands behind a `$ref`, or the thing itself.
fn resolved<'a>(document: &'a Value, json: &'a Value) -> &'a Value {
    match json["$ref"].as_str() {
        Some(path) => document
            .pointer(path.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{path} leads nowhere")),
        None => json,
    }
}

/// The one example of a body, or all of them.
fn examples(content: &Value) -> Vec<&Value> {
    match (&content["example"], content["examples"].as_object()) {
        (Value::Null, Some(several)) => several.values().map(|one| &one["value"]).collect(),
        (Value::Null, None) => Vec::new(),
        (one, _) => vec![one],
    }
}

/// Every body that an operation takes or gives: where it stands, and what is said of it.
fn bodies<'a>(document: &'a Value, operation: &'a Value) -> Vec<(String, &'a Value)> {
    let answers = operation["responses"].as_object().expect("answers").iter();
    let answers = answers.map(|(status, answer)| (status.clone(), resolved(document, answer)));
    let all = answers.chain([("the request".to_owned(), &operation["requestBody"])]);
    let contents = all.filter_map(|(place, holder)| Some((place, holder["content"].as_object()?)));
    contents
        .flat_map(|(place, kinds)| {
            kinds.iter().map(move |(kind, content)| (format!("{place} {kind}"), content))
        })
        .collect()
}

// U5: who may ask, how often, what is answered, what can go wrong, and an example of each.
both!(the_description_is_whole, |app| async {
    let document = document(&app).await;
    assert!(word(&document, "openapi").starts_with("3.1."));
    let all = endpoints(&document);
    assert!(all.len() >= 38, "{} endpoints", all.len());
    let ids: BTreeSet<&str> = all.iter().map(|one| word(&one.operation, "operationId")).collect();
    assert_eq!(ids.len(), all.len(), "an operation's id is its own");
    for Endpoint { method, path, operation } in &all {
        let (answers, told) = (&operation["responses"], word(operation, "description"));
        assert!(
            !word(operation, "summary").is_empty() && !told.is_empty(),
            "{method} {path} says what it is for"
        );
        assert!(operation["tags"][0].is_string(), "{method} {path} stands in a group");
        assert!(operation.get("parameters").is_none_or(Value::is_array), "{method} {path}");
        assert!(
            operation["security"].as_array().is_some_and(|ways| !ways.is_empty()),
            "{method} {path} says who may ask"
        );
        assert!(!word(operation, "x-limit").is_empty(), "{method} {path} says how often");
        let statuses: Vec<&String> = answers.as_object().expect("answers").keys().collect();
        assert!(
            statuses.iter().any(|status| status.starts_with(['2', '3'])),
            "{method} {path} has no good end"
        );
        for (place, content) in bodies(&document, operation) {
            assert!(
                content["schema"].is_object() && !examples(content).is_empty(),
                "{method} {path}: {place} without an example"
            );
        }
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let named = |one: &Value| {
                one["name"] == part.trim_end_matches('}')
                    && one["in"] == "path"
                    && one["schema"].is_object()
            };
            assert!(
                operation["parameters"].as_array().is_some_and(|all| all.iter().any(named)),
                "{method} {path}: {part}"
            );
        }
        if path.starts_with("/api/") {
            assert!(
                told.ends_with(word(operation, "x-limit")),
                "{method} {path} tells its limit to every reader"
            );
            for status in ["401", "429", "500"] {
                assert!(answers[status].is_object(), "{method} {path} may answer {status}");
            }
            for status in statuses {
                let headers = &resolved(&document, &answers[status])["headers"];
                assert!(
                    headers["RateLimit-Remaining"].is_object(),
                    "{method} {path}: {status} tells what is left"
                );
                assert!(
                    status != "429" || headers["Retry-After"].is_object(),
                    "{method} {path}: when to come back"
                );
            }
        }
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        assert!(
            document.pointer(reference.trim_start_matches('#')).is_some(),
            "{reference} leads nowhere"
        );
    }
});

// U5, U6: exactly the requests that are done once say so.
both!(what_is_done_once_says_so, |app| async {
    let all = endpoints(&document(&app).await);
    let takes_a_key = |one: &&Endpoint| {
        one.operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "Idempotency-Key"))
    };
    let once: Vec<String> =
        all.iter().filter(takes_a_key).map(|one| format!("{} {}", one.method, one.path)).collect();
    assert_eq!(
        once,
        ["POST /api/integrations/choices/{flowId}", "POST /api/integrations/connect/{provider}"]
    );
});

// U5: what an endpoint says of its limit is what it counts.
both!(
    the_limits_told_are_the_limits_kept,
    config = |config| config.limits = Limits::default(),
    |app| async {
        let document = document(&app).await;
        let ada = app.person("Ada").await;
        for (method, path) in [
            (Method::GET, "/api/integrations/status"),
            (Method::GET, "/api/auth/me"),
            (Method::POST, "/api/auth/verify/again"),
        ] {
            let said = word(&document["paths"][path][method.as_str().to_lowercase()], "x-limit")
                .to_owned();
            let answer = ada.call(method, path, None).await;
            assert!(
                said.contains(&format!(" {} ", answer.header("ratelimit-limit"))),
                "{path}: {said}"
            );
        }
    }
);

/// What an example has that its schema does not know, or lacks, or has of another kind.
fn misfits(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let schema = resolved(document, schema);
    if let Some(either) = schema["oneOf"].as_array() {
        let tries: Vec<_> = either.iter().map(|one| misfits(document, one, value, place)).collect();
        return if tries.iter().any(Vec::is_empty) { Vec::new() } else { tries.concat() };
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |name: &Value| name == kind || (name == "number" && kind == "integer");
    let right = match &schema["type"] {
        Value::Array(several) => several.iter().any(fits),
        Value::Null => true,
        one => fits(one),
    };
    let known = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    if !right || !known {
        return vec![format!("{place}: {value} is not {schema}")];
    }
    match value {
        Value::Array(items) => {
            items.iter().flat_map(|item| misfits(document, &schema["items"], item, place)).collect()
        }
        Value::Object(fields) => misfit_fields(document, schema, fields, place),
        _ => Vec::new(),
    }
}

fn misfit_fields(
    document: &Value,
    schema: &Value,
    fields: &serde_json::Map<String, Value>,
    place: &str,
) -> Vec<String> {
    let parts: Vec<&Value> = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().map(|part| resolved(document, part)).collect(),
        None => vec![schema],
    };
    let is_free = parts.iter().all(|part| part["properties"].is_null());
    let required = parts.iter().filter_map(|part| part["required"].as_array()).flatten();
    let lacking = required
        .filter_map(Value::as_str)
        .filter(|name| !fields.contains_key(*name))
        .map(|name| format!("{place}: no {name}"));
    let within = fields.iter().filter(|_| !is_free).flat_map(|(name, value)| {
        match parts.iter().find_map(|part| part["properties"].get(name)) {
            Some(schema) => misfits(document, schema, value, &format!("{place}.{name}")),
            None => vec![format!("{place}.{name} is not described")],
        }
    });
    lacking.chain(within).collect()
}

// U5: an example that does not fit its own schema misleads.
both!(every_example_fits_its_schema, |app| async {
    let document = document(&app).await;
    let mut wrong = Vec::new();
    for Endpoint { method, path, operation } in endpoints(&document) {
        for (place, content) in bodies(&document, &operation)
            .into_iter()
            .filter(|(place, _)| place.ends_with("application/json"))
        {
            for example in examples(content) {
                wrong.extend(misfits(
                    &document,
                    &content["schema"],
                    example,
                    &format!("{method} {path} {place}"),
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
});

// U5, U3: every endpoint exists, asks for what it says it asks for, and answers what it says.
both!(every_described_endpoint_answers_as_described, |app| async {
    let document = document(&app).await;
    let program = app.stranger("A program").browser;
    for Endpoint { method, path, operation } in endpoints(&document) {
        let own = |name: &str| {
            let parameter = operation["parameters"]
                .as_array()
                .expect("parameters")
                .iter()
                .find(|one| one["name"] == name);
            word(parameter.expect("it is described"), "example").to_owned()
        };
        let address = path.split('/').map(|part| match part.strip_prefix('{') {
            Some(name) => own(name.trim_end_matches('}')),
            None => part.to_owned(),
        });
        let address = address.collect::<Vec<_>>().join("/");
        let answer = program.send(program.request(method.clone(), &address)).await;
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(
            operation["responses"][answer.status.to_string()].is_object(),
            "{method} {path} answers {} undescribed",
            answer.status
        );
        let for_everybody = operation["security"].as_array().is_some_and(|ways| {
            ways.iter().any(|way| way.as_object().is_some_and(|way| way.is_empty()))
        });
        if !for_everybody && operation["requestBody"]["required"] != true {
            assert_eq!(answer.status, 401, "{method} {path} asks who it is");
        }
    }
});

/// What stands in an attribute, everywhere on a page.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!(" {name}=\"");
    page.split(begin.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

// U5: what programs read, people read too: every endpoint, without a log-in, without a script, and
// no link that leads nowhere.
both!(people_read_the_same_description, |app| async {
    let document = document(&app).await;
    let page = app.stranger("A developer").browser.open("/api/docs").await.expect(200).body;
    let (ids, read) = (attributes(&page, "id"), text(&page));
    for Endpoint { method, path, operation } in endpoints(&document) {
        assert!(ids.contains(&word(&operation, "operationId")), "{method} {path} can be linked to");
        for told in [path.as_str(), word(&operation, "summary"), word(&operation, "x-limit")] {
            assert!(read.contains(told), "{method} {path} says: {told}");
        }
        for status in operation["responses"].as_object().expect("answers").keys() {
            assert!(read.contains(status.as_str()), "{method} {path} may answer {status}");
        }
    }
    for name in document["components"]["schemas"]
        .as_object()
        .expect("shapes")
        .keys()
        .filter(|name| !name.starts_with("Envelope_"))
    {
        assert!(ids.contains(&format!("shape-{name}").as_str()), "{name} is explained");
    }
    for link in attributes(&page, "href").into_iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(ids.contains(&link), "#{link} leads nowhere");
    }
    let unique: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands for one place");
    assert!(
        read.contains(&format!("{}/api/integrations/status", app.base())),
        "examples ask this server"
    );
});
