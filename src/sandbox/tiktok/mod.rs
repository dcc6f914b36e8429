//! TikTok. Hosts `www.tiktok.com` (consent) and `open.tiktokapis.com` (tokens and API).
//! <https://developers.tiktok.com/doc/login-kit-web>,
//! <https://developers.tiktok.com/doc/login-kit-desktop>
//!
//! Its oddities: `client_key`; scopes between commas; PKCE only for a desktop app, and its
//! challenge in hexadecimal; errors are flat at the token endpoint and an object everywhere else;
//! whether something went well stands in the body, never in the status; a refresh kills the token
//! it used.

mod api;
mod authorize;
mod creator;
mod errors;
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
    id: "tiktok",
    name: "TikTok",
    accounts: people::accounts,
    scopes: &[
        Scope {
            name: BASIC,
            words: "Read your profile info (avatar, display name)",
            optional: false,
        },
        scope(PROFILE, "Read access to your username, bio and verification status"),
        scope(STATS, "Read access to your follower and video counts"),
        scope("video.list", "Read your public videos on TikTok"),
        scope("video.upload", "Upload draft content to your account"),
        scope(PUBLISH, "Post content to TikTok"),
    ],
    // Until mid-2026: 86,400 and 31,536,000.
    lifetimes: Lifetimes { access: Some(7_200), refresh: Some(180 * 86_400) },
    switches: &[
        Switch {
            name: ERRORS_WITH_200,
            words: "The token endpoint answers its errors with status 200",
            default: false,
        },
        Switch {
            name: TOO_MANY_POSTS,
            words: "Everybody has posted too much today (spam_risk_too_many_posts)",
            default: false,
        },
        Switch {
            name: CAP_REACHED,
            words: "The app has too many posting users today (reached_active_user_cap)",
            default: false,
        },
        Switch {
            name: NO_DISPLAY_API,
            words: "The app is a new one: without user.info.profile, user.info.stats, video.list",
            default: false,
        },
    ],
    routes,
    failure: errors::failure,
    not_found: errors::not_found,
};

const BASIC: &str = "user.info.basic";
const PROFILE: &str = "user.info.profile";
const STATS: &str = "user.info.stats";
const PUBLISH: &str = "video.publish";

const ERRORS_WITH_200: &str = "errorsWith200";
const TOO_MANY_POSTS: &str = "tooManyPosts";
const CAP_REACHED: &str = "userCapReached";
const NO_DISPLAY_API: &str = "noDisplayApi";

/// What TikTok has given to no new app since 2026.
const DISPLAY_API: [&str; 3] = [PROFILE, STATS, "video.list"];

const fn scope(name: &'static str, words: &'static str) -> Scope {
    Scope { name, words, optional: true }
}

fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v2/auth/authorize/", get(authorize::ask).post(authorize::decide))
        .route("/v2/oauth/token/", post(tokens::token))
        .route("/v2/oauth/revoke/", post(tokens::revoke))
        .route("/v2/user/info/", get(api::user))
        .route("/v2/post/publish/creator_info/query/", post(creator::creator_info))
}
