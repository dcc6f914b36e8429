//! A state as icon and word; the colour only repeats it.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::model::Status;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warn,
    Bad,
    Info,
    Quiet,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "badge badge-good",
            Self::Warn => "badge badge-warn",
            Self::Bad => "badge badge-bad",
            Self::Info => "badge badge-info",
            Self::Quiet => "badge badge-quiet",
        }
    }
}

#[component]
pub fn Badge(tone: Tone, glyph: Glyph, #[prop(into)] text: String) -> impl IntoView {
    view! {
        <span class=tone.class()>
            <Icon glyph small=true />
            {text}
        </span>
    }
}

/// How an account is.
#[component]
pub fn StatusBadge(status: Status, #[prop(into)] text: String) -> impl IntoView {
    let (tone, glyph) = match status {
        Status::Connected => (Tone::Good, Glyph::CheckCircle),
        Status::Expiring => (Tone::Warn, Glyph::Clock),
        Status::Error => (Tone::Bad, Glyph::Alert),
        Status::Expired => (Tone::Bad, Glyph::Unplug),
        Status::Former => (Tone::Quiet, Glyph::Minus),
    };
    view! { <Badge tone glyph text /> }
}
