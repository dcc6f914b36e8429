//! Fresh data without a new page: the page is fetched again and the regions marked `data-live` that
//! differ are put in. What is unfolded stays so, and the keyboard stays where it is.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::focus_point::{FocusPoint, unfold, unfolded};
use super::wire::Absent;
use super::{dom, wire};

static LATEST: AtomicU32 = AtomicU32::new(0);
/// On a region that was put in without anybody having asked, so that it may move.
const FRESH: &str = "data-fresh";

/// What a look at the page found.
pub enum RevalidateOutcome {
    Fresh,
    /// The page has become another one, which only the browser can show.
    Elsewhere,
    LoggedOut,
    Unreachable,
}

/// After a form: when the page has become another one, or its session ended, the browser fetches it
/// whole.
pub async fn revalidate() {
    if !matches!(look(false).await, RevalidateOutcome::Fresh) {
        dom::reload();
    }
}

/// Fetches the page and puts in what differs.
pub async fn look(by_itself: bool) -> RevalidateOutcome {
    let turn = LATEST.fetch_add(1, Ordering::Relaxed) + 1;
    let Ok(here) = window().location().href() else { return RevalidateOutcome::Unreachable };
    let fresh = wire::page(&here).await;
    // A later one was begun meanwhile and knows better.
    if LATEST.load(Ordering::Relaxed) != turn {
        return RevalidateOutcome::Fresh;
    }
    let fresh = match fresh {
        Ok(page) => page.body(),
        Err(Absent::Redirected) => return RevalidateOutcome::LoggedOut,
        Err(Absent::Gone) => return RevalidateOutcome::Elsewhere,
        Err(Absent::Unreachable) => return RevalidateOutcome::Unreachable,
    };
    let (Some(fresh), Some(body)) = (fresh, dom::body()) else {
        return RevalidateOutcome::Elsewhere;
    };
    let (regions, renewed) =
        (dom::find_all(&body, "[data-live]"), dom::find_all(&fresh, "[data-live]"));
    let same = regions.len() == renewed.len()
        && regions.iter().zip(&renewed).all(|(old, new)| name(old) == name(new));
    if !same {
        return RevalidateOutcome::Elsewhere;
    }
    let place = FocusPoint::now().map(FocusPoint::with_text);
    for (old, new) in regions.iter().zip(&renewed) {
        let _ = old.remove_attribute(FRESH);
        if old.outer_html() != new.outer_html() {
            let open = unfolded(old);
            let _ = new.toggle_attribute_with_force(FRESH, by_itself);
            let _ = old.replace_with_with_node_1(new);
            unfold(&open);
        }
    }
    if let Some(place) = place {
        place.restore();
    }
    RevalidateOutcome::Fresh
}

fn name(region: &web_sys::HtmlElement) -> Option<String> {
    region.get_attribute("data-live")
}
