//! The control page `/` and the control API under `/control`. Each endpoint takes JSON, or the same
//! fields as a form of the page; a form is answered by the way back to that page.

mod describe;
mod order;
mod page;

use axum::{
    Json,
    extract::{Path, State as Shared},
    response::{Html, Response},
};
use serde_json::{Value, json};

use super::{
    Sandbox,
    platform::{Lifetimes, Twin},
    registry, secret,
    state::{Fault, FaultKind, State, is_registrable},
};
use describe::{describe, fault_json, redirect_uris_json, switches_json};
use order::{Order, Refusal, missing};

/// Nothing here lasts longer.
const TEN_YEARS: i64 = 10 * 366 * 86_400;

/// `GET /`
pub async fn page(Shared(sandbox): Shared<Sandbox>) -> Html<String> {
    sandbox.read(page::render)
}

/// `GET /control/state`
pub async fn state(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    Json(sandbox.read(describe))
}

/// `POST /control/faults`: `platform`, `kind`, optional `endpoint`, `times`, `ms` (latency),
/// `reason` (status codes).
pub async fn add_fault(
    Shared(sandbox): Shared<Sandbox>,
    order: Order,
) -> Result<Response, Refusal> {
    order.only(&["platform", "endpoint", "kind", "times", "ms", "reason"])?;
    let twin = twin(order.text("platform")?.ok_or_else(|| missing("platform"))?)?;
    let times =
        order.number("times")?.map(|times| u32::try_from(times).ok().filter(|times| *times > 0));
    let fault = Fault {
        id: secret::id(),
        platform: twin.id.to_owned(),
        endpoint: order.text("endpoint")?.map(str::to_owned),
        kind: kind(&order)?,
        times: times
            .map(|times| times.ok_or_else(|| Refusal("`times` must be 1 or more.".into())))
            .transpose()?,
    };
    let answer = json!({ "fault": fault_json(&fault) });
    sandbox.change(|state| state.faults.push(fault));
    Ok(order.done(twin.id, answer))
}

/// `DELETE /control/faults`, and `POST /control/faults/clear` for the page. Hanging calls are let
/// go.
pub async fn clear_faults(Shared(sandbox): Shared<Sandbox>, order: Order) -> Response {
    let cleared = sandbox.change(|state| std::mem::take(&mut state.faults).len());
    sandbox.release();
    order.done("", json!({ "cleared": cleared }))
}

/// `DELETE /control/faults/{id}`, and `POST` of the same for the page.
pub async fn remove_fault(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    order: Order,
) -> Response {
    sandbox.change(|state| state.faults.retain(|fault| fault.id != id));
    order.done("", json!({ "removed": id }))
}

/// `POST /control/clock {advanceSeconds, callersToo?}`: with `callersToo`, whoever calls has moved
/// their own clock by as much, so times on the wire move along.
pub async fn advance(Shared(sandbox): Shared<Sandbox>, order: Order) -> Result<Response, Refusal> {
    order.only(&["advanceSeconds", "callersToo"])?;
    let seconds = order.number("advanceSeconds")?.ok_or_else(|| missing("advanceSeconds"))?;
    if !(0..=TEN_YEARS).contains(&seconds) {
        return Err(Refusal(
            "`advanceSeconds` goes forward only, by ten years at most. Reset to go back.".into(),
        ));
    }
    let callers = if order.switch("callersToo")? == Some(true) { seconds } else { 0 };
    let now = sandbox.change(|state| {
        state.clock_offset = state.clock_offset.saturating_add(seconds);
        state.callers_offset = state.callers_offset.saturating_add(callers);
        state.now()
    });
    Ok(order.done("", json!({ "now": now })))
}

/// `POST /control/reset`: a fresh sandbox.
pub async fn reset(Shared(sandbox): Shared<Sandbox>, order: Order) -> Response {
    sandbox.change(State::reset);
    sandbox.release();
    order.done("", json!({ "reset": true }))
}

/// `POST /control/{platform}/lifetimes {accessSeconds?, refreshSeconds?}`: for tokens issued from
/// now on.
pub async fn lifetimes(
    Shared(sandbox): Shared<Sandbox>,
    Path(platform): Path<String>,
    order: Order,
) -> Result<Response, Refusal> {
    order.only(&["accessSeconds", "refreshSeconds"])?;
    let twin = twin(&platform)?;
    let set = Lifetimes {
        access: order.seconds("accessSeconds")?,
        refresh: order.seconds("refreshSeconds")?,
    };
    let all = sandbox.change(|state| {
        let kept = state.lifetimes.entry(twin.id.to_owned()).or_default();
        *kept =
            Lifetimes { access: set.access.or(kept.access), refresh: set.refresh.or(kept.refresh) };
        state.lifetimes(twin)
    });
    Ok(order.done(twin.id, json!(all)))
}

