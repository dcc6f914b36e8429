//! Takes the secret of a mail's link out of the address, into the form that waits for it.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlInputElement;

use super::dom;

/// Does nothing where no form waits, or the address holds no secret.
pub fn take() {
    let location = window().location();
    let (Ok(fragment), Ok(path)) = (location.hash(), location.pathname()) else { return };
    let secret = fragment.trim_start_matches('#');
    let Some(field) = dom::body()
        .and_then(|body| dom::find(&body, "[data-link-code]"))
        .filter(|_| !secret.is_empty())
    else {
        return;
    };
    let Some(input) =
        dom::find(&field, "input").and_then(|input| input.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    input.set_value(secret);
    field.set_hidden(true);
    // Neither in the address bar, nor in a bookmark or the history.
    let _ = window()
        .history()
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&path)));
}
