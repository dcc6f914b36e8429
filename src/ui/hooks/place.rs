//! Where the keyboard is, kept over a change of the HTML around it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::dom;

pub struct Place {
    id: String,
    /// The name of the region around it.
    region: String,
    typed: Option<String>,
}

impl Place {
    pub fn now() -> Option<Self> {
        let focused = document().active_element()?;
        let typed = focused.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
        let region = focused.closest("[data-live]").ok()??.get_attribute("data-live")?;
        Some(Self { id: focused.id(), region, typed })
    }

    /// Puts the keyboard back to the control of the same id; where that is gone, to the region it was in.
    pub fn restore(self) {
        if !dom::keyboard_is_lost() {
            return;
        }
        let same = (!self.id.is_empty()).then(|| document().get_element_by_id(&self.id)).flatten();
        if let (Some(typed), Some(input)) = (self.typed, same.as_ref().and_then(|element| element.dyn_ref::<HtmlInputElement>()))
        {
            input.set_value(&typed);
        }
        let region = || document().query_selector(&["[data-live=\"", &self.region, "\"]"].concat()).ok()?;
        if let Some(element) = same.or_else(region).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    }
}

/// The ids of what is unfolded in a region.
pub fn unfolded(region: &Element) -> Vec<String> {
    dom::find_all(region, "details[open][id]").into_iter().map(|details| details.id()).collect()
}

pub fn unfold(ids: &[String]) {
    for details in ids.iter().filter_map(|id| document().get_element_by_id(id)) {
        let _ = details.set_attribute("open", "");
    }
}
