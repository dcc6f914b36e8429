//! Small line drawings on a grid of 20. They never speak: the word beside them does. They stand in
//! one file, `public/icons.svg`, which browsers fetch once.

use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Alert,
    ArrowLeft,
    Bell,
    Check,
    CheckCircle,
    Chevron,
    Clock,
    Cross,
    Dots,
    External,
    Home,
    Info,
    LogOut,
    Minus,
    Plug,
    Plus,
    Refresh,
    Settings,
    Test,
    Unplug,
}

impl Glyph {
    /// What its drawing is called in the file.
    fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::ArrowLeft => "arrow-left",
            Self::Bell => "bell",
            Self::Check => "check",
            Self::CheckCircle => "check-circle",
            Self::Chevron => "chevron",
            Self::Clock => "clock",
            Self::Cross => "cross",
            Self::Dots => "dots",
            Self::External => "external",
            Self::Home => "home",
            Self::Info => "info",
            Self::LogOut => "log-out",
            Self::Minus => "minus",
            Self::Plug => "plug",
            Self::Plus => "plus",
            Self::Refresh => "refresh",
            Self::Settings => "settings",
            Self::Test => "test",
            Self::Unplug => "unplug",
        }
    }
}

/// The address of a drawing, with what the file is now: a new one is fetched at once.
pub(super) fn drawing(name: &str) -> String {
    [concat!("/icons.svg?", env!("HUNTAZE_ICONS"), "#"), name].concat()
}

#[component]
pub fn Icon(glyph: Glyph, #[prop(optional)] small: bool) -> impl IntoView {
    view! {
        <svg class=if small { "icon icon-small" } else { "icon" } aria-hidden="true">
            <use href=drawing(glyph.as_str())></use>
        </svg>
    }
}
