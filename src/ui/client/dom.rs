//! The few things that every hook needs of the document.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlTemplateElement};

/// The element that something happened to, or the nearest one around it that matches.
pub fn closest(event: &Event, selector: &str) -> Option<HtmlElement> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()??.dyn_into().ok()
}

pub fn find(root: &Element, selector: &str) -> Option<HtmlElement> {
    root.query_selector(selector).ok()??.dyn_into().ok()
}

pub fn find_all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length()).filter_map(|i| list.item(i)?.dyn_into().ok()).collect()
}

pub fn body() -> Option<HtmlElement> {
    document().body()
}

/// Whether nothing has the keyboard: what had it was removed or disabled.
pub fn keyboard_is_lost() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}

/// A fresh copy of what stands in a `<template>`.
pub fn copy_of(template: &str) -> Option<HtmlElement> {
    let template: HtmlTemplateElement = document().get_element_by_id(template)?.dyn_into().ok()?;
    template.content().first_element_child()?.clone_node_with_deep(true).ok()?.dyn_into().ok()
}

/// Leaves for another address.
pub fn go(url: &str) {
    // It fails only for an address that is none, and then staying is all that is left.
    let _ = window().location().assign(url);
}

/// Fetches the page whole and anew.
pub fn reload() {
    let _ = window().location().reload();
}
