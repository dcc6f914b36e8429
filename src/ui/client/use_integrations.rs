//! Keeps the page fresh without a reload: the server says that something changed, and the page
//! looks. It also looks when somebody comes back to it, when the connection does, and every five
//! minutes.
//!
//! A page that nobody sees holds no stream: browsers open six connections to a server of HTTP/1.1,
//! for all of its tabs together.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::js_sys::{Date, Function, Math};
use web_sys::{EventSource, MessageEvent};

use super::revalidate::{RevalidateOutcome, look};
use super::{dom, offline, toast};

/// However often it is asked for, the page is fetched once in so many milliseconds.
const APART: f64 = 2_000.0;
const EVERY: Duration = Duration::from_secs(300);
const RETRIES: u32 = 3;
const RETRY: Duration = Duration::from_secs(5);
const FIRST_PAUSE: f64 = 1_000.0;
const LONGEST_PAUSE: f64 = 60_000.0;

thread_local! {
    static STREAM: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    /// Connections that failed, one after another.
    static FAILED: Cell<i32> = const { Cell::new(0) };
    /// A new connection is on its way.
    static WAITING: Cell<bool> = const { Cell::new(false) };
    static LOOKED: Cell<f64> = const { Cell::new(0.0) };
    static PLANNED: Cell<bool> = const { Cell::new(false) };
    static HEARD: Function = handler(on_message);
    static LOST: Function = handler(|_| lost());
}

fn handler(act: fn(MessageEvent)) -> Function {
    Closure::<dyn Fn(MessageEvent)>::new(act).into_js_value().unchecked_into()
}

/// Begins on the pages of somebody who is logged in.
pub fn use_integrations() {
    let Some(at) = drawn_at() else { return };
    connect(Some(&at));
    window_event_listener_untyped("visibilitychange", |_| {
        if document().hidden() { disconnect() } else { come_back() }
    });
    window_event_listener(ev::online, |_| come_back());
    window_event_listener(ev::offline, |_| disconnect());
    window_event_listener(ev::focus, |_| look_soon());
    set_interval(look_soon, EVERY);
}

/// When the server drew this page; nothing where nobody is logged in.
fn drawn_at() -> Option<String> {
    let body = dom::body()?;
    dom::find(&body, "nav[data-at]")?.get_attribute("data-at")
}

fn come_back() {
    FAILED.set(0);
    if STREAM.with_borrow(Option::is_none) {
        connect(None);
    }
    look_soon();
}

fn connect(since: Option<&str>) {
    disconnect();
    if document().hidden() || !offline::is_online() {
        return;
    }
    let url =
        since.map_or("/api/events".to_owned(), |since| ["/api/events?since=", since].concat());
    let Ok(stream) = EventSource::new(&url) else { return };
    HEARD.with(|on_message| stream.set_onmessage(Some(on_message)));
    LOST.with(|lost| {
        stream.set_onerror(Some(lost));
        // The session is over: the page that is looked at says so.
        let _ = stream.add_event_listener_with_callback("ended", lost);
    });
    STREAM.set(Some(stream));
}

fn disconnect() {
    if let Some(stream) = STREAM.take() {
        stream.set_onerror(None);
        stream.close();
    }
}

fn on_message(event: MessageEvent) {
    let back = FAILED.replace(0) > 0;
    if back || event.data().as_string().as_deref() == Some("changed") {
        look_soon();
    }
}

/// The browser would come back by itself, but at a fixed pace and never after an error of the
/// server.
fn lost() {
    disconnect();
    let failed = FAILED.get();
    FAILED.set(failed + 1);
    if failed == 0 {
        look_soon();
    }
    if WAITING.replace(true) {
        return;
    }
    // Half as long up to half as long again, so that not all come back at once.
    let pause =
        (FIRST_PAUSE * 2f64.powi(failed.min(6))).min(LONGEST_PAUSE) * (0.5 + Math::random());
    set_timeout(
        || {
            WAITING.set(false);
            if STREAM.with_borrow(Option::is_none) {
                connect(None);
            }
        },
        Duration::from_millis(pause as u64),
    );
}

/// Looks at once, or as soon as the last look is long enough ago. What changes meanwhile is seen by
/// the same look.
fn look_soon() {
    if document().hidden() || PLANNED.replace(true) {
        return;
    }
    let wait = (LOOKED.get() + APART - Date::now()).clamp(0.0, APART);
    set_timeout(
        || {
            PLANNED.set(false);
            LOOKED.set(Date::now());
            spawn_local(try_to_look(0));
        },
        Duration::from_millis(wait as u64),
    );
}

async fn try_to_look(attempt: u32) {
    match look(true).await {
        RevalidateOutcome::Fresh => {}
        RevalidateOutcome::Unreachable if attempt < RETRIES => {
            set_timeout(move || spawn_local(try_to_look(attempt + 1)), RETRY)
        }
        RevalidateOutcome::Unreachable => {}
        // A form or a dialog in use decides itself where to go.
        RevalidateOutcome::Elsewhere if in_use() => {}
        RevalidateOutcome::Elsewhere => dom::reload(),
        RevalidateOutcome::LoggedOut
            if dom::body().is_some_and(|body| dom::find(&body, "form[data-busy]").is_some()) => {}
        RevalidateOutcome::LoggedOut => {
            toast::leave("You were logged out in another tab or on another device.");
            dom::reload();
        }
    }
}

fn in_use() -> bool {
    dom::body().is_some_and(|body| dom::find(&body, "dialog[open], form[data-busy]").is_some())
}
