//! Google's token endpoint, revocation and `tokeninfo`.

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    TWIN,
    authorize::CODE_PREFIX,
    errors::{invalid_client, oauth},
    id_token, people,
};
use crate::sandbox::{
    Sandbox,
    apps::{self, App, BasicCoding},
    oauth::{Params, bearer, s256},
    state::{Code, Grant, State},
};

/// Live refresh tokens for each account and client; one more silently kills the oldest.
const REFRESH_TOKENS: usize = 100;

const ACCESS_PREFIX: &str = "ya29.";
const REFRESH_PREFIX: &str = "1//0g";

/// `POST /token`: the client's id and secret stand in the form or in HTTP Basic.
pub async fn token(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, form: Params) -> Response {
    let client = apps::by_form(&form).or_else(|| apps::by_basic(&headers, BasicCoding::FormOrRaw));
    let Some(client) = client else {
        return invalid_client();
    };
    sandbox.change(|state| match form.get("grant_type") {
        Some("authorization_code") => exchange(&sandbox, state, client, &form),
        Some("refresh_token") => refresh(&sandbox, state, client, &form),
        Some(_) => bad("unsupported_grant_type", "Invalid grant_type."),
        None => bad("invalid_request", "Missing required parameter: grant_type"),
    })
}

fn exchange(sandbox: &Sandbox, state: &mut State, client: &App, form: &Params) -> Response {
    let Some(plain) = form.get("code") else {
        return bad("invalid_request", "Missing required parameter: code");
    };
    let Some(redirect_uri) = form.get("redirect_uri") else {
        return bad("invalid_request", "Missing required parameter: redirect_uri");
    };
    if !plain.starts_with(CODE_PREFIX) {
        return bad("invalid_grant", "Malformed auth code.");
    }
    let own = |code: &Code| code.client == client.id;
    let Some(code) = state.take_code(TWIN.id, plain).filter(own) else {
        return bad("invalid_grant", "Bad Request");
    };
    if code.redirect_uri != redirect_uri {
        return bad("redirect_uri_mismatch", "Bad Request");
    }
    if !verified(&code, form.get("code_verifier")) {
        return bad("invalid_grant", "Invalid code verifier.");
    }
    let (now, life) = (state.now(), state.lifetimes(&TWIN));
    if code.renewable {
        make_room(state, &code.account);
    }
    let grant = state.add_grant(&code);
    grant.person = people::sub(&code.account).to_owned();
    let access = grant.issue_access(ACCESS_PREFIX, now, life.access);
    let refresh = code.renewable.then(|| grant.issue_refresh(REFRESH_PREFIX, now, life.refresh));
    let mut answer = answer(sandbox, state, &access, life.access);
    if let Some(refresh) = refresh {
        answer["refresh_token"] = json!(refresh);
        tell_end(&mut answer, state, &refresh);
    }
    Json(answer).into_response()
}

fn answer(sandbox: &Sandbox, state: &State, access: &str, life: Option<i64>) -> Value {
    let mut answer = json!({ "access_token": access, "expires_in": life, "token_type": "Bearer" });
    if let Some(grant) = state.by_any_access(TWIN.id, access) {
        answer["scope"] = json!(grant.scopes.join(" "));
        if let Some(id_token) = id_token::issue(sandbox, state, grant, access) {
            answer["id_token"] = json!(id_token);
        }
    }
    answer
}

fn verified(code: &Code, verifier: Option<&str>) -> bool {
    match &code.challenge {
        // "code_verifier or verifier is not needed": a challenge that somebody stripped on the way
        // does not go unseen.
        None => verifier.is_none(),
        challenge => verifier.is_some_and(|verifier| s256(verifier) == *challenge),
    }
}

