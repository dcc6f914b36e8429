//! What a person presses: a submit button, or a link that looks like one.

use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Variant {
    /// The next step; at most one in sight.
    Primary,
    #[default]
    Plain,
    Quiet,
    Danger,
}

impl Variant {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Plain => "button button-plain",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// Submits the form around it. While the form is under way it keeps its size and says `busy`.
#[component]
pub fn Submit(
    #[prop(into)] text: String,
    #[prop(into)] busy: String,
    #[prop(optional)] look: Variant,
    /// The full name for screen readers, where the visible text needs its surroundings to be
    /// understood.
    #[prop(optional, into)]
    name: Option<String>,
    #[prop(optional, into)] id: Option<String>,
) -> impl IntoView {
    view! {
        <button type="submit" class=look.class() id=id aria-label=name>
            <span class="button-idle">{text}</span>
            <span class="button-busy">{busy}</span>
        </button>
    }
}

#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(into)] text: String,
    #[prop(optional)] look: Variant,
    #[prop(optional, into)] name: Option<String>,
    #[prop(optional, into)] id: Option<String>,
    /// Opens as a dialog where the page is alive.
    #[prop(optional)]
    dialog: bool,
    /// Closes the dialog around it instead of leading away.
    #[prop(optional)]
    closes: bool,
) -> impl IntoView {
    view! {
        <a class=look.class() href=href id=id aria-label=name data-dialog=dialog data-close=closes>
            <span>{text}</span>
        </a>
    }
}
