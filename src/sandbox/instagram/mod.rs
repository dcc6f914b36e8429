//! Instagram by way of Facebook. Hosts `www.facebook.com` (consent) and `graph.facebook.com`
//! (tokens and the Graph API). <https://developers.facebook.com/docs/instagram-platform>,
//! <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>
//!
//! Its oddities: paths begin with a version, or without one go to the oldest; Facebook Login for
//! Business grants permissions all or not at all, and a Page of a Business Portfolio is in no list
//! of the person's Pages; there is no refresh token, a long-lived token is exchanged for its
//! successor while it lives; a Facebook Page stands between the person and the Instagram account,
//! and a missing field says that the account is a personal one; revoking ends everything the person
//! allowed.

mod api;
mod debug;
mod dialog;
mod errors;
mod fields;
mod graph;
mod people;
mod permissions;
mod portfolios;
#[cfg(test)]
mod tests;
mod tokens;

use axum::{
    Router,
    routing::{delete, get},
};

use super::{
    Sandbox,
    platform::{Lifetimes, Scope, Switch, Twin},
};

pub static TWIN: Twin = Twin {
    id: "instagram",
    name: "Instagram",
    accounts: people::accounts,
    scopes: &[
        scope(BASIC, "See the profile and posts of the Instagram accounts linked to your Pages"),
        scope("instagram_content_publish", "Publish to those Instagram accounts"),
        scope("instagram_manage_comments", "Read and answer comments on Instagram"),
        scope("instagram_manage_insights", "See Instagram insights"),
        scope(SHOW_PAGES, "See the list of Pages you manage"),
        scope("pages_read_engagement", "Read the content of your Pages"),
        scope("pages_manage_metadata", "Manage settings of your Pages"),
        scope(portfolios::MANAGE, "Manage your business"),
        scope("ads_management", "Manage ads of your accounts"),
        scope("ads_read", "Read ads of your accounts"),
    ],
    // The second is not a token's life: it is how long after the consent data may be read.
    lifetimes: Lifetimes { access: Some(5_183_944), refresh: Some(90 * 86_400) },
    switches: &[Switch {
        name: PARTIAL_GRANTS,
        words: "Classic Facebook Login: what is unticked is left out, the rest is granted",
        default: false,
    }],
    routes,
    failure: errors::failure,
    not_found: errors::not_found,
};

const BASIC: &str = "instagram_basic";
const SHOW_PAGES: &str = "pages_show_list";

/// What the saved configuration of Facebook Login for Business asks for.
const CONFIGURED: [&str; 8] = [
    BASIC,
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    SHOW_PAGES,
    "pages_read_engagement",
    "pages_manage_metadata",
    portfolios::MANAGE,
];

const PARTIAL_GRANTS: &str = "partialGrants";

/// Graph versions that still live; v20.0 ended on 24 September 2026.
/// <https://developers.facebook.com/docs/graph-api/changelog>
const VERSIONS: [&str; 6] = ["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"];

/// Facebook's page lets people untick; [`dialog`] knows what comes of it.
const fn scope(name: &'static str, words: &'static str) -> Scope {
    Scope { name, words, optional: true }
}

fn routes() -> Router<Sandbox> {
    VERSIONS.into_iter().fold(version_routes(), |router, version| {
        router.nest(&format!("/{version}"), version_routes())
    })
}

fn version_routes() -> Router<Sandbox> {
    Router::new()
        .route("/dialog/oauth", get(dialog::ask).post(dialog::decide))
        .route("/oauth/access_token", get(tokens::access_token).post(tokens::access_token))
        .route("/debug_token", get(debug::debug_token))
        .route("/{id}", get(api::node))
        .route("/{id}/accounts", get(api::accounts))
        .route("/{id}/businesses", get(portfolios::businesses))
        .route("/{id}/owned_pages", get(portfolios::owned_pages))
        .route("/{id}/client_pages", get(portfolios::client_pages))
        .route("/{id}/permissions", get(permissions::list).delete(permissions::revoke))
        .route("/{id}/permissions/{name}", delete(permissions::revoke_one))
}
