//! A plain form made live: sent in the background, answered in place.
//!
//! The same address answers a browser without scripts by cookie and redirect; asked for JSON it
//! answers an [`Outcome`](crate::model::Outcome) or an [`AppError`](crate::error::AppError).

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement, UrlSearchParams};

use super::busy::Busy;
use super::optimistic::Optimistic;
use super::revalidate::revalidate;
use super::wire::{self, Refusal, Value};
use super::{dialog, dom, menu, offline, toast};
use crate::model::{FieldError, Toast};

/// Takes over a form that was submitted within an island.
pub fn submit(event: SubmitEvent) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    if form.method() != "post" {
        return;
    }
    event.prevent_default();
    // Read before its buttons are disabled, and before anything is shown in advance.
    let Some(body) = content(&form) else { return };
    menu::close_around(&form);
    let Some(busy) = Busy::begin(&form) else { return };
    spawn_local(send(form, body, busy));
}

/// What a form holds, encoded as the browser itself would.
fn content(form: &HtmlFormElement) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
}

async fn send(form: HtmlFormElement, body: UrlSearchParams, busy: Busy) {
    show_errors(&form, &[]);
    let optimistic = Optimistic::begin(&form);
    offline::connection().await;
    match wire::post(&form.action(), &body).await {
        Ok(outcome) => settle(form, outcome, busy).await,
        Err(refusal) => {
            if let Some(optimistic) = optimistic {
                optimistic.undo();
            }
            busy.end();
            refuse(&form, refusal);
        }
    }
}

async fn settle(form: HtmlFormElement, outcome: Value, busy: Busy) {
    let errors = outcome.field_errors("errors");
    if !errors.is_empty() {
        busy.end();
        return show_errors(&form, &errors);
    }
    let message = outcome.get("toast");
    if let Some(location) = outcome.text("location").filter(|location| !is_here(location)) {
        // The form stays busy until the other page is there.
        toast::store_toast(&message);
        return dom::go(&location);
    }
    forget_passwords(&form);
    dialog::close_around(&form);
    if let Some(message) = message.toast() {
        toast::show(&message);
    }
    revalidate().await;
    busy.end();
}

/// A password that has served does not stay on the screen.
fn forget_passwords(form: &HtmlFormElement) {
    for input in dom::find_all(form, "[type=password]") {
        if let Ok(input) = input.dyn_into::<HtmlInputElement>() {
            input.set_value("");
        }
    }
}

/// Says why it did not work: at the fields, in the form, or above everything.
fn refuse(form: &HtmlFormElement, refusal: Refusal) {
    if refusal.logged_out && !form.has_attribute("data-auth") {
        // Fetched again, the page leads to the login and from there back.
        return dom::reload();
    }
    show_errors(form, &refusal.fields);
    if !refusal.fields.is_empty() {
        return;
    }
    match dom::find(form, "[data-form-error]") {
        Some(place) => place.set_text_content(Some(&in_one_line(&refusal.toast))),
        None => toast::show(&refusal.toast),
    }
}

fn in_one_line(toast: &Toast) -> String {
    let reference =
        toast.reference.as_ref().map(|code| ["Reference ", code].concat()).unwrap_or_default();
    [toast.title.as_str(), &toast.text, &reference].join(" ")
}

/// Writes the sentences to their fields, removes the others, and leads to the first.
fn show_errors(form: &HtmlFormElement, errors: &[FieldError]) {
    if let Some(place) = dom::find(form, "[data-form-error]") {
        place.set_text_content(None);
    }
    for error in errors {
        if dom::find(form, &["[data-error=\"", &error.field, "\"]"].concat()).is_none() {
            toast::show(&Refusal::saying(&error.message, "").toast);
        }
    }
    let mut first: Option<HtmlElement> = None;
    for place in dom::find_all(form, "[data-error]") {
        let field = place.get_attribute("data-error").unwrap_or_default();
        let error = errors.iter().find(|error| error.field == field);
        place.set_text_content(error.map(|error| error.message.as_str()));
        let Some(input) = dom::find(form, &["[name=\"", &field, "\"]"].concat()) else { continue };
        let _ = input.set_attribute("aria-invalid", if error.is_some() { "true" } else { "false" });
        if error.is_some() && first.is_none() {
            first = Some(input);
        }
    }
    if let Some(first) = first {
        let _ = first.focus();
    }
}

/// Whether an answer leads to the page that is shown already.
fn is_here(location: &str) -> bool {
    let here = window().location();
    [here.pathname().unwrap_or_default(), here.search().unwrap_or_default()].concat() == location
}
