//! The marks of the platforms, in their colours.

use leptos::prelude::*;

use super::icon::drawing;

/// Those that are drawn; another platform gets a ring until it is.
const DRAWN: [&str; 6] = ["instagram", "tiktok", "youtube", "x", "reddit", "onlyfans"];

/// The mark of a platform by its id. Its name always stands beside it.
#[component]
pub fn PlatformMark<'a>(platform: &'a str) -> impl IntoView + use<> {
    let name = if DRAWN.contains(&platform) { platform } else { "other" };
    view! {
        <svg class="platform-mark" aria-hidden="true">
            <use href=drawing(&["mark-", name].concat())></use>
        </svg>
    }
}
