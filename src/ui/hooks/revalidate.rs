//! Fresh data without a new page: the page is fetched again and the regions marked `data-live` that differ are put in. What is
//! unfolded stays so, and the keyboard stays where it is.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::place::{Place, unfold, unfolded};
use super::{dom, wire};

static LATEST: AtomicU32 = AtomicU32::new(0);

/// When the page has become another one, or its session ended, the browser fetches it whole.
pub async fn revalidate() {
    let turn = LATEST.fetch_add(1, Ordering::Relaxed) + 1;
    let Ok(here) = window().location().href() else {
        return;
    };
    let fresh = wire::page(&here).await.and_then(|page| page.body());
    // A later one was begun meanwhile and knows better.
    if LATEST.load(Ordering::Relaxed) != turn {
        return;
    }
    let (Some(fresh), Some(body)) = (fresh, dom::body()) else {
        return dom::reload();
    };
    let (regions, renewed) = (dom::find_all(&body, "[data-live]"), dom::find_all(&fresh, "[data-live]"));
    let same = regions.len() == renewed.len() && regions.iter().zip(&renewed).all(|(old, new)| name(old) == name(new));
    if !same {
        return dom::reload();
    }
    let place = Place::now();
    for (old, new) in regions.iter().zip(&renewed) {
        if old.outer_html() != new.outer_html() {
            let open = unfolded(old);
            let _ = old.replace_with_with_node_1(new);
            unfold(&open);
        }
    }
    if let Some(place) = place {
        place.restore();
    }
}

fn name(region: &web_sys::HtmlElement) -> Option<String> {
    region.get_attribute("data-live")
}
