//! Menus are `<details class="menu">`. Here they learn to close: by Escape, by a click elsewhere,
//! after a choice.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::dom;

const OPEN: &str = "details.menu[open]";

/// Listens on the whole page, once.
pub fn listen() {
    window_event_listener(ev::click, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        close_all_but(target.as_ref());
    });
    window_event_listener(ev::keydown, |event| {
        if event.key() == "Escape"
            && let Some(details) = dom::closest(&event, "details.menu[open], details.label[open]")
        {
            close(&details);
        }
    });
}

fn close_all_but(target: Option<&Node>) {
    for details in dom::body().map(|body| dom::find_all(&body, OPEN)).unwrap_or_default() {
        if !details.contains(target) {
            let _ = details.remove_attribute("open");
        }
    }
}

/// Closes the menu around something.
pub fn close_around(element: &Element) {
    if let Ok(Some(details)) = element.closest(OPEN) {
        close(&details);
    }
}

/// Folds it up and gives the keyboard to what opened it.
fn close(details: &Element) {
    let _ = details.remove_attribute("open");
    if let Some(summary) = dom::find(details, "summary") {
        let _ = summary.focus();
    }
}
