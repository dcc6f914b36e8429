//! The way around: at the side of a wide window, at the bottom of a narrow one. What does not exist
//! is not shown.

use leptos::prelude::*;

use super::{BellLink, BellVoice, Glyph, Icon};
use crate::model::{Bell, Viewer};

const PLACES: [(&str, &str, Glyph); 2] =
    [("/", "Home", Glyph::Home), ("/integrations", "Integrations", Glyph::Plug)];

#[component]
pub fn Nav(viewer: Viewer, bell: Bell, at: String, path: String) -> impl IntoView {
    let link =
        |(href, name, glyph)| view! { <NavLink href name glyph current=leads_to(href, &path) /> };
    let links = PLACES.map(link).collect_view();
    let settings = link(("/settings", "Settings", Glyph::Settings));
    view! {
        <nav class="nav" aria-label="Main" data-at=at>
            <Brand />
            <ul>{links} <BellLink bell=bell.clone() current=path == "/notices" /> {settings}</ul>
            <BellVoice bell />
            <div class="viewer px-2.5 pb-2">
                <p class="font-medium truncate">{viewer.name}</p>
                <p class="small soft truncate">{viewer.email}</p>
            </div>
        </nav>
    }
}

#[component]
fn NavLink(href: &'static str, name: &'static str, glyph: Glyph, current: bool) -> impl IntoView {
    view! {
        <li>
            <a class="nav-link" href=href aria-current=current.then_some("page")>
                <Icon glyph />
                {name}
            </a>
        </li>
    }
}

/// Whether a place of the navigation is the one that a page belongs to.
fn leads_to(place: &str, path: &str) -> bool {
    match place {
        "/integrations" => path.starts_with("/integrations") || path.starts_with("/platforms"),
        "/settings" => path.starts_with("/settings"),
        _ => path == place,
    }
}

/// The name of the house.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg
                viewBox="0 0 32 32"
                fill="none"
                stroke="currentColor"
                stroke-width="3.4"
                stroke-linecap="round"
                aria-hidden="true"
            >
                <path d="M8 5v22M24 5v22M8 16h3.6m8.8 0H24" />
                <circle cx="16" cy="16" r="4" />
            </svg>
            "Huntaze"
        </a>
    }
}
