//! The frame around every page, and what a page shows that can't be shown.

use std::future::Future;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::location::Url;

use super::{Banners, Brand, ButtonLink, Nav, PageHeader, Toasts, Variant};
use crate::api::answer_with;
use crate::api::frame::frame;
use crate::error::{AppError, Kind};
use crate::model::Frame;

/// A page within the frame. What it shows is a future of the frame, so that a page reads from top
/// to bottom and may end with `?`.
pub fn page<Body, Content>(body: impl FnOnce(Frame) -> Body + Send + 'static) -> impl IntoView
where
    Body: Future<Output = Result<Content, AppError>> + Send + 'static,
    Content: IntoView + Send + 'static,
{
    framed("column", body)
}

/// A page of one narrow column: logging in, registering.
pub fn page_alone<Body, Content>(body: impl FnOnce(Frame) -> Body + Send + 'static) -> impl IntoView
where
    Body: Future<Output = Result<Content, AppError>> + Send + 'static,
    Content: IntoView + Send + 'static,
{
    framed("column column-narrow", body)
}

fn framed<Body, Content>(
    column: &'static str,
    body: impl FnOnce(Frame) -> Body + Send + 'static,
) -> impl IntoView
where
    Body: Future<Output = Result<Content, AppError>> + Send + 'static,
    Content: IntoView + Send + 'static,
{
    let location = use_location();
    let (path, query) = (location.pathname.get_untracked(), location.search.get_untracked());
    let content = Suspend::new(async move {
        let (frame, content) = match frame().await {
            Ok(frame) => {
                let content = body(frame.clone()).await.map(|content| content.into_any());
                (frame, content)
            }
            Err(error) => (Frame::default(), Err(error)),
        };
        let here = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let content = content.unwrap_or_else(|error| view! { <Problem error here /> }.into_any());
        view! {
            <PageFrame frame path column>
                {content}
            </PageFrame>
        }
    });
    view! { <Suspense>{content}</Suspense> }
}

#[component]
fn PageFrame(
    frame: Frame,
    path: String,
    column: &'static str,
    children: Children,
) -> impl IntoView {
    let sandbox = frame.sandbox_url.map(|url| {
        view! {
            <aside class="sandbox-line" aria-label="Sandbox">
                <p>"Sandbox - no real accounts"</p>
                <a href=url>"Control page"</a>
            </aside>
        }
    });
    let alone = frame.viewer.is_none();
    let nav = match frame.viewer {
        Some(viewer) => view! { <Nav viewer bell=frame.bell at=frame.at path /> }.into_any(),
        None => view! { <GuestNav registration_open=frame.registration_open path /> }.into_any(),
    };
    let banners = (!alone).then(|| view! { <Banners banners=frame.banners /> });
    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        {sandbox}
        <Offline />
        {banners}
        <Toasts first=frame.flash.toast />
        <div class=if alone {
            "frame frame-alone"
        } else {
            "frame"
        }>
            {nav} <main id="main" class=column tabindex="-1">
                {children()}
            </main>
        </div>
    }
}

/// Shown by the browser while it has no connection.
#[component]
fn Offline() -> impl IntoView {
    view! {
        <div class="offline-line" aria-live="polite">
            <p id="offline" hidden>
                "You are offline. What you see is from before; what you press waits until you are \
                 back."
            </p>
        </div>
    }
}

/// What stands above a page for somebody who is not logged in.
#[component]
fn GuestNav(registration_open: bool, path: String) -> impl IntoView {
    let log_in = (path != "/login")
        .then(|| view! { <ButtonLink href="/login" text="Log in" look=Variant::Quiet /> });
    let register = (registration_open && path != "/register").then(
        || view! { <ButtonLink href="/register" text="Create account" look=Variant::Plain /> },
    );
    view! {
        <nav class="column door" aria-label="Main">
            <Brand />
            {log_in}
            {register}
        </nav>
    }
}

/// Says why a page can't be shown, and what to do.
#[component]
fn Problem(error: AppError, here: String) -> impl IntoView {
    answer_with(error.kind);
    let (title, act) = match error.kind {
        Kind::Unauthorized => {
            let href = format!("/login?next={}", Url::escape(&here));
            (
                "Log in to go on",
                view! { <ButtonLink href text="Log in" look=Variant::Primary /> }.into_any(),
            )
        }
        Kind::NotFound => (
            "Not found",
            view! { <ButtonLink href="/" text="Go to Home" look=Variant::Primary /> }.into_any(),
        ),
        Kind::Forbidden => (
            "Not allowed",
            view! { <ButtonLink href="/" text="Go to Home" look=Variant::Primary /> }.into_any(),
        ),
        _ => (
            "This page could not be shown",
            view! { <ButtonLink href=here text="Try again" look=Variant::Primary /> }.into_any(),
        ),
    };
    let reference = (!error.reference.is_empty())
        .then(|| view! { <p class="small soft mt-4">"Reference " {error.reference.clone()}</p> });
    view! {
        <PageHeader title />
        <section class="panel p-6">
            <p>{error.sentence}</p>
            <p class="soft mt-1 mb-5">{error.next}</p>
            {act}
            {reference}
        </section>
    }
}
