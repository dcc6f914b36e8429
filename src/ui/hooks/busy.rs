//! A form acts on the first of rapid clicks: while it is under way its buttons rest and say what is happening.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{HtmlButtonElement, HtmlElement, HtmlFormElement};

use super::dom;

const MARK: &str = "data-busy";

pub struct Busy {
    form: HtmlFormElement,
    /// What had the keyboard: a button loses it when it is disabled.
    focused: Option<HtmlElement>,
}

impl Busy {
    /// `None` when the form is under way already.
    pub fn begin(form: &HtmlFormElement) -> Option<Self> {
        if form.has_attribute(MARK) {
            return None;
        }
        let focused = document().active_element().and_then(|element| element.dyn_into().ok());
        let busy = Self { form: form.clone(), focused };
        busy.set(true);
        Some(busy)
    }

    pub fn end(self) {
        self.set(false);
        let lost = dom::keyboard_is_lost();
        if let Some(focused) = self.focused.filter(|element| lost && element.is_connected()) {
            let _ = focused.focus();
        }
    }

    fn set(&self, busy: bool) {
        let _ = self.form.toggle_attribute_with_force(MARK, busy);
        for button in dom::find_all(&self.form, "button:not([type=button])") {
            if let Ok(button) = button.dyn_into::<HtmlButtonElement>() {
                button.set_disabled(busy);
            }
        }
    }
}
