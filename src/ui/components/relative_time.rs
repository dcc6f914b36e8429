//! A time as people say it, with the exact one behind it.

use leptos::prelude::*;

use crate::model::Timestamp;

#[component]
pub fn RelativeTime<'a>(moment: &'a Timestamp) -> impl IntoView + use<> {
    view! {
        <time datetime=moment.iso.clone() title=moment.exact.clone()>
            {moment.text.clone()}
        </time>
    }
}
