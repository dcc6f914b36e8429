//! Platforms in trouble, above every page of those who have accounts there. Nothing is asked of
//! anybody.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::model::Banner;

#[component]
pub fn Banners(banners: Vec<Banner>) -> impl IntoView {
    let lines = banners.into_iter().map(|banner| {
        view! {
            <p class="banner" data-trouble=banner.provider.to_string()>
                <Icon glyph=Glyph::Clock />
                <span>{banner.text}</span>
            </p>
        }
    });
    view! {
        <aside class="banners" aria-label="Platforms in trouble" aria-live="polite">
            <div data-live="banners">{lines.collect_view()}</div>
        </aside>
    }
}
