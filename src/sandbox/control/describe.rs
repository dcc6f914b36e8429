//! What the control API shows of the state. Tokens are not in it: the sandbox does not know them
//! either.

use serde_json::{Map, Value, json};

use crate::sandbox::{
    platform::{Account, Twin},
    registry::ALL,
    state::{Fault, FaultKind, Grant, State},
};

/// Everything `GET /control/state` tells.
pub fn describe(state: &State) -> Value {
    let now = state.now();
    json!({
        "now": now,
        "clockOffsetSeconds": state.clock_offset,
        "accounts": by_platform(|twin| (twin.accounts)().into_iter().map(account_json).collect()),
        "grants": state.grants.iter().map(|grant| grant_json(grant, now)).collect::<Vec<_>>(),
        "calls": state.calls,
        "faults": state.faults.iter().map(fault_json).collect::<Vec<_>>(),
        "lifetimes": by_platform(|twin| json!(state.lifetimes(twin))),
        "redirectUris": by_platform(|twin| redirect_uris_json(state, twin)),
        "switches": by_platform(|twin| switches_json(state, twin)),
    })
}

fn by_platform(what: impl Fn(&Twin) -> Value) -> Map<String, Value> {
    ALL.iter().map(|twin| (twin.id.to_owned(), what(twin))).collect()
}

fn account_json(account: &Account) -> Value {
    json!({ "id": account.id, "name": account.name, "handle": account.handle,
        "note": account.note })
}

fn grant_json(grant: &Grant, now: i64) -> Value {
    let live = || grant.access.iter().filter(|token| token.is_live(now));
    let refresh = grant.refresh.as_ref().filter(|token| token.is_live(now));
    json!({
        "id": grant.id, "platform": grant.platform, "account": grant.account,
        "person": grant.person, "scopes": grant.scopes,
        "createdAt": grant.created, "liveAccessTokens": live().count(),
        "accessExpiresAt": live().filter_map(|token| token.expires).max(),
        "renewable": refresh.is_some(), "refreshExpiresAt": refresh.and_then(|token| token.expires),
    })
}

/// The redirect URIs that are registered at a platform.
pub fn redirect_uris_json(state: &State, twin: &Twin) -> Value {
    state.redirect_uris.of(twin.id).collect()
}

/// How a platform's switches stand.
pub fn switches_json(state: &State, twin: &Twin) -> Value {
    twin.switches
        .iter()
        .map(|switch| (switch.name.to_owned(), json!(state.switch(twin, switch.name))))
        .collect::<Map<_, _>>()
        .into()
}

/// A fault as it was ordered.
pub fn fault_json(fault: &Fault) -> Value {
    let mut json = json!({
        "id": fault.id, "platform": fault.platform, "endpoint": fault.endpoint,
        "kind": fault.kind.name(), "times": fault.times,
    });
    match &fault.kind {
        FaultKind::Latency { ms } => json["ms"] = json!(ms),
        FaultKind::Status { reason: Some(reason), .. } => json["reason"] = json!(reason),
        _ => {}
    }
    json
}
