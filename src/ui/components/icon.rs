//! Small line drawings on a grid of 20. They never speak: the word beside them does.

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
    fn path(self) -> &'static str {
        match self {
            Self::Alert => "M10 3 18 16.5H2L10 3Zm0 5v4m0 2.2v.1",
            Self::ArrowLeft => "M16 10H4m5-5-5 5 5 5",
            Self::Bell => {
                "M10 3a4.6 4.6 0 0 0-4.6 4.6c0 3.9-1.4 5.4-1.4 5.4h12s-1.4-1.5-1.4-5.4A4.6 4.6 0 0 \
                 0 10 3ZM8.5 16.2a1.7 1.7 0 0 0 3 0"
            }
            Self::Check => "m4.5 10.5 3.7 3.7 7.3-8",
            Self::CheckCircle => {
                "M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4Zm-3.2 7.5 2.2 2.2 4.2-4.7"
            }
            Self::Chevron => "m5.5 8 4.5 4.5L14.5 8",
            Self::Clock => "M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4Zm0 3.4V10l2.6 1.8",
            Self::Cross => "m5.5 5.5 9 9m0-9-9 9",
            Self::Dots => "M4.5 10h.01M10 10h.01M15.5 10h.01",
            Self::External => {
                "M11.5 4H16v4.5M15.7 4.3 9.5 10.5M14 12v3.5a.5.5 0 0 1-.5.5h-9a.5.5 0 0 \
                 1-.5-.5v-9a.5.5 0 0 1 .5-.5H8"
            }
            Self::Home => "M3.5 9 10 3.5 16.5 9v7a.5.5 0 0 1-.5.5h-4v-5H8v5H4a.5.5 0 0 1-.5-.5V9Z",
            Self::Info => "M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4ZM10 9.2v4m0-6.5v.1",
            Self::LogOut => {
                "M8 3.5H4.5a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1H8M13 6.5l3.5 3.5-3.5 3.5M16.5 10H8"
            }
            Self::Minus => "M5 10h10",
            Self::Plug => "M7 3v3.5M13 3v3.5M5 6.5h10V10a5 5 0 0 1-10 0V6.5ZM10 15v2.5",
            Self::Plus => "M10 4.5v11M4.5 10h11",
            Self::Refresh => {
                "M16 9a6.2 6.2 0 0 0-11-2.8L3.5 8M3.5 4.2V8h3.8M4 11a6.2 6.2 0 0 0 11 \
                 2.8l1.5-1.8m0 3.8V12h-3.8"
            }
            Self::Settings => {
                "M3.5 6h7.5m4 0h1.5M3.5 14H5m4 0h7.5M13 4.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 \
                 0-3.6ZM7 12.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6Z"
            }
            Self::Test => "M2.5 10.5H6l2-6 4 11 2-5h3.5",
            Self::Unplug => {
                "M3 3l14 14M7 3v1M13 3v3.5M10.5 6.5H15V10c0 1-.3 1.9-.7 2.6M12.3 14.4A5 5 0 0 1 5 \
                 10V6.5h1.5M10 15v2.5"
            }
        }
    }
}

#[component]
pub fn Icon(glyph: Glyph, #[prop(optional)] small: bool) -> impl IntoView {
    view! {
        <svg
            class=if small { "icon icon-small" } else { "icon" }
            viewBox="0 0 20 20"
            aria-hidden="true"
        >
            <path d=glyph.path() />
        </svg>
    }
}
