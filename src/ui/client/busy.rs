//! A form acts on the first of rapid clicks: while it is under way its buttons rest and say what is
//! happening.

use leptos::wasm_bindgen::JsCast;
use web_sys::{HtmlButtonElement, HtmlFormElement};

use super::dom;
use super::focus_point::FocusPoint;

const MARK: &str = "data-busy";

pub struct Busy {
    form: HtmlFormElement,
    /// What had the keyboard: a button loses it when it is disabled.
    place: Option<FocusPoint>,
}

impl Busy {
    /// `None` when the form is under way already.
    pub fn begin(form: &HtmlFormElement) -> Option<Self> {
        if form.has_attribute(MARK) {
            return None;
        }
        let busy = Self { form: form.clone(), place: FocusPoint::now() };
        busy.set(true);
        Some(busy)
    }

    pub fn end(self) {
        self.set(false);
        if let Some(place) = self.place {
            place.restore();
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
