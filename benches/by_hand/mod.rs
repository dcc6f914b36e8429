//! The integrations page as one would write it without any framework: the same two SQL statements,
//! then text put together. It knows only the states that the benchmark's accounts are in, so it is
//! a limit, not a rival.

mod account;
mod drawings;

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use huntaze::server::db::accounts::AccountRow;
use huntaze::server::db::sessions::ActiveSession;
use huntaze::server::locale::Locale;
use huntaze::server::platform::Entry;
use huntaze::server::{Backend, db, identity};

use drawings::Drawings;

struct Site {
    backend: Backend,
    drawings: Drawings,
}

pub fn router(backend: Backend) -> Router {
    let drawings = Drawings::of(&backend);
    Router::new().route("/integrations", get(page)).with_state(Arc::new(Site { backend, drawings }))
}

async fn page(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    match answer(&site, &headers).await {
        Ok(Some(html)) => Html(html).into_response(),
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn answer(site: &Site, headers: &HeaderMap) -> db::Result<Option<String>> {
    let (db, now) = (&site.backend.db, site.backend.clock.now());
    let Some(secret) = identity::cookie(headers, "session") else { return Ok(None) };
    let Some(person) = db::sessions::by_token(db, &identity::hash(&secret), now).await? else {
        return Ok(None);
    };
    let rows = db::accounts::list_rows(db, person.workspace_id).await?;
    let mut page = String::with_capacity(16_384 + rows.len() * 8_192);
    document(&mut page, site, &person, &rows);
    Ok(Some(page))
}

/// Text as it may stand in HTML, also in an attribute.
#[derive(Clone, Copy)]
pub struct Escaped<'a>(pub &'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                _ => "&quot;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// Writing to a `String` never fails.
macro_rules! put {
    ($page:expr, $($text:tt)*) => { _ = write!($page, $($text)*) };
}
pub(crate) use put;

fn document(page: &mut String, site: &Site, person: &ActiveSession, rows: &[AccountRow]) {
    let nonce = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
    put!(
        page,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, \
         initial-scale=1, viewport-fit=cover\"><meta name=\"color-scheme\" content=\"light \
         dark\"><title>Integrations - Huntaze</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><link rel=\"stylesheet\" \
         href=\"/pkg/huntaze.css\">\
         <link rel=\"modulepreload\" href=\"/pkg/huntaze.js\" crossorigin=\"\"><link \
         rel=\"preload\" href=\"/pkg/huntaze.wasm\" \
         as=\"fetch\" type=\"application/wasm\" crossorigin=\"\"><script type=\"module\" \
         nonce=\"{nonce}\">{}</script></head><body>\
         <a class=\"skip\" href=\"#main\">Skip to content</a><aside class=\"banners\" \
         aria-label=\"Platforms in trouble\" \
         aria-live=\"polite\"><div data-live=\"banners\"></div></aside><div class=\"frame\">",
        drawings::START
    );
    navigation(page, site, person);
    let used = rows.chunk_by(|a, b| a.id == b.id).count();
    let limit = site.backend.config.tier_limit(&person.tier);
    put!(
        page,
        "<main id=\"main\" class=\"column\" tabindex=\"-1\"><header \
         class=\"head\"><h1>Integrations</h1><p class=\"soft \
         whitespace-nowrap\" data-live=\"usage\">{used} of {limit} accounts</p></header><div \
         data-live=\"full\"></div><div class=\"grid gap-4\">"
    );
    let reader = Locale::new(site.backend.clock.now(), &person.time_zone);
    for entry in site.backend.platforms.iter() {
        card(page, site, entry, rows, reader);
    }
    put!(page, "</div>{}</main></div>{}</body></html>", site.drawings.dialog, site.drawings.toasts);
}

fn navigation(page: &mut String, site: &Site, person: &ActiveSession) {
    let drawn = &site.drawings;
    put!(
        page,
        "<nav class=\"nav\" aria-label=\"Main\">{}<ul><li><a class=\"nav-link\" \
         href=\"/\">{}Home</a></li><li><a class=\"nav-link\" \
         href=\"/integrations\" aria-current=\"page\">{}Integrations</a></li><li \
         data-live=\"bell\"><a class=\"nav-link\" id=\"bell\" \
         href=\"/notices\"><span class=\"bell\">{}</span>Notices</a></li><li><a class=\"nav-link\" \
         href=\"/settings\">{}Settings</a></li></ul><p \
         class=\"sr-only\" aria-live=\"polite\" id=\"bell-voice\"><span \
         data-live=\"bell-voice\"></span></p>\
         <div class=\"viewer px-2.5 pb-2\"><p class=\"font-medium truncate\">{}</p><p \
         class=\"small soft truncate\">{}</p></div></nav>",
        drawn.brand,
        drawn.home,
        drawn.plug,
        drawn.bell,
        drawn.settings,
        Escaped(&person.name),
        Escaped(&person.email)
    );
}

fn card(page: &mut String, site: &Site, entry: &Entry, rows: &[AccountRow], reader: Locale) {
    let info = entry.info();
    let (id, name) = (&info.id, &info.name);
    let mine =
        || rows.chunk_by(|a, b| a.id == b.id).filter(|rows| rows[0].provider == entry.provider);
    let count = mine().count();
    let state = if count == 0 { "disconnected" } else { "connected" };
    put!(
        page,
        "<leptos-island data-component=\"IntegrationCard\" \
         data-props=\"{{&quot;provider&quot;:&quot;{id}&quot;}}\"><div data-provider=\"{id}\">\
         <leptos-children><section class=\"card panel\" aria-labelledby=\"platform-{id}\" \
         data-state=\"{state}\" data-live=\"card-{id}\" \
         tabindex=\"-1\"><header class=\"card-head\"><span class=\"mark\">{}</span><div><div \
         class=\"flex flex-wrap items-center gap-x-3\">\
         <h2 id=\"platform-{id}\">{name}</h2>",
        site.drawings.mark(id)
    );
    if count > 0 {
        put!(
            page,
            "<span class=\"badge badge-good\">{}Connected ({count})</span>",
            site.drawings.check_circle
        );
    }
    let (look, act) =
        if count == 0 { ("plain", "Add app") } else { ("quiet", "Add another account") };
    put!(
        page,
        "</div><p class=\"soft card-pitch\">{}</p></div><div class=\"card-act\"><a class=\"button \
         button-{look}\" \
         href=\"/platforms/connect/{id}\" id=\"add-{id}\" aria-label=\"{act}: {name}\" \
         data-dialog><span>{act}</span></a></div></header>",
        Escaped(&info.pitch)
    );
    if count > 0 {
        page.push_str("<ul class=\"rows\">");
        for rows in mine() {
            account::row(page, &site.drawings, entry, rows, reader);
        }
        page.push_str("</ul>");
    }
    page.push_str("</section></leptos-children></div></leptos-island>");
}
