//! X. Hosts `x.com` (consent) and `api.x.com` (tokens and API). <https://docs.x.com>
//!
//! Its oddities: a code lives 30 seconds; refresh tokens are used once, and a replay can end the
//! whole family; errors come as problem documents; rate headers carry the window's end as an epoch.

mod api;
mod oauth;
mod people;
mod problem;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    Sandbox,
    platform::{Lifetimes, Scope, Switch, Twin},
};

pub static TWIN: Twin = Twin {
    id: "x",
    name: "X",
    accounts: people::accounts,
    scopes: &[
        scope("tweet.read", "See all the posts you can see, also those of protected accounts"),
        scope("tweet.write", "Post and repost for you"),
        scope("users.read", "See any account you can see, also protected ones"),
        scope("users.email", "See your e-mail address"),
        scope("offline.access", "Stay connected until you remove its access"),
        scope("media.write", "Upload media for you"),
        scope("follows.read", "See whom you follow and who follows you"),
        scope("like.read", "See the posts you liked"),
    ],
    // Half a year for a refresh token is what people report; the documentation says nothing.
    lifetimes: Lifetimes { access: Some(7_200), refresh: Some(180 * 86_400) },
    switches: &[
        Switch {
            name: FAMILY_ENDS,
            words: "A replayed refresh token ends the whole grant",
            default: true,
        },
        Switch {
            name: NEW_NAMES,
            words: "Metrics carry the names of August 2026 (post_count for tweet_count)",
            default: false,
        },
    ],
    routes,
    failure: problem::failure,
    not_found: problem::not_found,
};

const FAMILY_ENDS: &str = "replayEndsFamily";
const NEW_NAMES: &str = "newMetricNames";

const fn scope(name: &'static str, words: &'static str) -> Scope {
    Scope { name, words, optional: false }
}

fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/i/oauth2/authorize", get(oauth::ask).post(oauth::decide))
        .route("/2/oauth2/token", post(oauth::token))
        .route("/2/oauth2/revoke", post(oauth::revoke))
        .route("/2/users/me", get(api::me))
}
