//! Rate limits at the door (requirement S5). Every request counts for its address before anybody is
//! looked up, then for the person, or for what it asks where that has a count of its own. Answers
//! carry `RateLimit-Limit`, `-Remaining`, `-Reset` and `-Policy`, as
//! draft-ietf-httpapi-ratelimit-headers-06 has them; refusals `Retry-After` (RFC 9110, 10.2.3) too.

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::App;
use super::context::Asking;
use super::refusal::Wanted;
use crate::error::{AppError, Kind};
use crate::server::limits::{Class, Verdict, WINDOW, Who};
use crate::server::{metrics, origin};

/// Before anybody is looked up.
pub async fn by_address(State(app): State<App>, request: Request, next: Next) -> Response {
    let who = origin::current().ip.map(Who::at).filter(|_| !is_file(request.uri().path()));
    limited(app, Class::Address, who, request, next).await
}

/// Once it is known who asks.
pub async fn by_person(State(app): State<App>, request: Request, next: Next) -> Response {
    let person = request
        .extensions()
        .get::<Asking>()
        .and_then(Asking::maybe)
        .map(|actor| Who::Person(actor.user));
    let address = origin::current().ip.map(Who::at);
    let class = class_of(request.method(), request.uri().path());
    let who = match class {
        // Nobody is anybody yet where passwords are tried.
        Some(Class::Entrance) => address,
        Some(_) => person.or(address),
        None => person,
    };
    limited(app, class.unwrap_or(Class::Person), who, request, next).await
}

fn is_file(path: &str) -> bool {
    path.starts_with("/pkg/") || path == "/favicon.svg"
}

/// What has a count of its own. The rest of a path, such as a platform's name, plays no part.
pub fn class_of(method: &Method, path: &str) -> Option<Class> {
    const ENTRANCES: [&str; 6] = ["register", "login", "refresh", "forgot", "reset", "verify"];
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (parts.as_slice(), method) {
        (["api", "auth", name] | ["fn", name], &Method::POST)
            if ENTRANCES.contains(name) && path != "/fn/refresh" =>
        {
            Some(Class::Entrance)
        }
        (["api", "auth", "verify", "again"] | ["fn", "verify_again"], &Method::POST) => {
            Some(Class::Entrance)
        }
        // A password is asked for here too: a stolen session must not be where it is guessed.
        (["api", "auth", "password" | "email"], &Method::PUT)
        | (["api", "auth", "me"], &Method::DELETE) => Some(Class::Entrance),
        (["fn", "change_password" | "change_email" | "delete_account"], &Method::POST) => {
            Some(Class::Entrance)
        }
        (["api", "auth", "me" | "sessions"], _) => None,
        // HEAD does all that GET does.
        (["api", "auth", _] | ["api", "auth", _, "callback"], &(Method::GET | Method::HEAD)) => {
            Some(Class::OAuth)
        }
        (["api", "integrations", "callback", _], _) => Some(Class::OAuth),
        (["api", "integrations", "connect", _] | ["platforms", "connect", _], &Method::POST) => {
            Some(Class::OAuth)
        }
        (["api", "integrations", "status"], _) => Some(Class::Status),
        _ => None,
    }
}

async fn limited(
    app: App,
    class: Class,
    who: Option<Who>,
    request: Request,
    next: Next,
) -> Response {
    let verdict = match who {
        Some(who) => app.backend.limits.count(class, who).await,
        None => None,
    };
    let Some(verdict) = verdict else { return next.run(request).await };
    let mut response = if verdict.refused {
        metrics::rate_limited(class.word());
        tracing::info!(class = class.word(), "too many requests");
        Wanted::by(&request).refuse(&app.backend, refusal(&verdict))
    } else {
        next.run(request).await
    };
    tell(&mut response, &verdict);
    response
}

fn seconds(verdict: &Verdict) -> u64 {
    verdict.reset.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
}

/// The strictest count is told: it is the innermost, and stands already.
fn tell(response: &mut Response, verdict: &Verdict) {
    // What was refused further in, such as one guess too many, says itself when to come back.
    let wait = response
        .headers()
        .get(RETRY_AFTER)
        .filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS);
    let (remaining, reset) = match wait.and_then(|wait| wait.to_str().ok()) {
        Some(wait) => (0, wait.to_owned()),
        None => (verdict.remaining, seconds(verdict).to_string()),
    };
    let told = [
        ("ratelimit-limit", verdict.limit.to_string()),
        ("ratelimit-remaining", remaining.to_string()),
        ("ratelimit-reset", reset),
        ("ratelimit-policy", format!("{};w={}", verdict.limit, WINDOW.as_secs())),
    ];
    let headers = response.headers_mut();
    for (name, value) in told {
        // Digits and ASCII signs.
        headers.entry(name).or_insert(value.try_into().unwrap_or(HeaderValue::from_static("")));
    }
    if verdict.refused {
        headers.entry(RETRY_AFTER).or_insert(seconds(verdict).into());
    }
}

fn refusal(verdict: &Verdict) -> AppError {
    let wait = match seconds(verdict) {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    };
    let (sentence, next) = match verdict.class {
        Class::Entrance => (
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

#[cfg(test)]
mod tests {
    use super::*;

    // S5: what is strict, and what is not.
    #[test]
    fn passwords_connections_and_the_status_have_counts_of_their_own() {
        let rows = [
            (Method::POST, "/api/auth/login", Some(Class::Entrance)),
            (Method::POST, "/api/auth/login/", Some(Class::Entrance)),
            (Method::POST, "/fn/login", Some(Class::Entrance)),
            (Method::POST, "/fn/register", Some(Class::Entrance)),
            (Method::POST, "/api/auth/refresh", Some(Class::Entrance)),
            (Method::PUT, "/api/auth/password", Some(Class::Entrance)),
            (Method::POST, "/api/auth/verify/again", Some(Class::Entrance)),
            (Method::DELETE, "/api/auth/me", Some(Class::Entrance)),
            (Method::POST, "/fn/refresh", None),
            (Method::POST, "/api/auth/logout", None),
            (Method::GET, "/api/auth/me", None),
            (Method::PUT, "/api/auth/me", None),
            (Method::DELETE, "/api/auth/me", Some(Class::Entrance)),
            (Method::PUT, "/api/auth/password", Some(Class::Entrance)),
            (Method::POST, "/fn/change_email", Some(Class::Entrance)),
            (Method::POST, "/fn/delete_account", Some(Class::Entrance)),
            (Method::GET, "/api/auth/sessions", None),
            (Method::GET, "/api/auth/somewhere", Some(Class::OAuth)),
            (Method::HEAD, "/api/auth/somewhere", Some(Class::OAuth)),
            (Method::GET, "/api/auth/somewhere/callback", Some(Class::OAuth)),
            (Method::GET, "/api/integrations/callback/somewhere", Some(Class::OAuth)),
            (Method::POST, "/api/integrations/connect/somewhere", Some(Class::OAuth)),
            (Method::POST, "/platforms/connect/somewhere", Some(Class::OAuth)),
            (Method::GET, "/platforms/connect/somewhere", None),
            (Method::GET, "/api/integrations/status", Some(Class::Status)),
            (Method::GET, "/integrations", None),
        ];
        for (method, path, class) in rows {
            assert_eq!(class_of(&method, path), class, "{method} {path}");
        }
    }
}
