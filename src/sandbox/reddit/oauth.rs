//! Consent, tokens and revocation. No PKCE; `state` is required; `duration=permanent` brings a
//! refresh token.

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{REFRESH_IN_ANSWER, TWIN, message, unauthorized};
use crate::sandbox::{
    Sandbox,
    apps::{self, App, BasicCoding},
    consent::{self, Decision},
    oauth::{Params, back_to},
    state::{Code, Grant, State},
};

const CODE_LIFE: i64 = 600;

/// A request to authorize that may go on to the consent page.
struct Asked {
    client: &'static App,
    redirect_uri: String,
    state: String,
    scopes: Vec<String>,
    permanent: bool,
}

/// `GET /api/v1/authorize`
pub async fn ask(Shared(sandbox): Shared<Sandbox>, uri: Uri) -> Response {
    read(&sandbox, &uri)
        .map_or_else(|refusal| refusal, |asked| consent::ask(&TWIN, &asked.scopes).into_response())
}

/// `POST` of the consent page.
pub async fn decide(
    Shared(sandbox): Shared<Sandbox>,
    uri: Uri,
    form: Params,
) -> Result<Response, Response> {
    let asked = read(&sandbox, &uri)?;
    let Decision::Allow { account, scopes } = consent::read(&TWIN, &asked.scopes, &form)? else {
        return Ok(back_to(
            &asked.redirect_uri,
            &[("state", &asked.state), ("error", "access_denied")],
        ));
    };
    let code = sandbox.change(|state| {
        let expires = state.now() + CODE_LIFE;
        let redirect_uri = asked.redirect_uri.clone();
        let code = Code::new(&TWIN, account, scopes, redirect_uri, expires);
        let client = asked.client.id.to_owned();
        state.add_code("", Code { client, renewable: asked.permanent, ..code })
    });
    Ok(back_to(&asked.redirect_uri, &[("state", &asked.state), ("code", &code)]))
}

/// What is wrong with client, redirect URI, response type, scope or state stays on a page of
/// Reddit; the rest is told to the app.
fn read(sandbox: &Sandbox, uri: &Uri) -> Result<Asked, Response> {
    let query = Params::query(uri);
    let bad = |what: &str| {
        Err(consent::refuse(
            "bad request (reddit.com)",
            &format!("You sent an invalid request: {what}."),
        ))
    };
    let Some(client) = query.get("client_id").and_then(apps::find) else {
        return bad("invalid client id");
    };
    let registered = |uri: &&str| sandbox.is_registered(&TWIN, uri);
    let Some(redirect_uri) = query.get("redirect_uri").filter(registered) else {
        return bad("invalid redirect_uri parameter");
    };
    if query.get("response_type") != Some("code") {
        return bad("invalid response type");
    }
    let scopes: Vec<_> =
        query.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() || scopes.iter().any(|scope| TWIN.scope(scope).is_none()) {
        return bad("invalid scope requested");
    }
    let Some(state) = query.get("state") else {
        return bad("state is missing");
    };
    let permanent = match query.get("duration") {
        Some("permanent") => true,
        Some("temporary") | None => false,
        Some(_) => {
            return Err(back_to(redirect_uri, &[("state", state), ("error", "invalid_request")]));
        }
    };
    let [redirect_uri, state] = [redirect_uri, state].map(str::to_owned);
    Ok(Asked { client, redirect_uri, state, scopes, permanent })
}

/// The app that calls. Reddit takes its id and secret as they are, without the form encoding of
/// RFC 6749 (2.3.1).
/// <https://github.com/reddit-archive/reddit/blob/master/r2/r2/controllers/oauth2.py>
fn client(headers: &HeaderMap) -> Option<&'static App> {
    apps::by_basic(headers, BasicCoding::Raw)
}

/// `POST /api/v1/access_token`. Errors about the code come with status 200.
pub async fn token(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap, form: Params) -> Response {
    let Some(client) = client(&headers) else {
        return unauthorized("Basic realm=\"reddit\"");
    };
    sandbox.change(|state| match form.get("grant_type") {
        Some("authorization_code") => exchange(state, client, &form),
        Some("refresh_token") => refresh(state, client, &form),
        _ => error("unsupported_grant_type"),
    })
}

fn exchange(state: &mut State, client: &App, form: &Params) -> Response {
    let (Some(code), Some(redirect_uri)) = (form.get("code"), form.get("redirect_uri")) else {
        return error("invalid_request");
    };
    let fits = |code: &Code| code.client == client.id && code.redirect_uri == redirect_uri;
    let Some(code) = state.take_code(TWIN.id, code).filter(fits) else {
        return error("invalid_grant");
    };
    let (now, life) = (state.now(), state.lifetimes(&TWIN));
    let grant = state.add_grant(&code);
    let mut answer = answer(grant, now, life.access);
    if code.renewable {
        answer["refresh_token"] = json!(grant.issue_refresh("", now, life.refresh));
    }
    Json(answer).into_response()
}

/// The refresh token stays as it is.
fn refresh(state: &mut State, client: &App, form: &Params) -> Response {
    let Some(token) = form.get("refresh_token") else {
        return error("invalid_request");
    };
    let (now, life, repeat) =
        (state.now(), state.lifetimes(&TWIN), state.switch(&TWIN, REFRESH_IN_ANSWER));
    let owns = |grant: &&mut Grant| grant.client == client.id;
    let Some(grant) = state.by_refresh(TWIN.id, token).filter(owns) else {
        return message(StatusCode::BAD_REQUEST);
    };
    let mut answer = answer(grant, now, life.access);
    if repeat {
        answer["refresh_token"] = json!(token);
    }
    Json(answer).into_response()
}

fn answer(grant: &mut Grant, now: i64, life: Option<i64>) -> Value {
    json!({
        "access_token": grant.issue_access("", now, life), "token_type": "bearer",
        "expires_in": life, "scope": grant.scopes.join(" "),
    })
}

fn error(name: &str) -> Response {
    Json(json!({ "error": name })).into_response()
}

/// `POST /api/v1/revoke_token`: 200 without a body (until 2021: 204), also for a token that nobody
/// knows.
pub async fn revoke(
    Shared(sandbox): Shared<Sandbox>,
    headers: HeaderMap,
    form: Params,
) -> Response {
    if client(&headers).is_none() {
        return unauthorized("Basic realm=\"reddit\"");
    }
    sandbox.change(|state| state.revoke_token(TWIN.id, form.get("token").unwrap_or_default()));
    StatusCode::OK.into_response()
}
