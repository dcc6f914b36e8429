//! `/oauth/access_token`: code for a short-lived token, living token for a long-lived one.
//! <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>

use axum::{
    Json,
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    TWIN,
    dialog::CODE_PREFIX,
    errors::{known, refuse},
    graph::{Call, LONG, SHORT, TOKEN_PREFIX, app_token, caller},
};
use crate::sandbox::{
    CLIENT_ID, Sandbox,
    oauth::Params,
    secret,
    state::{Grant, State},
};

/// "Hours", says the documentation; this is what answers carry.
const SHORT_LIFE: i64 = 5_400;

/// Where a grant keeps the end of data access.
pub const DATA_ACCESS_ENDS: &str = "dataAccessEnds";

/// `GET` and `POST /{version}/oauth/access_token`
pub async fn access_token(Shared(sandbox): Shared<Sandbox>, call: Call) -> Response {
    let params = &call.params;
    if let Err(refusal) = client(&call) {
        return refusal;
    }
    let answer = sandbox.change(|state| match params.get("grant_type") {
        None | Some("authorization_code") => exchange(state, params),
        Some("fb_exchange_token") => extend(state, params),
        Some("client_credentials") => {
            let answer = json!({ "access_token": app_token(), "token_type": "bearer" });
            Ok(Json(answer).into_response())
        }
        Some(_) => Err(refuse(100, None, "(#100) Unsupported grant_type")),
    });
    answer.unwrap_or_else(|refusal| refusal)
}

fn client(call: &Call) -> Result<(), Response> {
    match call.params.get("client_id") {
        _ if call.from_app => Ok(()),
        Some(CLIENT_ID) => Err(refuse(1, None, "Error validating client secret.")),
        _ => {
            let message =
                "Error validating application. Cannot get application info due to a system error.";
            Err(refuse(101, None, message))
        }
    }
}

fn exchange(state: &mut State, params: &Params) -> Result<Response, Response> {
    let missing = |name: &str| refuse(100, None, &format!("Missing {name} parameter."));
    let plain = params.get("code").ok_or_else(|| missing("code"))?;
    let redirect_uri = params.get("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    if !plain.starts_with(CODE_PREFIX) {
        return Err(refuse(100, None, "Invalid verification code format."));
    }
    let unusable = if is_kept(state, plain) { 36_007 } else { 36_009 };
    let code = state.take_code(TWIN.id, plain).ok_or_else(|| known(100, Some(unusable)))?;
    if code.redirect_uri != redirect_uri {
        return Err(known(100, Some(36_008)));
    }
    let now = state.now();
    let data_access = state.lifetimes(&TWIN).refresh.map(|life| now.saturating_add(life));
    let grant = state.add_grant(&code);
    grant.data.insert(DATA_ACCESS_ENDS.into(), json!(data_access));
    Ok(answer(grant, SHORT, now, Some(SHORT_LIFE)))
}

/// Whether the code is still there, used by nobody: if it is not taken then, its time was over.
fn is_kept(state: &State, code: &str) -> bool {
    let hash = secret::hash(code);
    state.codes.iter().any(|code| code.platform == TWIN.id && code.hash == hash)
}

/// A long-lived token for a living one of either kind: this is also how one is renewed. The token
/// given for it lives on to its end.
fn extend(state: &mut State, params: &Params) -> Result<Response, Response> {
    let token = params
        .get("fb_exchange_token")
        .ok_or_else(|| refuse(100, None, "Missing fb_exchange_token parameter."))?;
    let caller = caller(state, token).map_err(|(code, subcode)| known(code, subcode))?;
    if caller.page.is_some() {
        return Err(refuse(100, None, "(#100) A Page access token cannot be exchanged."));
    }
    let (now, life) = (state.now(), state.lifetimes(&TWIN).access);
    let grant = state.grants.iter_mut().find(|grant| grant.id == caller.grant);
    let grant = grant.ok_or_else(|| known(190, None))?;
    Ok(answer(grant, LONG, now, life))
}

fn answer(grant: &mut Grant, kind: &str, now: i64, life: Option<i64>) -> Response {
    let token = secret::fresh(TOKEN_PREFIX);
    grant.remember(&token, kind, life.map(|life| now.saturating_add(life)));
    Json(json!({ "access_token": token, "token_type": "bearer", "expires_in": life }))
        .into_response()
}
