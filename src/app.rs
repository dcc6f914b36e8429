//! The document around every page, and every address there is.

use leptos::hydration::AutoReload;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{Meta, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_url;
use leptos_router::{SsrMode, path};

use crate::api;
use crate::model::Site;
use crate::ui::pages::{
    AuditLogPage, ChoosePage, ConnectPage, DeletePage, DisconnectPage, ForgotPage, HomePage,
    IntegrationsPage, JobsPage, LandingPage, LoginPage, MailPage, NotFoundPage, NoticesPage,
    RedirectPage, ReferencePage, RegisterPage, ResetPage, SettingsPage, VerifyPage,
};

const SLOGAN: &str = "Huntaze - every account you earn with, in one place";
const DESCRIPTION: &str = "Connect the accounts you earn with. See at a glance which ones work, \
    which ones need you, and what to do about it.";

/// The HTML document. Only the server makes it.
pub fn shell(options: &LeptosOptions, site: &Site) -> impl IntoView + use<> {
    let scripts = view! {
        <AutoReload options=options.clone() />
        <Islands site />
        <MetaTags />
    };
    document(site, scripts, view! { <App /> })
}

/// The document that takes a person on to `url` by itself: without scripts, and without anything
/// that could slow it down.
pub fn onward(site: &Site, name: String, url: String) -> impl IntoView + use<> {
    let head = view! {
        <meta http-equiv="refresh" content=format!("0;url={url}") />
        <title>{format!("Opening {name} - Huntaze")}</title>
    };
    document(site, head, view! { <RedirectPage name url /> })
}

/// Starts the islands, in place of leptos' `HydrationScripts`: that one writes the nonce into
/// `crossorigin`, which browsers don't hide from the selectors of a style sheet as they hide
/// `nonce`, reads the files' names for every page, and looks at every element of it. What
/// `hydrate.js` does with an island is what leptos' `island_script.js` does.
#[component]
fn Islands<'a>(site: &'a Site) -> impl IntoView + use<> {
    // Outside of an island nothing is hydrated, so nothing is written for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    view! {
        <link rel="modulepreload" href=site.module.clone() crossorigin="" />
        <link
            rel="preload"
            href=site.wasm.clone()
            r#as="fetch"
            r#type="application/wasm"
            crossorigin=""
        />
        <script type="module" nonce=use_nonce()>
            {include_str!("hydrate.js")}
        </script>
    }
}

fn document<H: IntoView, B: IntoView>(site: &Site, head: H, body: B) -> impl IntoView + use<H, B> {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover"
                />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#f8f6f3" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#151412" media="(prefers-color-scheme: dark)" />
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/site.webmanifest" />
                <link rel="stylesheet" href=site.style.clone() />
                {head}
            </head>
            <body>{body}</body>
        </html>
    }
}

/// Every address there is, and whom its page is for. A page is complete before it is sent
/// (`SsrMode::Async`), so that it works without scripts.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=title />
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/") view=members(HomePage) ssr=SsrMode::Async />
                <Route path=path!("/register") view=guests(RegisterPage) ssr=SsrMode::Async />
                <Route path=path!("/login") view=guests(LoginPage) ssr=SsrMode::Async />
                <Route path=path!("/forgot") view=public(ForgotPage) ssr=SsrMode::Async />
                <Route path=path!("/reset") view=ResetPage ssr=SsrMode::Async />
                <Route path=path!("/verify") view=VerifyPage ssr=SsrMode::Async />
                <Route
                    path=path!("/integrations")
                    view=members(IntegrationsPage)
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/integrations/:account/disconnect")
                    view=members(DisconnectPage)
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/integrations/choose/:flow")
                    view=members(ChoosePage)
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/platforms/connect")
                    view=public(ConnectPage)
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/platforms/connect/:platform")
                    view=public(LandingPage)
                    ssr=SsrMode::Async
                />
                <Route path=path!("/operations/jobs") view=members(JobsPage) ssr=SsrMode::Async />
                <Route path=path!("/operations/mail") view=members(MailPage) ssr=SsrMode::Async />
                <Route path=path!("/api/docs") view=ReferencePage ssr=SsrMode::Async />
                <Route path=path!("/notices") view=members(NoticesPage) ssr=SsrMode::Async />
                <Route path=path!("/settings") view=members(SettingsPage) ssr=SsrMode::Async />
                <Route
                    path=path!("/settings/audit")
                    view=members(AuditLogPage)
                    ssr=SsrMode::Async
                />
                <Route path=path!("/settings/delete") view=members(DeletePage) ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// A page for people who are logged in. Others go to the log-in, and come back.
fn members<V: IntoView>(
    page: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> impl Fn() -> Option<V> + Clone + Send + Sync + 'static {
    move || api::admits_members().then(&page)
}

/// A page for people who are not logged in. Others go home.
fn guests<V: IntoView>(
    page: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> impl Fn() -> Option<(Option<AnyView>, V)> + Clone + Send + Sync + 'static {
    let page = public(page);
    move || api::admits_guests().then(&page)
}

/// A page for everybody, that people send each other.
fn public<V: IntoView>(
    page: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> impl Fn() -> (Option<AnyView>, V) + Clone + Send + Sync + 'static {
    move || (preview(), page())
}

/// What is shown of a page where somebody posts its address, and what search engines say of it. Of
/// the address the path alone: what follows may be meant for one person.
fn preview() -> Option<AnyView> {
    let site = use_context::<Site>()?;
    let url = format!("{}{}", site.public_url, use_url().read_untracked().path());
    let image = format!("{}/preview.png", site.public_url);
    let tags = view! {
        <Meta name="description" content=DESCRIPTION />
        <Meta property="og:type" content="website" />
        <Meta property="og:site_name" content="Huntaze" />
        <Meta property="og:title" content=SLOGAN />
        <Meta property="og:description" content=DESCRIPTION />
        <Meta property="og:url" content=url />
        <Meta property="og:image" content=image />
        <Meta property="og:image:width" content="1200" />
        <Meta property="og:image:height" content="630" />
        <Meta name="twitter:card" content="summary_large_image" />
    };
    Some(tags.into_any())
}

/// What the browser's tab says. Names out of platforms stand in titles, and leptos writes a title
/// into the HTML as it is.
fn title(page: String) -> String {
    let page = page.replace('&', "&amp;").replace('<', "&lt;");
    if page.is_empty() { "Huntaze".to_owned() } else { format!("{page} - Huntaze") }
}
