//! Consent, tokens and revocation, for confidential clients and public ones.
//! <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>

use axum::{
    Json,
    extract::State as Shared,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    FAMILY_ENDS, TWIN,
    problem::{invalid_request, unknown_client},
};
use crate::sandbox::{
    Sandbox,
    apps::{self, App, BasicCoding},
    consent::{self, Decision},
    oauth::{FormOrJson, Params, authorization, back_to, s256},
    platform::Lifetimes,
    state::{Code, Grant, State},
};

const CODE_LIFE: i64 = 30;
const STATE_LENGTH: usize = 500;

/// How access tokens of users begin; what does not is no user's token.
pub const ACCESS_PREFIX: &str = "xua.";

/// A request to authorize that may go on to the consent page.
struct Asked {
    client: &'static App,
    redirect_uri: String,
    state: String,
    scopes: Vec<String>,
    challenge: String,
}

/// `GET /i/oauth2/authorize`
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
            &[("error", "access_denied"), ("state", &asked.state)],
        ));
    };
    let code = sandbox.change(|state| {
        let renewable = scopes.iter().any(|scope| scope == "offline.access");
        let code =
            Code::new(&TWIN, account, scopes, asked.redirect_uri.clone(), state.now() + CODE_LIFE);
        let client = asked.client.id.to_owned();
        state.add_code("", Code { client, challenge: Some(asked.challenge), renewable, ..code })
    });
    Ok(back_to(&asked.redirect_uri, &[("state", &asked.state), ("code", &code)]))
}

/// X shows one page for whatever is wrong with the request, and never returns from it.
fn read(sandbox: &Sandbox, uri: &Uri) -> Result<Asked, Response> {
    let query = Params::query(uri);
    let bad = |what: &str| {
        let sentence = format!(
            "You weren't able to give access to the App. Go back and try logging in again. ({what})"
        );
        Err(consent::refuse("Something went wrong", &sentence))
    };
    let Some(client) = query.get("client_id").and_then(apps::find) else {
        return bad("client_id is not known");
    };
    let registered = |uri: &&str| sandbox.is_registered(&TWIN, uri);
    let Some(redirect_uri) = query.get("redirect_uri").filter(registered) else {
        return bad("redirect_uri is not registered");
    };
    if query.get("response_type") != Some("code") {
        return bad("response_type must be code");
    }
    let scopes: Vec<_> =
        query.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() || scopes.iter().any(|scope| TWIN.scope(scope).is_none()) {
        return bad("scope is missing or not known");
    }
    let Some(state) = query.get("state").filter(|state| state.len() <= STATE_LENGTH) else {
        return bad("state is missing or longer than 500 characters");
    };
    // X also knows `plain`; the sandbox refuses it, so that nobody slips into it.
    let method = query.get("code_challenge_method").unwrap_or_default();
    if !method.eq_ignore_ascii_case("S256") {
        return bad("code_challenge_method must be S256");
    }
    let Some(challenge) = query.get("code_challenge").filter(|challenge| is_s256(challenge)) else {
        return bad("code_challenge must be 43 base64url characters");
    };
    let [redirect_uri, state, challenge] = [redirect_uri, state, challenge].map(str::to_owned);
    Ok(Asked { client, redirect_uri, state, scopes, challenge })
}

fn is_s256(challenge: &str) -> bool {
    challenge.len() == 43
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The app that calls: a confidential one by HTTP Basic, a public one by its id in the body.
fn client(headers: &HeaderMap, form: &Params) -> Option<&'static App> {
    match authorization(headers, "basic") {
        Some(_) => apps::by_basic(headers, BasicCoding::FormOrRaw),
        None => apps::public(form),
    }
}

/// `POST /2/oauth2/token`
pub async fn token(
    Shared(sandbox): Shared<Sandbox>,
    headers: HeaderMap,
    FormOrJson(form): FormOrJson,
) -> Response {
    let Some(client) = client(&headers, &form) else {
        return unknown_client();
    };
    sandbox.change(|state| match form.get("grant_type") {
        Some("authorization_code") => exchange(state, client, &form),
        Some("refresh_token") => refresh(state, client, &form),
        Some(_) => invalid_request("Value passed for the grant type was invalid."),
        None => missing("grant_type"),
    })
}

fn exchange(state: &mut State, client: &App, form: &Params) -> Response {
    let Some(code) = form.get("code") else {
        return missing("code");
    };
    let Some(redirect_uri) = form.get("redirect_uri") else {
        return missing("redirect_uri");
    };
    let Some(verifier) = form.get("code_verifier") else {
        return missing("code_verifier");
    };
    let fits = |code: &Code| {
        code.client == client.id
            && code.redirect_uri == redirect_uri
            && code.challenge.is_some()
            && code.challenge == s256(verifier)
    };
    let Some(code) = state.take_code(TWIN.id, code).filter(fits) else {
        return invalid_request("Value passed for the authorization code was invalid.");
    };
    let (now, life) = (state.now(), state.lifetimes(&TWIN));
    let grant = state.add_grant(&code);
    answer(grant, now, life, code.renewable)
}

/// Every refresh brings a new pair. The token just used is dead, and whoever sends it again may end
/// the grant.
fn refresh(state: &mut State, client: &App, form: &Params) -> Response {
    let Some(token) = form.get("refresh_token") else {
        return missing("refresh_token");
    };
    let (now, life) = (state.now(), state.lifetimes(&TWIN));
    let owns = |grant: &&mut Grant| grant.client == client.id;
    if let Some(grant) = state.by_refresh(TWIN.id, token).filter(owns) {
        return answer(grant, now, life, true);
    }
    let family = state.by_spent(TWIN.id, token).filter(|grant| grant.client == client.id);
    if let Some(family) = family.map(|grant| grant.id.clone())
        && state.switch(&TWIN, FAMILY_ENDS)
    {
        state.revoke(TWIN.id, |grant| grant.id == family);
    }
    invalid_request("Value passed for the token was invalid.")
}

fn answer(grant: &mut Grant, now: i64, life: Lifetimes, renewable: bool) -> Response {
    let mut answer = json!({
        "token_type": "bearer", "expires_in": life.access, "scope": grant.scopes.join(" "),
        "access_token": grant.issue_access(ACCESS_PREFIX, now, life.access),
    });
    if renewable {
        answer["refresh_token"] = json!(grant.issue_refresh("", now, life.refresh));
    }
    Json(answer).into_response()
}

fn missing(parameter: &str) -> Response {
    invalid_request(&format!("Missing required parameter [{parameter}]."))
}

/// `POST /2/oauth2/revoke`
pub async fn revoke(
    Shared(sandbox): Shared<Sandbox>,
    headers: HeaderMap,
    FormOrJson(form): FormOrJson,
) -> Response {
    if client(&headers, &form).is_none() {
        return unknown_client();
    }
    let Some(token) = form.get("token") else {
        return missing("token");
    };
    sandbox.change(|state| state.revoke_token(TWIN.id, token));
    Json(json!({ "revoked": true })).into_response()
}
