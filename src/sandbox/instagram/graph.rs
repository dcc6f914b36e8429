//! What every call to the Graph API goes through: parameters from query and form, the token, the
//! app's rate window with its headers.

use aws_lc_rs::hmac;
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    TWIN,
    errors::{APP_REMOVED, EXPIRED, known, wrong_proof},
    people::{self, Page, Person},
};
use crate::sandbox::{
    CLIENT_ID, CLIENT_SECRET, Sandbox,
    apps::{self, BasicCoding},
    oauth::{Params, bearer},
    secret,
    state::{Grant, State},
};

/// How Facebook's tokens begin; another beginning cannot be parsed.
pub const TOKEN_PREFIX: &str = "EAA";

/// Kinds of tokens, see `Token.kind`. A Page's token carries the Page's id behind it.
pub const SHORT: &str = "short";
pub const LONG: &str = "long";
pub const PAGE: &str = "page:";

/// Calls an hour for each person who uses the app.
/// <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>
const CALLS: u32 = 200;
const HOUR: i64 = 3_600;

/// A call, with its parameters wherever they stood.
pub struct Call {
    pub params: Params,
    pub token: Option<String>,
    /// Whether the app showed its id and secret, among the parameters or by HTTP Basic.
    pub from_app: bool,
}

impl FromRequest<Sandbox> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, sandbox: &Sandbox) -> Result<Self, Response> {
        let query = Params::query(request.uri());
        let header = bearer(request.headers()).map(str::to_owned);
        let app = apps::by_basic(request.headers(), BasicCoding::FormOrRaw);
        let params = query.and(Params::from_request(request, sandbox).await?);
        let token = header.or_else(|| params.get("access_token").map(str::to_owned));
        let from_app = app.or_else(|| apps::by_form(&params));
        let from_app = from_app.is_some_and(|app| app.id == CLIENT_ID);
        Ok(Self { params, token, from_app })
    }
}

impl Call {
    /// Refuses a call whose `appsecret_proof` is not the app's for the token it carries.
    /// <https://developers.facebook.com/docs/graph-api/guides/secure-requests>
    pub fn check_proof(&self) -> Result<(), Response> {
        let Some(proof) = self.params.get("appsecret_proof") else { return Ok(()) };
        let key = hmac::Key::new(hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
        let token = self.token.as_deref().unwrap_or_default();
        let right = secret::hexadecimal(hmac::sign(&key, token.as_bytes()).as_ref());
        if proof == right { Ok(()) } else { Err(wrong_proof()) }
    }
}

/// Who calls.
pub struct Caller {
    pub token: String,
    pub person: &'static Person,
    /// The Page whose token it is; `None` for the person's own.
    pub page: Option<&'static Page>,
    /// The grant the token belongs to.
    pub grant: String,
    pub scopes: Vec<String>,
    /// When the token ends.
    pub ends: Option<i64>,
    /// Whether Page tokens made from it end with it.
    pub short: bool,
}

impl Caller {
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// Whether `id` names the caller.
    pub fn is(&self, id: &str) -> bool {
        id == "me" || id == self.person.account.id
    }
}

/// The caller's token as the sandbox knows it, or why it is no good.
pub fn caller(state: &State, token: &str) -> Result<Caller, (i64, Option<i64>)> {
    if !token.starts_with(TOKEN_PREFIX) {
        return Err((190, None));
    }
    // Grants that end are forgotten. What looks like a token and is not known belonged to one.
    let gone = (190, Some(APP_REMOVED));
    let grant = state.by_any_access(TWIN.id, token).ok_or(gone)?;
    let known = grant.access_token(token).ok_or(gone)?;
    if !known.is_live(state.now()) {
        return Err((190, Some(EXPIRED)));
    }
    let person = people::find(&grant.account).ok_or(gone)?;
    let page = known.kind.strip_prefix(PAGE);
    Ok(Caller {
        token: token.to_owned(),
        person,
        page: page.and_then(|id| person.page(id)),
        grant: grant.id.clone(),
        scopes: grant.scopes.clone(),
        ends: known.expires,
        short: known.kind == SHORT,
    })
}

/// Carries out a call of somebody whose token is good, within the app's limit.
pub fn serve(
    state: &mut State,
    call: &Call,
    act: impl FnOnce(&mut State, &Caller) -> Result<Response, Response>,
) -> Response {
    let Some(token) = &call.token else {
        return super::errors::refuse(
            2500,
            None,
            "An active access token must be used to query information about the current user.",
        );
    };
    if let Err(refusal) = call.check_proof() {
        return refusal;
    }
    let caller = match caller(state, token) {
        Ok(caller) => caller,
        Err((code, subcode)) => return known(code, subcode),
    };
    let limit = CALLS * users(state);
    let allowance = state.spend("instagram app", limit, HOUR);
    let answer = if allowance.within {
        act(state, &caller).unwrap_or_else(|refusal| refusal)
    } else {
        known(4, None)
    };
    let percent = allowance.used * 100 / limit;
    let usage = json!({ "call_count": percent, "total_time": percent, "total_cputime": percent });
    ([("x-app-usage", usage.to_string())], answer).into_response()
}

fn users(state: &State) -> u32 {
    let mut persons: Vec<_> = mine(state).map(|grant| &grant.person).collect();
    persons.sort_unstable();
    persons.dedup();
    persons.len().max(1) as u32 // six people live here
}

fn mine(state: &State) -> impl Iterator<Item = &Grant> {
    state.grants.iter().filter(|grant| grant.platform == TWIN.id)
}

/// The app's own token, as it is issued (`client_credentials`).
pub fn app_token() -> String {
    format!("{CLIENT_ID}|{}", secret::hash(CLIENT_SECRET))
}

/// Whether this is the app's own token, or its id and its secret, which open the same.
pub fn is_app_token(token: &str) -> bool {
    token == app_token() || token == format!("{CLIENT_ID}|{CLIENT_SECRET}")
}