/// `POST /control/{platform}/redirect-uris {redirectUri}`: one more that consent pages lead back
/// to, as somebody would register it at the platform.
pub async fn add_redirect_uri(
    Shared(sandbox): Shared<Sandbox>,
    Path(platform): Path<String>,
    order: Order,
) -> Result<Response, Refusal> {
    order.only(&["redirectUri"])?;
    let twin = twin(&platform)?;
    let redirect_uri = order.text("redirectUri")?.ok_or_else(|| missing("redirectUri"))?;
    if !is_registrable(redirect_uri) {
        return Err(Refusal("`redirectUri` must be an http or https address, no fragment.".into()));
    }
    let all = sandbox.change(|state| {
        state.redirect_uris.add(twin.id, redirect_uri.to_owned());
        redirect_uris_json(state, twin)
    });
    Ok(order.done(twin.id, all))
}

/// `POST /control/{platform}/switches {name: true|false}`
pub async fn switches(
    Shared(sandbox): Shared<Sandbox>,
    Path(platform): Path<String>,
    order: Order,
) -> Result<Response, Refusal> {
    let twin = twin(&platform)?;
    let names: Vec<_> = twin.switches.iter().map(|switch| switch.name).collect();
    order.only(&names)?;
    let set = names
        .iter()
        .filter_map(|name| order.switch(name).transpose().map(|on| Ok((name.to_string(), on?))));
    let set = set.collect::<Result<Vec<_>, Refusal>>()?;
    let all = sandbox.change(|state| {
        state.switches.entry(twin.id.to_owned()).or_default().extend(set);
        switches_json(state, twin)
    });
    Ok(order.done(twin.id, all))
}

/// `POST /control/{platform}/revoke {account}`: as if the person removed the app at the platform.
pub async fn revoke(
    Shared(sandbox): Shared<Sandbox>,
    Path(platform): Path<String>,
    order: Order,
) -> Result<Response, Refusal> {
    let (twin, account) = account(&platform, &order)?;
    let revoked = sandbox.change(|state| state.revoke_person(twin.id, account));
    Ok(order.done(twin.id, json!({ "revoked": revoked })))
}

/// `POST /control/{platform}/expire {account}`: its access tokens end now, its refresh tokens live
/// on.
pub async fn expire(
    Shared(sandbox): Shared<Sandbox>,
    Path(platform): Path<String>,
    order: Order,
) -> Result<Response, Refusal> {
    let (twin, account) = account(&platform, &order)?;
    let expired = sandbox.change(|state| {
        let now = state.now();
        let grants = state
            .grants
            .iter_mut()
            .filter(|grant| grant.platform == twin.id && grant.account == account);
        let live = grants.flat_map(|grant| &mut grant.access).filter(|token| token.is_live(now));
        live.map(|token| token.expires = Some(now)).count()
    });
    Ok(order.done(twin.id, json!({ "expired": expired })))
}

fn kind(order: &Order) -> Result<FaultKind, Refusal> {
    let kind = order.field("kind")?.ok_or_else(|| missing("kind"))?;
    Ok(match kind.as_str() {
        "latency" => FaultKind::Latency {
            ms: order.number("ms")?.map_or(2_000, |ms| ms.clamp(0, 600_000) as u64),
        },
        "hang" => FaultKind::Hang,
        "cut" => FaultKind::Cut,
        "garbage" => FaultKind::Garbage,
        code => match code.parse() {
            Ok(status @ 400..=599) => {
                FaultKind::Status { status, reason: order.text("reason")?.map(str::to_owned) }
            }
            _ => {
                return Err(Refusal(format!(
                    "`kind` is a status from 400 to 599, latency, hang, cut or garbage, not \
                     \"{code}\"."
                )));
            }
        },
    })
}

fn twin(id: &str) -> Result<&'static Twin, Refusal> {
    let ids = || registry::ALL.iter().map(|twin| twin.id).collect::<Vec<_>>().join(", ");
    registry::find(id).ok_or_else(|| {
        Refusal(format!("There is no platform \"{id}\" here. There are: {}.", ids()))
    })
}

fn account(platform: &str, order: &Order) -> Result<(&'static Twin, &'static str), Refusal> {
    order.only(&["account"])?;
    let twin = twin(platform)?;
    let id = order.field("account")?.ok_or_else(|| missing("account"))?;
    let account = twin.account(&id).ok_or_else(|| {
        Refusal(format!("{} has no test account \"{id}\". See GET /control/state.", twin.name))
    })?;
    Ok((twin, account.id))
}
