//! Without a connection a quiet line says so, and what is pressed waits.

use leptos::ev;
use leptos::prelude::*;
use web_sys::js_sys::Promise;

/// The line that the server drew, hidden.
const LINE: &str = "offline";

/// Listens on the whole page, once.
pub fn listen() {
    window_event_listener(ev::online, |_| tell());
    window_event_listener(ev::offline, |_| tell());
    tell();
}

fn tell() {
    if let Some(line) = document().get_element_by_id(LINE) {
        let _ = line.toggle_attribute_with_force("hidden", is_online());
    }
}

pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Waits for a connection. Nothing was sent yet, so nothing can be sent twice.
pub async fn connection() {
    if is_online() {
        return;
    }
    let back = Promise::new(&mut |resolve, _| {
        let _ = window().add_event_listener_with_callback("online", &resolve);
    });
    let _ = back.await;
}
