//! What every call must show: signature, session, and the browser the session belongs to.

use axum::{
    http::{HeaderMap, Uri, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use serde_json::Value;

use super::{
    CHECKS_TIME, IDENTITY_CHECK, ROTATES_SESSION, TWIN,
    errors::{access_denied, identity_check, refresh_the_page, wrong_user},
    login::{AUTH_UID, X_BC, fresh_session},
    people::{self, Person},
    rules::{APP_TOKEN, current, sign},
};
use crate::sandbox::{
    secret,
    state::{Grant, State},
};

/// How far a clock may be off.
const LEEWAY: u64 = 600;

/// Answers a call with `act`, which gets the person, or nobody where nobody is logged in.
pub fn serve(
    state: &mut State,
    headers: &HeaderMap,
    uri: &Uri,
    act: impl FnOnce(Option<&'static Person>) -> Response,
) -> Response {
    if !is_signed(state, headers, uri) {
        return refresh_the_page();
    }
    let Some(session) = cookie(headers, "sess") else {
        return act(None);
    };
    match admit(state, headers, session) {
        Err(refusal) => refusal,
        Ok(None) => act(None),
        Ok(Some(_)) if state.switch(&TWIN, IDENTITY_CHECK) => identity_check(101),
        Ok(Some(person)) => (rotation(state, session), act(Some(person))).into_response(),
    }
}

/// The whole check of `sign`, `time`, `app-token` and the path as it was sent. The path begins with
/// `/api2`: that the sandbox stands behind a prefix is not the signature's business.
fn is_signed(state: &State, headers: &HeaderMap, uri: &Uri) -> bool {
    let time = text(headers, "time");
    let path = uri.path_and_query().map_or(uri.path(), |path| path.as_str());
    text(headers, "app-token") == APP_TOKEN
        && is_now(state, time)
        && text(headers, "sign") == sign(current(state), time, path, text(headers, "user-id"))
}

/// Milliseconds or seconds. The sandbox's clock runs ahead when somebody turns it; its callers'
/// clocks need not.
fn is_now(state: &State, time: &str) -> bool {
    let Ok(time) = time.parse::<i64>() else {
        return false;
    };
    let seconds = if time > 100_000_000_000 { time / 1_000 } else { time };
    let near = |now: i64| now.abs_diff(seconds) <= LEEWAY;
    !state.switch(&TWIN, CHECKS_TIME) || near(state.now()) || near(state.looked_at)
}

/// Who is logged in with this session. Another browser's x-bc or User-Agent ends it; a session
/// whose time is over is nobody's.
fn admit(
    state: &mut State,
    headers: &HeaderMap,
    session: &str,
) -> Result<Option<&'static Person>, Response> {
    let grant = state.by_any_access(TWIN.id, session).ok_or_else(access_denied)?;
    let person = people::find(&grant.account).ok_or_else(access_denied)?;
    if !is_own_browser(grant, person, headers) {
        let ended = grant.id.clone();
        state.revoke(TWIN.id, |grant| grant.id == ended);
        return Err(access_denied());
    }
    let id = person.account.id;
    if cookie(headers, "auth_id") != Some(id) || text(headers, "user-id") != id {
        return Err(wrong_user());
    }
    let auth_uid = cookie(headers, &format!("auth_uid_{id}"));
    if person.two_factor && !fits(grant, AUTH_UID, auth_uid.unwrap_or_default()) {
        return Err(access_denied());
    }
    let live = state.by_access(TWIN.id, session).is_some();
    Ok(live.then_some(person))
}

fn is_own_browser(grant: &Grant, person: &Person, headers: &HeaderMap) -> bool {
    fits(grant, X_BC, text(headers, "x-bc")) && text(headers, "user-agent") == person.user_agent
}

fn fits(grant: &Grant, name: &str, value: &str) -> bool {
    grant.data.get(name).and_then(Value::as_str) == Some(secret::hash(value).as_str())
}

/// The header that replaces the session, where sessions are replaced.
fn rotation(
    state: &mut State,
    session: &str,
) -> AppendHeaders<Option<(header::HeaderName, String)>> {
    if !state.switch(&TWIN, ROTATES_SESSION) {
        return AppendHeaders(None);
    }
    let old = secret::hash(session);
    let (fresh, now, life) = (fresh_session(), state.now(), state.lifetimes(&TWIN).access);
    let grant = state.grants.iter_mut().find(|grant| grant.access_token(session).is_some());
    if let Some(grant) = grant {
        grant.access.retain(|token| token.hash != old);
        grant.remember(&fresh, "", life.map(|life| now.saturating_add(life)));
    }
    let cookie =
        format!("sess={fresh}; path=/; domain=.onlyfans.com; secure; HttpOnly; SameSite=None");
    AppendHeaders(Some((header::SET_COOKIE, cookie)))
}

/// A header, empty where it is absent.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = text(headers, "cookie").split(';');
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}
