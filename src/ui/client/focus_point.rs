//! Where the keyboard is, kept over a change of the HTML around it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::dom;

/// What can have the keyboard.
const CONTROLS: &str = "a, button, input, summary";

pub struct FocusPoint {
    control: HtmlElement,
    /// The id of the control, or of the nearest thing around it that has one.
    around: Option<String>,
    /// The name of the region around it.
    region: Option<String>,
    typed: Option<String>,
}

impl FocusPoint {
    pub fn now() -> Option<Self> {
        let control: HtmlElement = document().active_element()?.dyn_into().ok()?;
        let around = control.closest("[id]").ok()?.map(|element| element.id());
        let region = control
            .closest("[data-live]")
            .ok()?
            .and_then(|region| region.get_attribute("data-live"));
        Some(Self { control, around, region, typed: None })
    }

    /// What is typed there is kept, too: somebody is in the middle of it.
    pub fn with_text(mut self) -> Self {
        self.typed = self.control.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value);
        self
    }

    /// Puts the keyboard back to the control, or to the one that took its place; where that is
    /// gone, to the region it was in.
    pub fn restore(self) {
        if !dom::keyboard_is_lost() {
            return;
        }
        let Some(element) = self.same().or_else(|| self.region()) else { return };
        if let (Some(typed), Some(input)) = (self.typed, element.dyn_ref::<HtmlInputElement>()) {
            input.set_value(&typed);
        }
        let _ = element.focus();
    }

    /// The same control, or the one that is called as it was.
    fn same(&self) -> Option<HtmlElement> {
        if self.control.is_connected() {
            return Some(self.control.clone());
        }
        let around = document().get_element_by_id(self.around.as_ref()?)?;
        if self.control.id() == around.id() {
            return around.dyn_into().ok();
        }
        let name = name(&self.control);
        dom::find_all(&around, CONTROLS).into_iter().find(|control| self::name(control) == name)
    }

    fn region(&self) -> Option<HtmlElement> {
        let body = dom::body()?;
        dom::find(&body, &["[data-live=\"", self.region.as_ref()?, "\"]"].concat())
    }
}

fn name(control: &Element) -> Option<String> {
    control.get_attribute("aria-label").or_else(|| control.text_content())
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
