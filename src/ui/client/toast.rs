//! Messages that float up and are read out. Good news leaves by itself, errors stay until they are
//! dismissed.

use std::time::Duration;

use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use web_sys::{HtmlElement, Storage};

use super::dom;
use super::wire::Value;
use crate::model::{Toast, ToastKind};

const STAYS: Duration = Duration::from_secs(6);
/// What waits for the next page, in the storage of this tab.
const CARRIED: &str = "toast";

pub fn show(toast: &Toast) {
    let (template, region) = match toast.kind {
        ToastKind::Success => ("toast-success", "toasts"),
        ToastKind::Info => ("toast-info", "toasts"),
        ToastKind::Error => ("toast-error", "toasts-error"),
    };
    let (Some(element), Some(region)) =
        (dom::copy_of(template), document().get_element_by_id(region))
    else {
        return;
    };
    let reference = toast.reference.as_ref().map(|code| ["Reference ", code].concat());
    for (part, text) in [
        ("title", Some(&toast.title)),
        ("text", Some(&toast.text)),
        ("reference", reference.as_ref()),
    ] {
        if let Some(place) = dom::find(&element, &["[data-toast-", part, "]"].concat()) {
            place.set_text_content(text.map(String::as_str));
        }
    }
    if region.append_child(&element).is_ok() && toast.kind != ToastKind::Error {
        go_later(element);
    }
}

/// Goes after a while, but not while somebody reads it with pointer or keyboard.
fn go_later(toast: HtmlElement) {
    set_timeout(
        move || match toast.matches(":hover, :focus-within") {
            Ok(true) => go_later(toast),
            _ => toast.remove(),
        },
        STAYS,
    );
}

/// What a page begins with: the server's message, put in again so that it is read out, and one
/// carried over.
pub fn begin() {
    let shown = dom::body().map(|body| dom::find_all(&body, ".toast")).unwrap_or_default();
    for toast in shown {
        if let Some(region) = toast.parent_element() {
            toast.remove();
            let _ = region.append_child(&toast);
            if region.id() == "toasts" {
                go_later(toast);
            }
        }
    }
    if let Some(carried) = storage().and_then(|storage| storage.get_item(CARRIED).ok().flatten()) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(CARRIED);
        }
        if let Some(toast) = Value::of_text(&carried).and_then(|value| value.toast()) {
            show(&toast);
        }
    }
    // A page that the browser kept while another site was shown: its forms are still busy and its
    // data is old.
    window_event_listener(ev::pageshow, |event| {
        if event.persisted() {
            dom::reload();
        }
    });
}

/// Leaves words of our own for the page that comes next.
pub fn leave(title: &str) {
    if let Some(storage) = storage() {
        let _ =
            storage.set_item(CARRIED, &["{\"kind\":\"info\",\"title\":\"", title, "\"}"].concat());
    }
}

/// Leaves a message for the page that comes next.
pub fn store_toast(toast: &Value) {
    if toast.toast().is_none() {
        return;
    }
    if let (Some(storage), Some(text)) = (storage(), toast.to_text()) {
        let _ = storage.set_item(CARRIED, &text);
    }
}

/// The cross of a message.
pub fn click(event: MouseEvent) {
    if let Some(toast) = dom::closest(&event, ".toast-close")
        .and_then(|cross| cross.closest(".toast").ok().flatten())
    {
        toast.remove();
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
