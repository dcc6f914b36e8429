//! How often each endpoint may be asked, in a sentence, and the headers that tell it.

use serde_json::{Map, Value, json};

use crate::server::config;
use crate::server::limits::{Class, max_requests};

/// Of the route's own class, where it has one. `open`: for people who are not logged in, too.
pub fn sentence(own: Option<Class>, open: bool) -> String {
    let class = own.unwrap_or(if open { Class::Address } else { Class::Person });
    let times = max_requests(&config::Limits::default(), class);
    match class {
        Class::Auth => {
            format!(
                "At most {times} tries a minute from one address, together with the other places \
                 where passwords are tried."
            )
        }
        Class::OAuth => {
            format!(
                "At most {times} requests a minute for each person, beginnings and ends of \
                 connections together."
            )
        }
        Class::Status => format!("At most {times} requests a minute for each person."),
        Class::AccountCalls => {
            format!("At most {times} refreshes and tests a minute for each person, all together.")
        }
        Class::Person => {
            format!(
                "At most {times} requests a minute for each person, all \
                 together."
            )
        }
        Class::Address => {
            format!("At most {times} requests a minute from one address, all together.")
        }
    }
}

/// The headers, described once.
pub fn headers() -> Value {
    let number = |description: &str, example: u32| {
        json!({ "description": description, "schema": {
        "type": "integer", "minimum": 0 }, "example": example })
    };
    json!({
        "x-correlation-id": {
            "description": "Finds the log lines of this \
             request.", "schema": { "type": "string" }, "example": "6EFJ-GQDG"
        },
        "RateLimit-Limit": number("How many requests fit into the window.", 60),
        "RateLimit-Remaining": number("How many are left.", 59),
        "RateLimit-Reset": number("Seconds until the window ends.", 60),
        "RateLimit-Policy": {
            "description": "The limit and its window in \
             seconds.", "schema": { "type": "string" }, "example": "60;w=60"
        },
        "Retry-After": number("Seconds until it is worth asking again.", 47),
        "Idempotent-Replayed": {
            "description": "`true`: this is the answer of the first request with this \
             `Idempotency-Key`.",
            "schema": { "type": "string", "enum": ["true"] }, "example": "true"
        },
    })
}

/// What an answer below `/api` carries, as references.
pub fn of_every_answer() -> Map<String, Value> {
    let names = [
        "x-correlation-id",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "RateLimit-Policy",
    ];
    names.into_iter().map(|name| (name.to_owned(), reference(name))).collect()
}

pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}
