//! Facebook's consent dialog, classic (`scope`) and for Business (`config_id`).
//! <https://developers.facebook.com/docs/facebook-login/facebook-login-for-business>

use axum::{
    extract::State as Shared,
    http::Uri,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{CONFIGURED, PARTIAL_GRANTS, TWIN};
use crate::sandbox::{
    CLIENT_ID, Sandbox,
    consent::{self, Decision},
    oauth::{Params, back_to},
    state::Code,
};

const CODE_LIFE: i64 = 600;

/// How Facebook's codes begin; another beginning was never one.
pub const CODE_PREFIX: &str = "AQ";

/// Where a grant keeps the permissions that were asked for and not granted.
pub const DECLINED: &str = "declined";

const ALL_OR_NOTHING: &str =
    "All or nothing: if you untick one of these, Facebook grants none of them.";

/// A request to authorize that may go on to the consent page.
struct Asked {
    redirect_uri: String,
    state: String,
    scopes: Vec<String>,
}

/// `GET /{version}/dialog/oauth`
pub async fn ask(Shared(sandbox): Shared<Sandbox>, uri: Uri) -> Response {
    read(&sandbox, &uri).map_or_else(
        |refusal| refusal,
        |asked| consent::ask_with_hint(&TWIN, &asked.scopes, ALL_OR_NOTHING).into_response(),
    )
}

/// `POST` of the consent page. Whoever refuses one permission comes back with a code that opens
/// nothing; only `/me/permissions` tells.
pub async fn decide(
    Shared(sandbox): Shared<Sandbox>,
    uri: Uri,
    form: Params,
) -> Result<Response, Response> {
    let asked = read(&sandbox, &uri)?;
    let decision = consent::read(&TWIN, &asked.scopes, &form)?;
    let Decision::Allow { account, scopes } = decision else {
        let denied = [
            ("error", "access_denied"),
            ("error_reason", "user_denied"),
            ("error_code", "200"),
            ("error_description", "Permissions error"),
            ("state", &asked.state),
        ];
        return Ok(back_to(&asked.redirect_uri, &denied));
    };
    let partial = sandbox.read(|state| state.switch(&TWIN, PARTIAL_GRANTS));
    let (granted, declined) = match scopes.len() == asked.scopes.len() {
        true => (scopes, Vec::new()),
        false if partial => asked.scopes.into_iter().partition(|scope| scopes.contains(scope)),
        false => (Vec::new(), asked.scopes),
    };
    let code = sandbox.change(|state| {
        let ends = state.now() + CODE_LIFE;
        let mut code = Code::new(&TWIN, account, granted, asked.redirect_uri.clone(), ends);
        code.data.insert(DECLINED.into(), json!(declined));
        state.add_code(CODE_PREFIX, code)
    });
    Ok(back_to(&asked.redirect_uri, &[("code", &code), ("state", &asked.state)]))
}

/// Facebook shows a page of its own for a wrong request and never returns from it.
fn read(sandbox: &Sandbox, uri: &Uri) -> Result<Asked, Response> {
    let query = Params::query(uri);
    let bad = |title: &str, sentence: &str| Err(consent::refuse(title, sentence));
    if query.get("client_id") != Some(CLIENT_ID) {
        return bad("Invalid App ID", "The provided app ID does not look like a valid app ID.");
    }
    let registered = |uri: &&str| sandbox.is_registered(&TWIN, uri);
    let Some(redirect_uri) = query.get("redirect_uri").filter(registered) else {
        return bad(
            "URL blocked",
            "This redirect failed because the redirect URI is not white-listed in the app's \
            Client OAuth Settings.",
        );
    };
    if query.get("response_type").unwrap_or("code") != "code" {
        return bad("Unsupported response type", "This app uses response_type=code.");
    }
    let scopes = match (query.get("scope"), query.get("config_id")) {
        (Some(scope), None) => listed(scope)?,
        (None, Some(_)) => CONFIGURED.map(str::to_owned).into(),
        // Facebook would take it, and ask for less than an app needs.
        (None, None) => {
            return bad("Nothing was asked for", "Send `scope` (comma-separated) or `config_id`.");
        }
        // How the two go together is not documented: nobody should slip into it.
        (Some(_), Some(_)) => {
            return bad(
                "Two ways to ask",
                "With `config_id` the permissions come from the saved configuration. Leave out \
                 `scope`.",
            );
        }
    };
    Ok(Asked {
        redirect_uri: redirect_uri.to_owned(),
        state: query.get("state").unwrap_or_default().to_owned(),
        scopes,
    })
}

/// Permissions between commas or spaces. `public_profile` is granted with any of them.
fn listed(scope: &str) -> Result<Vec<String>, Response> {
    let names = scope.split([',', ' ']).filter(|name| !["", "public_profile"].contains(name));
    let names: Vec<_> = names.map(str::to_owned).collect();
    match names.iter().find(|name| TWIN.scope(name).is_none()) {
        None => Ok(names),
        Some(name) => Err(consent::refuse(
            "Invalid scopes",
            &format!("Invalid Scopes: {name}. This message is only shown to developers."),
        )),
    }
}
