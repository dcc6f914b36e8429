//! The door every call to a platform goes through: it counts the call and, where trouble was
//! ordered, makes it.

use std::{io, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::StatusCode,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use super::{
    Sandbox,
    platform::{Failure, Twin},
    state::{FaultKind, State},
};

/// A hanging call ends by itself after this long: longer than any client waits.
const HANG: Duration = Duration::from_secs(180);

pub async fn gate(
    Shared((sandbox, twin)): Shared<(Sandbox, &'static Twin)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let call = format!("{} {path}", request.method());
    let (fault, now) = sandbox.change(|state| (arrive(state, twin.id, &call), state.now()));
    match fault {
        None => next.run(request).await,
        Some(FaultKind::Latency { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Some(FaultKind::Status { status, reason }) => {
            // The control API takes only statuses that exist.
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (twin.failure)(&Failure { status, reason: reason.as_deref(), path: &path, now })
        }
        Some(FaultKind::Hang) => {
            // Released or over: the call is cut either way.
            tokio::time::timeout(HANG, sandbox.0.release.notified()).await.ok();
            cut()
        }
        Some(FaultKind::Cut) => cut(),
        Some(FaultKind::Garbage) => {
            Html("<!doctype html><title>Just a moment...</title><p>Checking your browser.")
                .into_response()
        }
    }
}

/// Counts the call and uses up the first fault that fits it.
fn arrive(state: &mut State, platform: &str, call: &str) -> Option<FaultKind> {
    state.count_call(platform, call);
    let at = state.faults.iter().position(|fault| {
        fault.platform == platform
            && fault.endpoint.as_ref().is_none_or(|endpoint| call.contains(endpoint.as_str()))
    })?;
    let fault = &mut state.faults[at];
    let kind = fault.kind.clone();
    if let Some(times) = &mut fault.times {
        *times -= 1;
        if *times == 0 {
            state.faults.remove(at);
        }
    }
    Some(kind)
}

/// An answer whose body breaks before its first byte: hyper then closes the connection without
/// having sent anything.
fn cut() -> Response {
    let broken =
        futures::stream::once(async { Err::<&[u8], _>(io::Error::other("cut by the sandbox")) });
    Body::from_stream(broken).into_response()
}
