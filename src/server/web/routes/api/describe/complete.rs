//! Adds to the collected description what the handlers need not repeat.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::integrations::EXAMPLE;
use super::answers::{About, COMMON, enveloped};
use super::limits;
use crate::server::limits::Class;
use crate::server::platform::IDS;
use crate::server::web::guards::{self, idempotency};

const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("delete", Method::DELETE),
    ("patch", Method::PATCH),
];
/// How the shapes of good answers are called: by what is in them.
pub const ENVELOPE: &str = "Envelope_";

pub fn complete(mut api: Value) -> Value {
    let components = &mut api["components"];
    components["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The \
         access token of a log-in." },
        "cookie": { "type": "apiKey", "in": "cookie", "name": "session", "description": "The \
         session of a browser; `__Host-session` where the server is reached by https." },
        "operators": { "type": "http", "scheme": "bearer", "description": "`server.metrics_token` \
         of this server's configuration." },
    });
    components["headers"] = limits::headers();
    for common in COMMON {
        components["responses"][common.name] = common.component(limits::of_every_answer());
    }
    let schemas = components["schemas"].clone();
    for (path, item) in fields(api.get_mut("paths")) {
        for (name, method) in &METHODS {
            if let Some(operation) = item.get_mut(*name) {
                complete_operation(operation, path, method, &schemas);
            }
        }
    }
    api
}

fn fields(object: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    object.and_then(Value::as_object_mut).into_iter().flatten()
}

fn list<'a>(operation: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    operation[name].as_array().into_iter().flatten()
}

fn complete_operation(operation: &mut Value, path: &str, method: &Method, schemas: &Value) {
    let mut declared = |name: &str| operation.as_object_mut().and_then(|all| all.remove(name));
    let class = declared(guards::LIMIT).and_then(|class| Class::named(class.as_str()?));
    let is_done_once = declared(guards::IDEMPOTENT).is_some();
    let needs_login = declared(guards::LOGIN).is_some();
    operation["operationId"] = id(method, path).into();
    for (_, content) in fields(operation.pointer_mut("/requestBody/content")) {
        take_example(content, schemas);
    }
    for (_, answer) in fields(operation.get_mut("responses")) {
        for (_, content) in fields(answer.get_mut("content")) {
            take_example(content, schemas);
        }
    }
    // The rest is about the API; what probes and scrapers read stands before its doors.
    if !path.starts_with("/api/") {
        operation["x-limit"] = "No limit.".into();
        return;
    }
    if needs_login {
        operation["security"] = json!([{ "bearer": [] }, { "cookie": [] }]);
    } else if operation["security"].is_null() {
        operation["security"] = json!([{}]);
    }
    complete_parameters(operation, is_done_once);
    complete_answers(operation, path, method, is_done_once);
    let limit = limits::sentence(class, list(operation, "security").any(|way| way == &json!({})));
    let said = operation["description"].as_str().unwrap_or_default();
    operation["description"] = format!("{said}\n\n{limit}").trim_start().into();
    operation["x-limit"] = limit.into();
}

fn complete_parameters(operation: &mut Value, is_done_once: bool) {
    let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else {
        return;
    };
    for parameter in parameters.iter_mut().filter(|parameter| parameter["name"] == "provider") {
        parameter["schema"] = json!({ "type": "string", "enum": IDS });
        parameter["example"] = EXAMPLE.into();
    }
    if is_done_once {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Sent once more with the same key, the request is not done again: the \
             answer is the first one's, for 24 hours.",
            "schema": { "type": "string", "minLength": 1, "maxLength": idempotency::LONGEST_KEY,
                "pattern": "^[!-~]+$" },
            "example": "5f0c2f0e-7a53-4f6e-9b7e-0f8a3b1c9d42",
        }));
    }
}

fn complete_answers(operation: &mut Value, path: &str, method: &Method, is_done_once: bool) {
    let has_query = list(operation, "parameters").any(|parameter| parameter["in"] == "query");
    let about = About { method, path, has_body: operation.get("requestBody").is_some(), has_query };
    let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
        return;
    };
    for common in COMMON {
        match answers.get_mut(common.status) {
            // The endpoint says when; how it looks is the same everywhere.
            Some(own) => own["content"] = json!({ "application/json": common.content() }),
            None if (common.concerns)(&about) => {
                let shared = json!({ "$ref": format!("#/components/responses/{}", common.name) });
                answers.insert(common.status.to_owned(), shared);
            }
            None => {}
        }
    }
    for (status, answer) in answers.iter_mut().filter(|(_, answer)| answer.get("$ref").is_none()) {
        for (name, header) in limits::of_every_answer() {
            answer["headers"][name] = header;
        }
        if is_done_once && status.starts_with('2') {
            answer["headers"]["Idempotent-Replayed"] = limits::reference("Idempotent-Replayed");
        }
    }
}

/// Examples stand at the types, as `data`; the envelope is put around them here.
fn take_example(content: &mut Value, schemas: &Value) {
    let Some(name) = content["schema"]["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
        .map(str::to_owned)
    else {
        return;
    };
    let inner = name.trim_start_matches(ENVELOPE);
    let own = content
        .as_object_mut()
        .and_then(|all| all.remove("example"))
        .filter(|example| !example.is_null());
    let Some(example) = own.or_else(|| schemas[inner].get("example").cloned()) else { return };
    content["example"] = if inner == name { example } else { enveloped(&example) };
}

/// `post` and `/api/auth/register` make `postAuthRegister`.
fn id(method: &Method, path: &str) -> String {
    let words = path
        .trim_start_matches("/api")
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.fold(method.as_str().to_ascii_lowercase(), |id, word| {
        id + &word[..1].to_ascii_uppercase() + &word[1..]
    })
}
