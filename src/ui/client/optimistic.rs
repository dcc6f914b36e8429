//! A form marked `data-optimistic` shows at once what it asks for. What to show is its first text
//! field; where, the element marked `data-shown` in the `<details>` around it.

use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement, HtmlInputElement};

use super::dom;

pub struct Optimistic {
    details: Element,
    shown: HtmlElement,
    before: Option<String>,
}

impl Optimistic {
    pub fn begin(form: &HtmlFormElement) -> Option<Self> {
        let details =
            form.has_attribute("data-optimistic").then(|| form.closest("details").ok()?)??;
        let shown = dom::find(&details, "[data-shown]")?;
        let typed = dom::find(form, "input:not([type=hidden])")?
            .dyn_into::<HtmlInputElement>()
            .ok()?
            .value();
        let before = shown.text_content();
        let typed = typed.trim();
        let text = if typed.is_empty() {
            shown.get_attribute("data-empty").unwrap_or_default()
        } else {
            typed.to_owned()
        };
        shown.set_text_content(Some(&text));
        let _ = details.remove_attribute("open");
        if let Some(summary) = dom::find(&details, "summary") {
            let _ = summary.focus();
        }
        Some(Self { details, shown, before })
    }

    /// It was refused: shows again what was there, and the form with what was typed.
    pub fn undo(self) {
        self.shown.set_text_content(self.before.as_deref());
        let _ = self.details.set_attribute("open", "");
    }
}
