//! What the core knows of a platform: a table of its people, scopes, lifetimes and switches, its
//! routes, its errors.

use axum::{Router, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};

use super::Sandbox;

/// A fake platform.
pub struct Twin {
    /// Its path prefix, its name in the control API and in redirect URIs.
    pub id: &'static str,
    pub name: &'static str,
    /// The test accounts, as consent and control pages list them.
    pub accounts: fn() -> Vec<&'static Account>,
    /// Every scope the platform knows, in the words of the consent page.
    pub scopes: &'static [Scope],
    pub lifetimes: Lifetimes,
    pub switches: &'static [Switch],
    /// The platform's own paths. The core adds the prefix, the faults and the counting.
    pub routes: fn() -> Router<Sandbox>,
    /// The platform's own way of saying that something is wrong.
    pub failure: fn(&Failure) -> Response,
    /// Its answer to a path or a method that it does not serve.
    pub not_found: fn(path: &str) -> Response,
}

impl Twin {
    pub fn account(&self, id: &str) -> Option<&'static Account> {
        (self.accounts)().into_iter().find(|account| account.id == id)
    }

    pub fn scope(&self, name: &str) -> Option<&'static Scope> {
        self.scopes.iter().find(|scope| scope.name == name)
    }
}

/// What all platforms' test accounts have in common; the rest stands in the platform's folder.
pub struct Account {
    /// Stable, and the id by which the platform's API knows it where it has one.
    pub id: &'static str,
    pub name: &'static str,
    pub handle: &'static str,
    /// What this account is there to show; empty for an ordinary one.
    pub note: &'static str,
}

pub struct Scope {
    pub name: &'static str,
    pub words: &'static str,
    /// Whether the platform lets people untick it.
    pub optional: bool,
}

/// Lives of tokens in seconds. `None` in a platform's table: no end.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Lifetimes {
    #[serde(rename = "accessSeconds")]
    pub access: Option<i64>,
    #[serde(rename = "refreshSeconds")]
    pub refresh: Option<i64>,
}

/// A behaviour on which a platform differs from time to time, or in which sources disagree.
pub struct Switch {
    pub name: &'static str,
    pub words: &'static str,
    pub default: bool,
}

/// An error to be put in the platform's words.
pub struct Failure<'a> {
    pub status: StatusCode,
    /// One of the platform's own reasons, where the caller wants a particular one.
    pub reason: Option<&'a str>,
    /// The path called, without the platform's prefix: OAuth and API endpoints often fail in
    /// different shapes.
    pub path: &'a str,
    pub now: i64,
}
