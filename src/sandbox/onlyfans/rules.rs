//! Signing rules: invented, in the form in which people publish the real ones
//! (<https://github.com/DATAHOARDERS/dynamic-rules>), and the signature they make.

use axum::{Json, extract::State as Shared};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::{NEW_RULES, TWIN};
use crate::sandbox::{Sandbox, state::State};

/// A constant of the web app, the same for everybody.
pub const APP_TOKEN: &str = "33d57ade8c02dbc5a333db99ff9ae26a";

/// What one web build signs with.
pub struct Rules {
    pub static_param: &'static str,
    pub prefix: &'static str,
    pub suffix: &'static str,
    pub constant: i64,
    /// Places in the hash; they may repeat.
    pub indexes: [usize; 32],
}

pub static FIRST: Rules = Rules {
    static_param: "EXAMPLEstaticparam0000000000000A",
    prefix: "12345",
    suffix: "6a0b1c2d",
    constant: -105,
    indexes: [
        2, 2, 3, 3, 4, 7, 8, 9, 9, 11, 15, 16, 19, 22, 23, 23, 25, 25, 26, 27, 28, 28, 29, 31, 31,
        31, 32, 32, 34, 35, 39, 39,
    ],
};

pub static SECOND: Rules = Rules {
    static_param: "EXAMPLEstaticparam0000000000000B",
    prefix: "23456",
    suffix: "7b1c2d3e",
    constant: 412,
    indexes: [
        0, 1, 1, 5, 6, 6, 8, 10, 12, 12, 13, 14, 14, 17, 18, 20, 20, 21, 23, 24, 27, 28, 30, 30,
        32, 33, 33, 35, 36, 37, 38, 38,
    ],
};

/// The rules of the web build that is out.
pub fn current(state: &State) -> &'static Rules {
    if state.switch(&TWIN, NEW_RULES) { &SECOND } else { &FIRST }
}

/// `GET /rules.json`
pub async fn file(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    let rules = sandbox.read(current);
    Json(json!({
        "static_param": rules.static_param,
        "format": format!("{}:{{}}:{{:x}}:{}", rules.prefix, rules.suffix),
        "checksum_indexes": rules.indexes,
        "checksum_constant": rules.constant,
        "app_token": APP_TOKEN,
        "remove_headers": [],
        "error_code": 0,
        "message": "",
    }))
}

/// The `sign` header for a call. `path` includes the query, exactly as sent.
pub fn sign(rules: &Rules, time: &str, path: &str, user_id: &str) -> String {
    let message = format!("{}\n{time}\n{path}\n{user_id}", rules.static_param);
    let hash: String =
        Sha1::digest(message.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let characters = hash.as_bytes();
    let sum: i64 = rules.indexes.iter().map(|index| i64::from(characters[*index])).sum();
    let checksum = (sum + rules.constant).abs();
    format!("{}:{hash}:{checksum:x}:{}", rules.prefix, rules.suffix)
}
