//! Reddit. Hosts `www.reddit.com` (OAuth) and `oauth.reddit.com` (the API).
//! <https://github.com/reddit-archive/reddit/wiki/OAuth2>, <https://www.reddit.com/dev/api>
//!
//! Its oddities: every program must name itself in the User-Agent; a wrong code is answered with
//! 200; refresh tokens are never replaced; rate headers count in floats and in seconds to go.

mod api;
mod oauth;
mod people;
#[cfg(test)]
pub mod tests;

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

use super::{
    Sandbox,
    platform::{Failure, Lifetimes, Scope, Switch, Twin},
};

pub static TWIN: Twin = Twin {
    id: "reddit",
    name: "Reddit",
    accounts: people::accounts,
    scopes: &[
        scope("identity", "See your username, karma and the day you joined"),
        scope("submit", "Submit links and posts in your name"),
        scope("read", "Read posts and comments"),
        scope("mysubreddits", "See the communities you joined or moderate"),
        scope("history", "See your posts, votes and saved items"),
        scope("flair", "Choose the flair of your posts"),
        scope("edit", "Edit and delete your posts and comments"),
        scope("vote", "Vote in your name"),
        scope("save", "Save and unsave posts"),
        scope("privatemessages", "Read and send private messages"),
        scope("subscribe", "Join and leave communities"),
        scope("modposts", "Moderate posts in communities you moderate"),
    ],
    lifetimes: Lifetimes { access: Some(86_400), refresh: None },
    switches: &[Switch {
        name: REFRESH_IN_ANSWER,
        words: "A refresh answers with the refresh token again (since March 2021)",
        default: true,
    }],
    routes,
    failure,
    not_found,
};

const REFRESH_IN_ANSWER: &str = "refreshTokenInRefreshAnswer";

const fn scope(name: &'static str, words: &'static str) -> Scope {
    Scope { name, words, optional: false }
}

fn routes() -> Router<Sandbox> {
    let for_programs = Router::new()
        .route("/api/v1/access_token", post(oauth::token))
        .route("/api/v1/revoke_token", post(oauth::revoke))
        .route("/api/v1/me", get(api::me))
        .route("/api/v1/me/karma", get(api::karma))
        .layer(middleware::from_fn(named_callers_only));
    Router::new()
        .route("/api/v1/authorize", get(oauth::ask).post(oauth::decide))
        .merge(for_programs)
}

/// Programs must send `<platform>:<app id>:<version> (by /u/<name>)` somewhere in their User-Agent
/// (libraries add their own names to it); others get a page, also at the token endpoint.
/// <https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki>
async fn named_callers_only(request: Request, next: Next) -> Response {
    if names_itself(request.headers()) {
        next.run(request).await
    } else {
        blocked(StatusCode::FORBIDDEN)
    }
}

fn names_itself(headers: &HeaderMap) -> bool {
    let agent =
        headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let Some((app, author)) = agent.split_once(" (by /u/") else {
        return false;
    };
    let app: Vec<_> = app.rsplit(' ').next().unwrap_or_default().split(':').collect();
    let author = author.split_once(')').map(|(author, _)| author);
    app.len() == 3
        && app.iter().all(|part| !part.is_empty())
        && author.is_some_and(|author| !author.is_empty())
}

/// What Reddit answers to a path that it does not serve.
fn not_found(_path: &str) -> Response {
    message(StatusCode::NOT_FOUND)
}

/// What a caller gets whom Reddit does not want: HTML, whatever was asked.
fn blocked(status: StatusCode) -> Response {
    let page = "<!doctype html><title>Blocked</title><h1>whoa there, pardner!</h1>\
        <p>Your request has been blocked due to a network policy. \
        Set a unique and descriptive User-Agent and try again.</p>";
    (status, Html(page)).into_response()
}

/// Reddit's errors; a 403 has several reasons, told apart by header, body and content type.
fn failure(failure: &Failure) -> Response {
    match (failure.status, failure.reason) {
        (status, Some("blocked")) => blocked(status),
        (StatusCode::TOO_MANY_REQUESTS, _) => {
            let page = Html(
                "<!doctype html><title>Too Many Requests</title><h1>whoa there, pardner!</h1>",
            );
            (failure.status, [(header::RETRY_AFTER, "4")], page).into_response()
        }
        (StatusCode::FORBIDDEN, Some("insufficient_scope")) => insufficient_scope(),
        (StatusCode::UNAUTHORIZED, _) if failure.path.ends_with("_token") => {
            unauthorized("Basic realm=\"reddit\"")
        }
        (StatusCode::UNAUTHORIZED, _) => {
            unauthorized("Bearer realm=\"reddit\", error=\"invalid_token\"")
        }
        (status, _) if status.is_server_error() => {
            (status, Html("<!doctype html><title>Our CDN was unable to reach our servers</title>"))
                .into_response()
        }
        (status, _) => message(status),
    }
}

fn message(status: StatusCode) -> Response {
    let message = status.canonical_reason().unwrap_or_default();
    (status, Json(json!({ "message": message, "error": status.as_u16() }))).into_response()
}

/// 401, saying what the caller should have shown.
fn unauthorized(challenge: &'static str) -> Response {
    ([(header::WWW_AUTHENTICATE, challenge)], message(StatusCode::UNAUTHORIZED)).into_response()
}

fn insufficient_scope() -> Response {
    let challenge =
        [(header::WWW_AUTHENTICATE, "Bearer realm=\"reddit\", error=\"insufficient_scope\"")];
    (StatusCode::FORBIDDEN, challenge, Json(json!({ "error": 403 }))).into_response()
}