/// The refresh token stays as it is and is not repeated. Using it keeps it from dying of disuse.
fn refresh(sandbox: &Sandbox, state: &mut State, client: &App, form: &Params) -> Response {
    let Some(token) = form.get("refresh_token") else {
        return bad("invalid_request", "Missing required parameter: refresh_token");
    };
    let (now, life, ends) = (state.now(), state.lifetimes(&TWIN), has_end(state));
    let own = |grant: &&mut Grant| grant.client == client.id;
    let Some(grant) = state.by_refresh(TWIN.id, token).filter(own) else {
        return bad("invalid_grant", "Token has been expired or revoked.");
    };
    // RFC 6749 (6): what was not allowed cannot be refreshed into.
    if form.get("scope").is_some_and(|asked| asked.split_whitespace().any(|one| !grant.has(one))) {
        return bad("invalid_scope", "Some requested scopes were invalid.");
    }
    if let Some(kept) = grant.refresh.as_mut().filter(|_| !ends) {
        kept.expires = life.refresh.map(|life| now.saturating_add(life));
    }
    let access = grant.issue_access(ACCESS_PREFIX, now, life.access);
    let mut answer = answer(sandbox, state, &access, life.access);
    tell_end(&mut answer, state, token);
    Json(answer).into_response()
}

/// A life of refresh tokens set at the control page stands for time-based consent (or an app in
/// Testing: seven days), which use does not prolong and which the answer tells.
fn has_end(state: &State) -> bool {
    state.lifetimes.get(TWIN.id).is_some_and(|set| set.refresh.is_some())
}

fn tell_end(answer: &mut Value, state: &mut State, refresh: &str) {
    if !has_end(state) {
        return;
    }
    let now = state.now();
    let kept = state.by_refresh(TWIN.id, refresh).and_then(|grant| grant.refresh.as_ref());
    if let Some(end) = kept.and_then(|token| token.expires) {
        answer["refresh_token_expires_in"] = json!(end - now);
    }
}

fn make_room(state: &mut State, account: &str) {
    let now = state.now();
    let live = |grant: &&mut Grant| {
        grant.account == account && grant.refresh.as_ref().is_some_and(|token| token.is_live(now))
    };
    let mut renewable: Vec<_> =
        state.grants.iter_mut().filter(|grant| grant.platform == TWIN.id).filter(live).collect();
    if renewable.len() >= REFRESH_TOKENS {
        renewable[0].refresh = None;
    }
}

/// `POST /revoke`: any live token, in the query or in a form, ends everything its person allowed
/// the project, on every channel.
pub async fn revoke(Shared(sandbox): Shared<Sandbox>, uri: Uri, form: Params) -> Response {
    let params = Params::query(&uri).and(form);
    let Some(token) = params.get("token") else {
        return bad("invalid_request", "Missing required parameter: token");
    };
    sandbox.change(|state| {
        let by_refresh = state.by_refresh(TWIN.id, token).map(|grant| grant.account.clone());
        let account = by_refresh
            .or_else(|| state.by_access(TWIN.id, token).map(|grant| grant.account.clone()));
        let Some(account) = account else {
            return bad("invalid_token", "Token expired or revoked");
        };
        state.revoke_person(TWIN.id, &account);
        Json(json!({})).into_response()
    })
}

/// `GET` and `POST /tokeninfo`, with the token in the query, in a form or as bearer: numbers are
/// texts.
pub async fn info(
    Shared(sandbox): Shared<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
    form: Params,
) -> Response {
    let params = Params::query(&uri).and(form);
    let token = params.get("access_token").or_else(|| bearer(&headers)).unwrap_or_default();
    sandbox.read(|state| {
        let grant = state.by_access(TWIN.id, token);
        let found = grant.and_then(|grant| Some((grant, grant.access_token(token)?.expires?)));
        let Some((grant, end)) = found else { return bad("invalid_token", "Invalid Value") };
        let access_type = if grant.refresh.is_some() { "offline" } else { "online" };
        Json(json!({
            "azp": grant.client, "aud": grant.client, "sub": grant.person,
            "scope": grant.scopes.join(" "), "exp": state.wire_time(end).to_string(),
            "expires_in": (end - state.now()).to_string(),
            "access_type": access_type,
        }))
        .into_response()
    })
}

fn bad(error: &str, description: &str) -> Response {
    oauth(StatusCode::BAD_REQUEST, error, description)
}
