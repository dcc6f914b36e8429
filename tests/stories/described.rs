//! U5: the API describes itself, and what it says is so.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use super::cast::*;
use crate::support::{TestApp, both};

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

// U5
both!(the_description_is_whole, |app| async {
    let document = document(&app).await;
    assert!(word(&document, "openapi").starts_with("3.1."));
    let all = endpoints(&document);
    assert!(all.len() >= 13, "{} endpoints", all.len());
    let ids: BTreeSet<&str> = all.iter().map(|one| word(&one.operation, "operationId")).collect();
    assert_eq!(ids.len(), all.len(), "an operation's id is its own");
    for Endpoint { method, path, operation } in &all {
        assert!(!word(operation, "summary").is_empty(), "{method} {path} says what it is for");
        assert!(operation["tags"][0].is_string(), "{method} {path}");
        for status in ["401", "429", "500"] {
            assert!(operation["responses"][status].is_object(), "{method} {path} may answer {status}");
        }
        let good = operation["responses"].as_object().expect("answers").keys().any(|status| status.starts_with(['2', '3']));
        assert!(good, "{method} {path} has no good end");
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let named = |parameter: &Value| parameter["name"] == part.trim_end_matches('}') && parameter["in"] == "path";
            assert!(operation["parameters"].as_array().is_some_and(|all| all.iter().any(named)), "{method} {path}: {part}");
        }
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
});

// U5, U3: every endpoint exists, asks for what it says it asks for, and answers what it says.
both!(every_described_endpoint_answers_as_described, |app| async {
    let document = document(&app).await;
    let program = app.stranger("A program").browser;
    for Endpoint { method, path, operation } in endpoints(&document) {
        let own = |name: &str| {
            word(
                &operation["parameters"]
                    .as_array()
                    .expect("parameters")
                    .iter()
                    .find(|one| one["name"] == name)
                    .expect("it is described")
                    .clone(),
                "example",
            )
            .to_owned()
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
        let for_everybody = operation["security"]
            .as_array()
            .is_some_and(|ways| ways.iter().any(|way| way.as_object().is_some_and(|way| way.is_empty())));
        if !for_everybody && operation["requestBody"]["required"] != true {
            assert_eq!(answer.status, 401, "{method} {path} asks who it is");
        }
    }
});
