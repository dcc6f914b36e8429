//! `GET /debug_token`. <https://developers.facebook.com/docs/graph-api/reference/debug_token>

use axum::{
    Json,
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    TWIN,
    errors::{refuse, words},
    graph::{Call, Caller, caller, is_app_token},
    portfolios,
    tokens::DATA_ACCESS_ENDS,
};
use crate::sandbox::{CLIENT_ID, Sandbox, state::State};

/// Tells the app what a token is worth. Answers 200 for a dead one too.
pub async fn debug_token(Shared(sandbox): Shared<Sandbox>, call: Call) -> Response {
    if !call.token.as_deref().is_some_and(is_app_token) {
        return refuse(
            100,
            None,
            "(#100) You must provide an app access token, or a user access token that is an owner \
            or developer of the app",
        );
    }
    if let Err(refusal) = call.check_proof() {
        return refusal;
    }
    let Some(token) = call.params.get("input_token") else {
        return refuse(100, None, "(#100) The parameter input_token is required");
    };
    let data = sandbox.read(|state| match caller(state, token) {
        Ok(caller) => living(state, &caller),
        Err((code, subcode)) => dead(state, token, code, subcode),
    });
    Json(json!({ "data": data })).into_response()
}

fn living(state: &State, caller: &Caller) -> Value {
    let mut data = facts(state, &caller.token);
    data["is_valid"] = json!(true);
    data["expires_at"] = ends_json(state, caller.ends);
    data["scopes"] = json!(caller.scopes);
    data["granular_scopes"] = granular(caller);
    data["type"] = json!(if caller.page.is_some() { "PAGE" } else { "USER" });
    if let Some(page) = caller.page {
        data["profile_id"] = json!(page.id);
    }
    data
}

fn dead(state: &State, token: &str, code: i64, subcode: Option<i64>) -> Value {
    let mut data = facts(state, token);
    data["is_valid"] = json!(false);
    data["scopes"] = json!([]);
    data["error"] = json!({ "code": code, "message": words(code, subcode) });
    if let Some(subcode) = subcode {
        data["error"]["subcode"] = json!(subcode);
    }
    data
}

/// What is known of a token dead or alive.
fn facts(state: &State, token: &str) -> Value {
    let Some(grant) = state.by_any_access(TWIN.id, token) else {
        return json!({});
    };
    let ends = grant.access_token(token).and_then(|token| token.expires);
    let data_access_ends = grant.data.get(DATA_ACCESS_ENDS).and_then(Value::as_i64);
    json!({
        "app_id": CLIENT_ID, "application": "Huntaze", "type": "USER",
        "user_id": grant.account, "issued_at": state.wire_time(grant.created),
        "expires_at": ends_json(state, ends),
        "data_access_expires_at": ends_json(state, data_access_ends),
    })
}

/// 0 where there is no end.
fn ends_json(state: &State, ends: Option<i64>) -> Value {
    json!(ends.map_or(0, |end| state.wire_time(end)))
}

/// Which Pages, Instagram accounts and portfolios each permission is for. A portfolio's own Pages
/// can be ticked in the dialog, those of its clients can not.
fn granular(caller: &Caller) -> Value {
    let portfolio = || portfolios::of(caller.person);
    let owned = || portfolio().into_iter().flat_map(|portfolio| portfolio.owned);
    let pages = || caller.person.pages.iter().chain(owned());
    let granular = caller.scopes.iter().map(|scope| {
        let targets: Vec<_> = if scope == portfolios::MANAGE {
            portfolio().into_iter().map(|portfolio| portfolio.id).collect()
        } else if scope.starts_with("instagram_") {
            let accounts = pages().filter_map(|page| page.instagram.as_ref());
            accounts.map(|account| account.id).collect()
        } else {
            pages().map(|page| page.id).collect()
        };
        json!({ "scope": scope, "target_ids": targets })
    });
    granular.collect()
}
