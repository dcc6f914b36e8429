//! The title of a page and its one action, on one line. On a phone it is the top bar.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{Glyph, Icon};

#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    /// The way back: address and name.
    #[prop(optional)]
    back: Option<(&'static str, &'static str)>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let back = back.map(|(href, name)| {
        view! {
            <a class="head-back" href=href aria-label=format!("Back to {name}")>
                <Icon glyph=Glyph::ArrowLeft />
            </a>
        }
    });
    view! {
        <Title text=title.clone() />
        <header class="head">{back} <h1>{title}</h1> {children.map(|children| children())}</header>
    }
}
