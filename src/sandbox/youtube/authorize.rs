//! Google's consent page.

use axum::{
    extract::State as Shared,
    http::Uri,
    response::{IntoResponse, Response},
};

use super::TWIN;
use serde_json::json;

use crate::sandbox::{
    Sandbox,
    apps::{self, App},
    consent::{self, Decision},
    oauth::{Params, back_to},
    state::{Code, State},
};

const CODE_LIFE: i64 = 600;

/// How Google's codes begin; another beginning is "malformed".
pub const CODE_PREFIX: &str = "4/0A";

/// A request to authorize that may go on to the consent page.
struct Asked {
    client: &'static App,
    redirect_uri: String,
    state: String,
    scopes: Vec<String>,
    challenge: Option<String>,
    /// Comes back in the ID token.
    nonce: Option<String>,
    offline: bool,
    forced: bool,
    with_earlier: bool,
}

/// `GET /o/oauth2/v2/auth`
pub async fn ask(Shared(sandbox): Shared<Sandbox>, uri: Uri) -> Response {
    read(&sandbox, &uri)
        .map_or_else(|refusal| refusal, |asked| consent::ask(&TWIN, &asked.scopes).into_response())
}

/// `POST` of the consent page. Whoever unticks everything has denied.
pub async fn decide(
    Shared(sandbox): Shared<Sandbox>,
    uri: Uri,
    form: Params,
) -> Result<Response, Response> {
    let asked = read(&sandbox, &uri)?;
    let issuer = sandbox.url("/youtube");
    let decision = consent::read(&TWIN, &asked.scopes, &form)?;
    let (account, scopes) = match decision {
        Decision::Allow { account, scopes } if !scopes.is_empty() => (account, scopes),
        _ => {
            let denied =
                [("error", "access_denied"), ("state", asked.state.as_str()), ("iss", &issuer)];
            return Ok(back_to(&asked.redirect_uri, &denied));
        }
    };
    let (code, scope) = sandbox.change(|state| {
        let scopes = if asked.with_earlier { joined(state, account.id, scopes) } else { scopes };
        let first = state.grants_of(TWIN.id, account.id).next().is_none();
        let scope = scopes.join(" ");
        let mut code =
            Code::new(&TWIN, account, scopes, asked.redirect_uri.clone(), state.now() + CODE_LIFE);
        code.client = asked.client.id.to_owned();
        code.challenge = asked.challenge;
        code.renewable = asked.offline && (first || asked.forced);
        code.data.extend(asked.nonce.map(|nonce| ("nonce".to_owned(), json!(nonce))));
        (state.add_code(CODE_PREFIX, code), scope)
    });
    let granted = [
        ("state", asked.state.as_str()),
        ("iss", &issuer),
        ("code", &code),
        ("scope", &scope),
        ("authuser", "0"),
        ("prompt", "consent"),
    ];
    Ok(back_to(&asked.redirect_uri, &granted))
}

/// Incremental authorisation: with `include_granted_scopes` the token also covers what was allowed
/// before.
fn joined(state: &State, account: &str, mut scopes: Vec<String>) -> Vec<String> {
    for earlier in state.grants_of(TWIN.id, account).flat_map(|grant| &grant.scopes) {
        if !scopes.contains(earlier) {
            scopes.push(earlier.clone());
        }
    }
    scopes
}

/// Google shows a page of its own for a wrong request and never returns from it.
fn read(sandbox: &Sandbox, uri: &Uri) -> Result<Asked, Response> {
    let query = Params::query(uri);
    let bad = |error: &str, what: &str| {
        let sentence = format!(
            "Error 400: {error}. {what} If you are a developer of this app, see the error details."
        );
        Err(consent::refuse("Access blocked: this app's request is invalid", &sentence))
    };
    let Some(client) = query.get("client_id").and_then(apps::find) else {
        return bad("invalid_client", "The OAuth client was not found.");
    };
    let registered = |uri: &&str| sandbox.is_registered(&TWIN, uri);
    let Some(redirect_uri) = query.get("redirect_uri").filter(registered) else {
        return bad(
            "redirect_uri_mismatch",
            "The redirect URI in the request is not registered for this client.",
        );
    };
    if query.get("response_type") != Some("code") {
        return bad("unsupported_response_type", "This client takes response_type=code.");
    }
    let scopes: Vec<_> =
        query.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() {
        return bad("invalid_request", "Missing required parameter: scope.");
    }
    if scopes.iter().any(|scope| TWIN.scope(scope).is_none()) {
        return bad("invalid_scope", "Some requested scopes were invalid.");
    }
    let challenge = query.get("code_challenge").map(str::to_owned);
    if challenge.is_some() && query.get("code_challenge_method") != Some("S256") {
        return bad("invalid_request", "Invalid code_challenge_method.");
    }
    Ok(Asked {
        client,
        redirect_uri: redirect_uri.to_owned(),
        state: query.get("state").unwrap_or_default().to_owned(),
        scopes,
        challenge,
        nonce: query.get("nonce").map(str::to_owned),
        offline: query.get("access_type") == Some("offline"),
        forced: query
            .get("prompt")
            .unwrap_or_default()
            .split_whitespace()
            .any(|prompt| prompt == "consent"),
        with_earlier: query.get("include_granted_scopes") == Some("true"),
    })
}
