//! OnlyFans: `onlyfans.com`, whose private endpoints know no OAuth, only a browser's session.
//! Nothing of this is documented by OnlyFans; it follows public code that speaks to these
//! endpoints, such as <https://github.com/datawhores/OF-Scraper>.
//!
//! Its oddities: every call is signed by rules that change with the web build; session, `x-bc` and
//! User-Agent belong together, and a wrong one ends the session in the browser too; a session is
//! replaced at will by `Set-Cookie`; whether somebody is logged in stands in the body.

mod api;
mod errors;
mod guard;
mod login;
mod people;
mod rules;
#[cfg(test)]
mod tests;

use axum::{Router, routing::get};

use super::{
    Sandbox,
    platform::{Lifetimes, Switch, Twin},
};

pub static TWIN: Twin = Twin {
    id: "onlyfans",
    name: "OnlyFans",
    accounts: people::accounts,
    scopes: &[],
    // A session lasts until it is ended; set a life to see it logged out by itself.
    lifetimes: Lifetimes { access: None, refresh: None },
    switches: &[
        Switch {
            name: NEW_RULES,
            words: "A new web build is out: other signing rules, the old ones are refused",
            default: false,
        },
        Switch {
            name: IDENTITY_CHECK,
            words: "Everybody must pass an identity check first (code 101)",
            default: false,
        },
        Switch {
            name: ROTATES_SESSION,
            words: "Every answer replaces the session by Set-Cookie; the old one is dead",
            default: false,
        },
        Switch {
            name: CHECKS_TIME,
            words: "A `time` header more than ten minutes off is refused",
            default: true,
        },
    ],
    routes,
    failure: errors::failure,
    not_found: errors::not_found,
};

const NEW_RULES: &str = "newRules";
const IDENTITY_CHECK: &str = "identityCheck";
const ROTATES_SESSION: &str = "rotatesSession";
const CHECKS_TIME: &str = "checksTime";

fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/login", get(login::page).post(login::hand_out))
        .route("/session", get(login::session))
        .route("/rules.json", get(rules::file))
        .route("/api2/v2/users/me", get(api::me))
        .route("/api2/v2/subscriptions/count/all", get(api::count))
}
