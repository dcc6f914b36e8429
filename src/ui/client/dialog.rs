//! Confirmations are pages of their own; in an island a link marked `data-dialog` opens its page's
//! `data-dialog` part in place. `<dialog>` itself keeps the keyboard inside, closes on Escape and
//! gives the keyboard back.

use leptos::ev::MouseEvent;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use super::{dom, menu, wire};

/// A click somewhere in an island.
pub fn click(event: MouseEvent) {
    // With a modifier key or another button the browser opens the page in a tab of its own.
    let plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if let Some(link) = dom::closest(&event, "a[data-dialog]").filter(|_| plain) {
        event.prevent_default();
        open(&link);
    } else if let Some(dialog) = leaving(&event) {
        event.prevent_default();
        dialog.close();
    }
}

/// The dialog that a click closes: on its way back, or outside of it.
fn leaving(event: &MouseEvent) -> Option<HtmlDialogElement> {
    let target: Element = event.target()?.dyn_into().ok()?;
    match target.closest("[data-close]").ok()? {
        Some(way_back) => way_back.closest("dialog").ok()??.dyn_into().ok(),
        // The veil belongs to the dialog element; everything within has an element of its own.
        None => target.dyn_into().ok(),
    }
}

fn open(link: &HtmlElement) {
    let Some(href) = link.get_attribute("href") else {
        return;
    };
    let (Some(root), Some(dialog)) =
        (link.closest("leptos-island").ok().flatten(), dom::copy_of("dialog-template"))
    else {
        return dom::go(&href);
    };
    menu::close_around(link);
    let Ok(dialog) = dialog.dyn_into::<HtmlDialogElement>() else {
        return dom::go(&href);
    };
    // Inside the island, so that its forms are live as well.
    let home = root.first_element_child().unwrap_or(root);
    if home.append_child(&dialog).is_err() || dialog.show_modal().is_err() {
        return dom::go(&href);
    }
    remove_when_closed(&dialog);
    spawn_local(fill(dialog, href));
}

async fn fill(dialog: HtmlDialogElement, href: String) {
    let page = wire::page(&href)
        .await
        .ok()
        .and_then(|page| page.query_selector("main [data-dialog-page]").ok()?);
    let (Some(page), Some(body)) = (page, dom::find(&dialog, "[data-dialog-body]")) else {
        return dom::go(&href);
    };
    if !dialog.open() {
        return;
    }
    body.set_inner_html(&page.inner_html());
    if let Some(title) = dom::find(&body, "h1") {
        let _ = dialog.set_attribute("aria-label", &title.text_content().unwrap_or_default());
        title.set_tab_index(-1);
        let _ = title.focus();
    }
}

fn remove_when_closed(dialog: &HtmlDialogElement) {
    let closing = dialog.clone();
    let remove = Closure::once_into_js(move || closing.remove());
    let _ = dialog.add_event_listener_with_callback("close", remove.unchecked_ref());
}

/// Closes the dialog around something, if there is one.
pub fn close_around(element: &Element) {
    if let Some(dialog) = element
        .closest("dialog")
        .ok()
        .flatten()
        .and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
    {
        dialog.close();
    }
}
