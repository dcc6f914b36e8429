//! Rate limits at the door (requirement S5). Every request counts for its address before anybody is
//! looked up, then for the person; and where its route has a limit of its own, for that one, too.
//! Answers carry `RateLimit-Limit`, `-Remaining`, `-Reset` and `-Policy` of the strictest, as
//! draft-ietf-httpapi-ratelimit-headers-06 has them; refusals `Retry-After` (RFC 9110, 10.2.3) too.

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::super::kit::context::Identity;
use super::super::kit::refusal::ResponseFormat;
use crate::error::{AppError, Kind};
use crate::server::limits::{Class, LimitKey, RateLimitDecision, WINDOW};
use crate::server::{Backend, metrics, request_context};

/// Before anybody is looked up.
pub async fn by_address(State(backend): State<Backend>, request: Request, next: Next) -> Response {
    let who = request_context::current().ip.map(LimitKey::at);
    limited(&backend, Class::Address, who, request, next).await
}

/// Once it is known who asks.
pub async fn by_person(State(backend): State<Backend>, request: Request, next: Next) -> Response {
    let who = person(&request);
    limited(&backend, Class::Person, who, request, next).await
}

/// For a route with a limit of its own.
pub async fn by_class(class: Class, backend: Backend, request: Request, next: Next) -> Response {
    let who = whose(class, &request);
    limited(&backend, class, who, request, next).await
}

fn person(request: &Request) -> Option<LimitKey> {
    let asking = request.extensions().get::<Identity>();
    asking.and_then(Identity::maybe).map(|actor| LimitKey::Person(actor.user))
}

/// Whose requests of a class are counted together.
pub fn whose(class: Class, request: &Request) -> Option<LimitKey> {
    let address = || request_context::current().ip.map(LimitKey::at);
    match class {
        // Nobody is anybody yet where passwords are tried.
        Class::Auth => address(),
        _ => person(request).or_else(address),
    }
}

async fn limited(
    backend: &Backend,
    class: Class,
    who: Option<LimitKey>,
    request: Request,
    next: Next,
) -> Response {
    let Some(decision) = count(backend, class, who).await else { return next.run(request).await };
    let mut response = match decision.refused {
        true => ResponseFormat::by(&request).refuse(backend, refusal(&decision)),
        false => next.run(request).await,
    };
    add_rate_limit_headers(&mut response, &decision);
    response
}

/// Counts a request. Nothing: nobody counts it.
pub async fn count(
    backend: &Backend,
    class: Class,
    who: Option<LimitKey>,
) -> Option<RateLimitDecision> {
    let decision = backend.limits.count(class, who?).await?;
    if decision.refused {
        metrics::rate_limited(class.as_str());
        tracing::info!(class = class.as_str(), "rate limit exceeded");
    }
    Some(decision)
}

fn seconds(decision: &RateLimitDecision) -> u64 {
    decision.reset.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
}

/// The strictest count is told: it is the innermost, and stands already.
pub fn add_rate_limit_headers(response: &mut Response, decision: &RateLimitDecision) {
    // What was refused further in, such as one guess too many, says itself when to come back.
    let wait = response
        .headers()
        .get(RETRY_AFTER)
        .filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS);
    let (remaining, reset) = match wait.and_then(|wait| wait.to_str().ok()) {
        Some(wait) => (0, wait.to_owned()),
        None => (decision.remaining, seconds(decision).to_string()),
    };
    let told = [
        ("ratelimit-limit", decision.limit.to_string()),
        ("ratelimit-remaining", remaining.to_string()),
        ("ratelimit-reset", reset),
        ("ratelimit-policy", format!("{};w={}", decision.limit, WINDOW.as_secs())),
    ];
    let headers = response.headers_mut();
    for (name, value) in told {
        // Digits and ASCII signs.
        headers.entry(name).or_insert(value.try_into().unwrap_or(HeaderValue::from_static("")));
    }
    if decision.refused {
        headers.entry(RETRY_AFTER).or_insert(seconds(decision).into());
    }
}

pub fn refusal(decision: &RateLimitDecision) -> AppError {
    let wait = match seconds(decision) {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    };
    let (sentence, next) = match decision.class {
        Class::Auth => (
            "There were too many tries in a short time.",
            format!("Nothing is locked. Try again in {wait}."),
        ),
        _ => (
            "That is more than we can answer at once.",
            format!("Nothing was changed. Try again in {wait}."),
        ),
    };
    AppError::new(Kind::RateLimited, sentence, next)
}
