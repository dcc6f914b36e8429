//! What never changes: drawn once, when the site is made.

use huntaze::model::ToastKind;
use huntaze::server::Backend;
use huntaze::ui::components::{Glyph, Icon, PlatformMark};
use leptos::prelude::*;

/// Brings the islands to life.
pub const START: &str = include_str!("start.js");

pub struct Drawings {
    pub brand: String,
    pub home: String,
    pub plug: String,
    pub bell: String,
    pub settings: String,
    pub check: String,
    pub cross: String,
    pub check_circle: String,
    pub chevron: String,
    pub dots: String,
    pub test: String,
    pub refresh: String,
    pub external: String,
    pub unplug: String,
    pub dialog: String,
    pub toasts: String,
    marks: Vec<(&'static str, String)>,
}

impl Drawings {
    pub fn of(backend: &Backend) -> Self {
        let marks = backend.platforms.iter().map(|entry| {
            let platform = entry.info().id.as_ref();
            (platform, view! { <PlatformMark platform /> }.to_html())
        });
        Self {
            brand: "<a class=\"brand\" href=\"/\"><svg viewBox=\"0 0 32 32\" fill=\"none\" \
                stroke=\"currentColor\" stroke-width=\"3.4\" \
                    stroke-linecap=\"round\" aria-hidden=\"true\"><path d=\"M8 5v22M24 5v22M8 \
                    16h3.6m8.8 0H24\" /><circle cx=\"16\" cy=\"16\" \
                    r=\"4\" /></svg>Huntaze</a>"
                .into(),
            home: icon(Glyph::Home, false),
            plug: icon(Glyph::Plug, false),
            bell: icon(Glyph::Bell, false),
            settings: icon(Glyph::Settings, false),
            check: icon(Glyph::Check, true),
            cross: icon(Glyph::Cross, true),
            check_circle: icon(Glyph::CheckCircle, true),
            chevron: icon(Glyph::Chevron, true),
            dots: icon(Glyph::Dots, false),
            test: icon(Glyph::Test, false),
            refresh: icon(Glyph::Refresh, false),
            external: icon(Glyph::External, false),
            unplug: icon(Glyph::Unplug, false),
            dialog: dialog(),
            toasts: toasts(),
            marks: marks.collect(),
        }
    }

    pub fn mark(&self, platform: &str) -> &str {
        self.marks.iter().find(|(id, _)| *id == platform).map_or("", |(_, mark)| mark)
    }
}

fn icon(glyph: Glyph, small: bool) -> String {
    view! { <Icon glyph small /> }.to_html()
}

fn dialog() -> String {
    format!(
        "<template id=\"dialog-template\"><dialog class=\"dialog\" aria-label=\"Loading\"><div \
         data-dialog-body><div class=\"grid gap-3\" \
         aria-hidden=\"true\"><div class=\"bone w-1/2\"></div><div class=\"bone mt-3\"></div><div \
         class=\"bone\"></div><div class=\"bone \
         w-5/6\"></div><div class=\"bone mt-3\"></div><div class=\"bone w-2/3\"></div><div \
         class=\"bone mt-3 h-9 w-40 justify-self-end\"></div>\
         </div></div><button type=\"button\" class=\"dialog-close\" data-close \
         aria-label=\"Close\">{}</button></dialog></template>",
        icon(Glyph::Cross, false)
    )
}

fn toasts() -> String {
    let template = |kind: ToastKind| {
        let (word, glyph) = match kind {
            ToastKind::Success => ("success", Glyph::CheckCircle),
            ToastKind::Info => ("info", Glyph::Info),
            ToastKind::Error => ("error", Glyph::Alert),
        };
        format!(
            "<template id=\"toast-{word}\"><div class=\"toast toast-{word}\">{}<div><p \
             class=\"font-medium\" data-toast-title></p><p \
             class=\"soft\" data-toast-text></p><p class=\"small soft mt-1\" \
             data-toast-reference></p></div><button type=\"button\" \
             class=\"toast-close\" aria-label=\"Dismiss\">{}</button></div></template>",
            icon(glyph, false),
            icon(Glyph::Cross, true)
        )
    };
    format!(
        "<leptos-island data-component=\"Toaster\"><div class=\"toaster\"><leptos-children><div \
         id=\"toasts\" role=\"status\"></div><div \
         id=\"toasts-error\" role=\"alert\"></div>{}{}{}</leptos-children></div></leptos-island>",
        template(ToastKind::Success),
        template(ToastKind::Info),
        template(ToastKind::Error)
    )
}
