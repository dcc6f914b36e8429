//! A paragraph that must not be overlooked.

use leptos::prelude::*;

use super::{Glyph, Icon, Tone};

#[component]
pub fn Note(tone: Tone, children: Children) -> impl IntoView {
    let (class, glyph) = match tone {
        Tone::Warn => ("note note-warn", Glyph::Alert),
        Tone::Bad => ("note note-bad", Glyph::Alert),
        _ => ("note note-info", Glyph::Info),
    };
    view! {
        <div class=class>
            <Icon glyph />
            <div>{children()}</div>
        </div>
    }
}
