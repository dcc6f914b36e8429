//! The keyboard, the search and the memory of a list of links that choose what a page shows. The
//! options are links, so a choice is a page of its own and stands in the address.

use leptos::ev::{Event, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::js_sys::JsString;
use web_sys::{Element, HtmlElement, HtmlInputElement, Storage};

use super::{dom, menu};

const REMEMBERED: &str = "account";

/// Arrows, Home and End move through the options; from the button the down arrow opens the list.
pub fn key(event: KeyboardEvent) {
    let Some(list) = dom::closest(&event, "details") else {
        return;
    };
    let key = event.key();
    if !matches!(key.as_str(), "ArrowDown" | "ArrowUp" | "Home" | "End") {
        return;
    }
    if dom::closest(&event, "input").is_some() && key != "ArrowDown" {
        return;
    }
    event.prevent_default();
    let _ = list.set_attribute("open", "");
    let options = dom::find_all(&list, "[role=option]:not([hidden])");
    let at = document()
        .active_element()
        .and_then(|focused| options.iter().position(|option| **option == focused));
    let next = match (key.as_str(), at) {
        ("ArrowDown", None) => options
            .iter()
            .position(|option| option.get_attribute("aria-selected").as_deref() == Some("true"))
            .unwrap_or(0),
        ("ArrowDown", Some(at)) => at + 1,
        ("ArrowUp", at) => at.unwrap_or_default().saturating_sub(1),
        ("End", _) => usize::MAX,
        _ => 0,
    };
    if let Some(option) = options.get(next.min(options.len().saturating_sub(1))) {
        let _ = option.focus();
    }
}

/// Hides what does not contain the typed words.
pub fn search(event: Event) {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    let Some(list) = dom::closest(&event, "details") else {
        return;
    };
    let typed = lower(&input.value()).trim();
    for option in dom::find_all(&list, "[role=option]") {
        let text = lower(&option.text_content().unwrap_or_default());
        option.set_hidden(!text.includes(&String::from(&typed), 0));
    }
}

/// The browser's own knowledge of letters: Rust's would be sent along.
fn lower(text: &str) -> JsString {
    JsString::from(text).to_lower_case()
}

/// Keeps the choice for the next visit.
pub fn remember(event: MouseEvent) {
    let (Some(option), Some(storage)) = (dom::closest(&event, "[role=option]"), storage()) else {
        return;
    };
    let _ = match option.get_attribute("data-account") {
        Some(account) => storage.set_item(REMEMBERED, &account),
        None => storage.remove_item(REMEMBERED),
    };
    menu::close_around(&option);
}

/// Opens the page as it was left, unless its address already says what to show.
pub fn recall() {
    let chosen = window().location().search().is_ok_and(|query| query.contains("account="));
    let remembered = storage().and_then(|storage| storage.get_item(REMEMBERED).ok().flatten());
    let (false, Some(account)) = (chosen, remembered) else {
        return;
    };
    match dom::body()
        .and_then(|body| option_of(&body, &account))
        .and_then(|option| option.get_attribute("href"))
    {
        Some(href) => drop(window().location().replace(&href)),
        // The account is gone.
        None => drop(storage().map(|storage| storage.remove_item(REMEMBERED))),
    }
}

fn option_of(body: &Element, account: &str) -> Option<HtmlElement> {
    dom::find_all(body, "[data-account]")
        .into_iter()
        .find(|option| option.get_attribute("data-account").as_deref() == Some(account))
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
