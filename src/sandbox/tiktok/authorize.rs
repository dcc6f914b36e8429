//! TikTok's consent page. Which kind of app asks is told by the redirect URI: a desktop app comes
//! back to this machine and a port, and proves itself by PKCE; a web app to https, and does not.

use axum::{
    extract::State as Shared,
    http::Uri,
    response::{IntoResponse, Response},
};
use url::Url;

use super::{DISPLAY_API, NO_DISPLAY_API, TWIN};
use crate::sandbox::{
    CLIENT_ID, Sandbox,
    consent::{self, Decision},
    oauth::{Params, back_to},
    state::{Code, State},
};

/// "Minutes", people say.
const CODE_LIFE: i64 = 300;

/// TikTok's codes carry characters that must survive one decoding and one encoding.
const CODE_PREFIX: &str = "Vx*2!";

const REDIRECT_LENGTH: usize = 512;

/// A request to authorize that may go on to the consent page.
struct Asked {
    redirect_uri: String,
    state: String,
    scopes: Vec<String>,
    challenge: Option<String>,
}

/// `GET /v2/auth/authorize/`
pub async fn ask(Shared(sandbox): Shared<Sandbox>, uri: Uri) -> Response {
    let asked = match read(&sandbox, &uri) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    if sandbox.read(|state| lacks_scope(state, &asked)) {
        // A bare word, without a description and before anybody is asked anything.
        return back_to(&asked.redirect_uri, &[("error", "scope"), ("state", &asked.state)]);
    }
    consent::ask(&TWIN, &asked.scopes).into_response()
}

/// Whether something is asked for that the app was not given.
fn lacks_scope(state: &State, asked: &Asked) -> bool {
    state.switch(&TWIN, NO_DISPLAY_API)
        && asked.scopes.iter().any(|scope| DISPLAY_API.contains(&scope.as_str()))
}

/// `POST` of the consent page.
pub async fn decide(
    Shared(sandbox): Shared<Sandbox>,
    uri: Uri,
    form: Params,
) -> Result<Response, Response> {
    let asked = read(&sandbox, &uri)?;
    let Decision::Allow { account, scopes } = consent::read(&TWIN, &asked.scopes, &form)? else {
        let denied = [
            ("error", "access_denied"),
            ("error_description", "User denied the request"),
            ("state", &asked.state),
        ];
        return Ok(back_to(&asked.redirect_uri, &denied));
    };
    let granted = scopes.join(",");
    let code = sandbox.change(|state| {
        let ends = state.now() + CODE_LIFE;
        let code = Code::new(&TWIN, account, scopes, asked.redirect_uri.clone(), ends);
        state.add_code(CODE_PREFIX, Code { challenge: asked.challenge, renewable: true, ..code })
    });
    Ok(back_to(
        &asked.redirect_uri,
        &[("code", &code), ("scopes", &granted), ("state", &asked.state)],
    ))
}

/// TikTok shows one page for whatever is wrong with the request, and names the parameter.
fn read(sandbox: &Sandbox, uri: &Uri) -> Result<Asked, Response> {
    let query = Params::query(uri);
    let bad = |parameter: &str| {
        let sentence = format!(
            "We couldn't log in with TikTok. This may be due to specific app settings. \
            If you are a developer, correct the following and try again: {parameter}"
        );
        Err(consent::refuse("Something went wrong", &sentence))
    };
    if query.get("client_key") != Some(CLIENT_ID) {
        return bad("client_key");
    }
    let registered = |uri: &&str| uri.len() < REDIRECT_LENGTH && sandbox.is_registered(&TWIN, uri);
    let Some(redirect_uri) = query.get("redirect_uri").filter(registered) else {
        return bad("redirect_uri");
    };
    if query.get("response_type") != Some("code") {
        return bad("response_type");
    }
    let scopes: Vec<_> =
        query.get("scope").unwrap_or_default().split(',').map(str::to_owned).collect();
    if scopes.iter().any(|scope| TWIN.scope(scope).is_none()) {
        return bad("scope");
    }
    let Some(state) = query.get("state") else {
        return bad("state");
    };
    let challenge = match (app_kind(redirect_uri), query.get("code_challenge")) {
        (Some(App::Web), _) => None,
        (Some(App::Desktop), Some(challenge)) if is_hex_s256(challenge) => {
            if query.get("code_challenge_method") != Some("S256") {
                return bad("code_challenge_method");
            }
            Some(challenge.to_owned())
        }
        (Some(App::Desktop), _) => return bad("code_challenge"),
        (None, _) => return bad("redirect_uri"),
    };
    Ok(Asked { redirect_uri: redirect_uri.to_owned(), state: state.to_owned(), scopes, challenge })
}

enum App {
    Web,
    Desktop,
}

/// Which of the two a registered redirect URI belongs to. This machine without a port is neither.
fn app_kind(redirect_uri: &str) -> Option<App> {
    let url = Url::parse(redirect_uri).ok()?;
    match (url.scheme(), url.port()) {
        ("https", _) => Some(App::Web),
        (_, Some(_)) => Some(App::Desktop),
        (_, None) => None,
    }
}

/// SHA-256 in lower-case hexadecimal. Everybody else's base64url is 43 characters long.
fn is_hex_s256(challenge: &str) -> bool {
    challenge.len() == 64
        && challenge.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
