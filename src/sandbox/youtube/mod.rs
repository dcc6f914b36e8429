//! YouTube. Hosts `accounts.google.com` and `oauth2.googleapis.com` (OAuth), `www.googleapis.com`
//! (the Data API).
//! <https://developers.google.com/identity/protocols/oauth2/web-server>,
//! <https://developers.google.com/youtube/v3/docs>
//!
//! Its oddities: a refresh token comes only with `access_type=offline` and on the first grant or
//! with `prompt=consent`; it is never repeated; people may untick scopes; counts are texts;
//! revoking any token ends every grant of that person.

mod api;
mod authorize;
mod errors;
mod fields;
mod id_token;
mod people;
#[cfg(test)]
mod tests;
mod tokens;

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    Sandbox,
    platform::{Lifetimes, Scope, Switch, Twin},
};

pub static TWIN: Twin = Twin {
    id: "youtube",
    name: "YouTube",
    accounts: people::accounts,
    scopes: &[
        scope(UPLOAD, "Manage your YouTube videos"),
        scope(READONLY, "View your YouTube account"),
        scope(
            FORCE_SSL,
            "See, edit and permanently delete your YouTube videos, ratings, comments and captions",
        ),
        scope("https://www.googleapis.com/auth/youtube", "Manage your YouTube account"),
        scope(
            "https://www.googleapis.com/auth/yt-analytics.readonly",
            "View YouTube Analytics reports for your content",
        ),
        login("openid", "Know who you are on Google"),
        login("email", "See your e-mail address"),
        login("profile", "See your name and picture"),
    ],
    // A refresh token dies when it was not used for six months.
    lifetimes: Lifetimes { access: Some(3_599), refresh: Some(182 * 86_400) },
    switches: &[Switch {
        name: SIGNUP_REQUIRED,
        words: "Without a channel: 401 youtubeSignupRequired instead of an empty list",
        default: false,
    }],
    routes,
    failure: errors::failure,
    not_found: errors::not_found,
};

const UPLOAD: &str = "https://www.googleapis.com/auth/youtube.upload";
const READONLY: &str = "https://www.googleapis.com/auth/youtube.readonly";
const FORCE_SSL: &str = "https://www.googleapis.com/auth/youtube.force-ssl";
const SIGNUP_REQUIRED: &str = "signupRequired";

const fn scope(name: &'static str, words: &'static str) -> Scope {
    Scope { name, words, optional: true }
}

/// Scopes of logging in are not offered for unticking.
const fn login(name: &'static str, words: &'static str) -> Scope {
    Scope { name, words, optional: false }
}

fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/o/oauth2/v2/auth", get(authorize::ask).post(authorize::decide))
        .route("/token", post(tokens::token))
        .route("/revoke", post(tokens::revoke))
        .route("/tokeninfo", get(tokens::info).post(tokens::info))
        .route("/oauth2/v3/certs", get(id_token::certs))
        .route("/youtube/v3/channels", get(api::channels))
}
