//! TikTok's token endpoint and revocation.
//! <https://developers.tiktok.com/doc/oauth-user-access-token-management>

use axum::{
    Json,
    extract::State as Shared,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{ERRORS_WITH_200, TWIN, errors::oauth};
use crate::sandbox::{
    CLIENT_ID, CLIENT_SECRET, Sandbox,
    oauth::{Params, is_verifier},
    platform::Lifetimes,
    state::{Code, Grant, State},
};

pub const ACCESS_PREFIX: &str = "act.";
const REFRESH_PREFIX: &str = "rft.";

/// TikTok's words for what is wrong: `error` and `error_description`.
type Refusal = (&'static str, &'static str);

/// `POST /v2/oauth/token/`
pub async fn token(Shared(sandbox): Shared<Sandbox>, form: Params) -> Response {
    sandbox.change(|state| {
        let answer = client(&form).and_then(|()| match form.get("grant_type") {
            Some("authorization_code") => exchange(state, &form),
            Some("refresh_token") => refresh(state, &form),
            Some(_) => Err(("unsupported_grant_type", "Grant type is not supported.")),
            None => Err(("invalid_request", "Grant type is missing.")),
        });
        answer.unwrap_or_else(|refusal| refused(state, refusal))
    })
}

fn client(form: &Params) -> Result<(), Refusal> {
    match (form.get("client_key"), form.get("client_secret")) {
        (Some(CLIENT_ID), Some(CLIENT_SECRET)) => Ok(()),
        (None, _) => Err(("invalid_request", "Client key is missing.")),
        _ => Err(("invalid_client", "Client key or secret is incorrect.")),
    }
}

fn exchange(state: &mut State, form: &Params) -> Result<Response, Refusal> {
    let code = form.get("code").ok_or(("invalid_request", "Code is missing."))?;
    let redirect_uri =
        form.get("redirect_uri").ok_or(("invalid_request", "Redirect_uri is missing."))?;
    let code = state
        .take_code(TWIN.id, code)
        .ok_or(("invalid_grant", "Authorization code is expired."))?;
    if code.redirect_uri != redirect_uri {
        return Err((
            "invalid_request",
            "Redirect_uri is not matched with the uri when requesting code.",
        ));
    }
    if !verified(&code, form.get("code_verifier")) {
        return Err(("invalid_grant", "Code verifier or code challenge is invalid."));
    }
    let (now, life) = (state.now(), state.lifetimes(&TWIN));
    Ok(pair(state.add_grant(&code), now, life))
}

/// A web app has sent no challenge, and a verifier of it is not looked at.
fn verified(code: &Code, verifier: Option<&str>) -> bool {
    match &code.challenge {
        None => true,
        Some(challenge) => verifier
            .filter(|verifier| is_verifier(verifier))
            .is_some_and(|verifier| hex_s256(verifier) == *challenge),
    }
}

fn hex_s256(verifier: &str) -> String {
    Sha256::digest(verifier.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Always a new pair; the refresh token just used is dead.
fn refresh(state: &mut State, form: &Params) -> Result<Response, Refusal> {
    let token =
        form.get("refresh_token").ok_or(("invalid_request", "Refresh token is missing."))?;
    let (now, life) = (state.now(), state.lifetimes(&TWIN));
    let grant = state
        .by_refresh(TWIN.id, token)
        .ok_or(("invalid_grant", "Refresh token is invalid or expired."))?;
    Ok(pair(grant, now, life))
}

fn pair(grant: &mut Grant, now: i64, life: Lifetimes) -> Response {
    Json(json!({
        "access_token": grant.issue_access(ACCESS_PREFIX, now, life.access),
        "expires_in": life.access,
        "open_id": grant.account,
        "refresh_expires_in": life.refresh,
        "refresh_token": grant.issue_refresh(REFRESH_PREFIX, now, life.refresh),
        "scope": grant.scopes.join(","),
        "token_type": "Bearer",
    }))
    .into_response()
}

/// `POST /v2/oauth/revoke/`: an access token ends what its person allowed; the answer is empty.
pub async fn revoke(Shared(sandbox): Shared<Sandbox>, form: Params) -> Response {
    sandbox.change(|state| {
        let ended = client(&form).and_then(|()| {
            let token = form.get("token").ok_or(("invalid_request", "Token is missing."))?;
            let account = state
                .by_access(TWIN.id, token)
                .map(|grant| grant.account.clone())
                .ok_or(("invalid_grant", "Access token is invalid or expired."))?;
            state.revoke_person(TWIN.id, &account);
            Ok(StatusCode::OK.into_response())
        });
        ended.unwrap_or_else(|refusal| refused(state, refusal))
    })
}

/// The documentation names no status; people have seen 200.
fn refused(state: &State, (error, description): Refusal) -> Response {
    let status = match error {
        _ if state.switch(&TWIN, ERRORS_WITH_200) => StatusCode::OK,
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    oauth(status, error, description)
}
