//! The bell: a link to the notices that says how many are new. What is new is read out when it
//! comes, not when a page opens.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::model::Bell;

#[component]
pub fn BellLink(bell: Bell, current: bool) -> impl IntoView {
    let count = (bell.unread > 0).then(|| {
        let text = if bell.unread > 99 { "99+".to_owned() } else { bell.unread.to_string() };
        view! {
            <span class="bell-count" aria-hidden="true">
                {text}
            </span>
        }
    });
    let name = (bell.unread > 0).then(|| format!("Notices, {} unread", bell.unread));
    view! {
        <li data-live="bell" data-newest=bell.newest>
            <a
                class="nav-link"
                id="bell"
                href="/notices"
                aria-label=name
                aria-current=current.then_some("page")
            >
                <span class="bell">
                    <Icon glyph=Glyph::Bell />
                    {count}
                </span>
                "Notices"
            </a>
        </li>
    }
}

/// Reads the newest notice out when it changes: what is put into a live region later is announced,
/// what it begins with is not.
#[component]
pub fn BellVoice(bell: Bell) -> impl IntoView {
    view! {
        <p class="sr-only" aria-live="polite" id="bell-voice">
            <span data-live="bell-voice">
                {bell.newest.map(|title| format!("New notice: {title}"))}
            </span>
        </p>
    }
}
