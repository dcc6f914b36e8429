//! Stands between the app and the sandbox: records what the sandbox answers, and replaces the
//! answers of one call by an odd one.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::changes::Change;
use crate::support::cross_origin::{Behind, Told};

/// A good answer and the call that it belongs to, as `POST /x/2/oauth2/token refresh_token`.
#[derive(Clone)]
pub struct Recorded {
    pub call: String,
    pub answer: Told,
}

/// Clones are the same interceptor.
#[derive(Clone, Default)]
pub struct Interceptor(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    recorded: Vec<Recorded>,
    replacement: Option<Replacement>,
}

/// Every answer to one call is replaced: a repeat within the same operation gets the same.
struct Replacement {
    good: Recorded,
    change: Change,
    /// The platform does what it is asked, and its answer is changed on its way. Otherwise it never
    /// hears of the call.
    forwards: bool,
    reached: bool,
}

impl Interceptor {
    /// What stands before the sandbox.
    pub fn router(&self) -> impl FnOnce(Behind) -> Router {
        let interceptor = self.clone();
        |behind| Router::new().fallback(answer).with_state((behind, interceptor))
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().expect("nobody panicked holding it")
    }

    /// What was recorded since the last time, each call once.
    pub fn take_recorded(&self) -> Vec<Recorded> {
        let mut all = std::mem::take(&mut self.script().recorded);
        all.sort_by(|a, b| a.call.cmp(&b.call));
        all.dedup_by(|a, b| a.call == b.call);
        all
    }

    pub fn replace(&self, good: &Recorded, change: &Change, forwards: bool) {
        let (good, change) = (good.clone(), change.clone());
        self.script().replacement = Some(Replacement { good, change, forwards, reached: false });
    }

    pub fn was_asked(&self) -> bool {
        self.script().replacement.as_ref().is_some_and(|replacement| replacement.reached)
    }

    /// Good answers from now on; whether the odd one was asked for.
    pub fn restore(&self) -> bool {
        self.script().replacement.take().is_some_and(|replacement| replacement.reached)
    }
}

async fn answer(
    State((behind, interceptor)): State<(Behind, Interceptor)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("the body of a call");
    let call = name(&parts, &body);
    let replacement = {
        let mut script = interceptor.script();
        let found = script.replacement.as_mut().filter(|one| one.good.call == call);
        found.map(|one| {
            one.reached = true;
            (one.good.answer.clone(), one.change.clone(), one.forwards)
        })
    };
    if let Some((good, change, false)) = replacement {
        return change.apply(good).into_response();
    }
    let Some(answer) = behind.ask(&parts, body).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    if let Some((_, change, _)) = replacement {
        return change.apply(answer).into_response();
    }
    interceptor.script().recorded.push(Recorded { call, answer: answer.clone() });
    answer.into_response()
}

/// Method, path with its ids taken out, and what a token endpoint is asked for.
fn name(parts: &Parts, body: &[u8]) -> String {
    let is_id = |part: &str| part.chars().filter(char::is_ascii_digit).count() > 3;
    let path: Vec<_> =
        parts.uri.path().split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
    let grant_type = form_urlencoded::parse(body).find(|(name, _)| name == "grant_type");
    let grant_type = grant_type.map(|(_, value)| format!(" {value}")).unwrap_or_default();
    format!("{} {}{grant_type}", parts.method, path.join("/"))
}
