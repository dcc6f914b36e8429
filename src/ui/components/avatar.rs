//! The face of an account, with the mark of its platform.

use leptos::prelude::*;

use super::PlatformMark;
use crate::model::AccountView;

#[component]
pub fn Avatar<'a>(
    account: &'a AccountView,
    /// The platform's id, where the surroundings do not tell the platform.
    #[prop(optional)]
    mark: Option<&'a str>,
    #[prop(optional)] small: bool,
) -> impl IntoView + use<> {
    let face = if account.has_avatar {
        // The name stands beside it.
        view! {
            <img
                src=format!("/media/avatars/{}", account.id)
                alt=""
                width="36"
                height="36"
                loading="lazy"
                decoding="async"
            />
        }
        .into_any()
    } else {
        view! { <span>{account.initials.clone()}</span> }.into_any()
    };
    let mark = mark.map(|platform| {
        view! {
            <span class="avatar-mark">
                <PlatformMark platform />
            </span>
        }
    });
    view! {
        <span class=if small { "avatar avatar-small" } else { "avatar" } aria-hidden="true">
            {face}
            {mark}
        </span>
    }
}
