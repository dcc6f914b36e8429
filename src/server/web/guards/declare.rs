//! What a route says of itself where it is declared: that it is for people who are logged in, a
//! rate limit of its own, that it is done once for a key, that it runs to its end. REST routes
//! carry it into their description.

use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::routing::MethodRouter;
use serde_json::Value;
use utoipa::openapi::extensions::Extensions;
use utoipa_axum::router::UtoipaMethodRouter;

use super::super::kit::App;
use super::{idempotency, identify, rate_limit, run_to_completion};
use crate::server::Backend;
use crate::server::limits::Class;

/// How the description names what a route says of itself.
pub const LOGIN: &str = "x-login";
pub const LIMIT: &str = "x-rate-limit-class";
pub const IDEMPOTENT: &str = "x-done-once";

pub trait Guarded: Sized {
    /// Refuses whoever is not logged in, before anything of the request is looked at.
    fn require_login(self) -> Self;

    /// A rate limit of its own, besides the one of the person.
    fn limited(self, class: Class) -> Self;

    /// Takes an `Idempotency-Key`.
    fn idempotent(self) -> Self;

    /// Changes something though it is only asked for.
    fn run_to_end(self) -> Self;
}

impl Guarded for MethodRouter<App> {
    fn require_login(self) -> Self {
        self.layer(from_fn(
            |Extension(backend): Extension<Backend>, request: Request, next: Next| {
                identify::require_login(backend, request, next)
            },
        ))
    }

    fn limited(self, class: Class) -> Self {
        self.layer(from_fn(
            move |Extension(backend): Extension<Backend>, request: Request, next: Next| {
                rate_limit::by_class(class, backend, request, next)
            },
        ))
    }

    fn idempotent(self) -> Self {
        self.layer(from_fn(
            |Extension(backend): Extension<Backend>, request: Request, next: Next| {
                idempotency::apply_idempotency_key(backend, request, next)
            },
        ))
    }

    fn run_to_end(self) -> Self {
        self.layer(from_fn(
            |Extension(backend): Extension<Backend>, request: Request, next: Next| {
                run_to_completion(State(backend), request, next)
            },
        ))
    }
}

impl Guarded for UtoipaMethodRouter<App> {
    fn require_login(self) -> Self {
        let (schemas, paths, router) = describe(self, LOGIN, true);
        (schemas, paths, router.require_login())
    }

    fn limited(self, class: Class) -> Self {
        let (schemas, paths, router) = describe(self, LIMIT, class.as_str());
        (schemas, paths, router.limited(class))
    }

    fn idempotent(self) -> Self {
        let (schemas, paths, router) = describe(self, IDEMPOTENT, true);
        (schemas, paths, router.idempotent())
    }

    fn run_to_end(self) -> Self {
        let (schemas, paths, router) = self;
        (schemas, paths, router.run_to_end())
    }
}

fn describe(
    (schemas, mut paths, router): UtoipaMethodRouter<App>,
    name: &str,
    value: impl Into<Value>,
) -> UtoipaMethodRouter<App> {
    let value = value.into();
    for item in paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let said = operation.extensions.get_or_insert_with(Extensions::default);
            said.insert(name.to_owned(), value.clone());
        }
    }
    (schemas, paths, router)
}
