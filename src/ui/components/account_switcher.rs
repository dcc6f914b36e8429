//! The choice of the account that a page shows: links in a `<details>`, so it works without
//! scripts.

use leptos::prelude::*;

use super::{Avatar, Glyph, Icon, PlatformMark};
use crate::model::{AccountId, AccountView, PlatformInfo};
use crate::ui::islands::AccountSwitcher;

/// From this many accounts on there is a search.
const SEARCH_FROM: usize = 6;

#[component]
pub fn Switcher<'a>(
    accounts: &'a [(&'a PlatformInfo, &'a AccountView)],
    chosen: Option<AccountId>,
) -> impl IntoView + use<> {
    let current = accounts.iter().find(|(_, account)| Some(account.id) == chosen);
    let shown = match current {
        Some((info, account)) => view! {
            <Avatar account small=true />
            <span class="truncate">{account.title().to_owned()}</span>
            <span class="switcher-mark">
                <PlatformMark platform=&info.id />
            </span>
        }
        .into_any(),
        None => view! { <span>"All accounts"</span> }.into_any(),
    };
    let search = (accounts.len() >= SEARCH_FROM).then(|| {
        view! {
            <input
                class="input mb-1"
                type="search"
                placeholder="Search accounts"
                aria-label="Search accounts"
                autocomplete="off"
            />
        }
    });
    let options = accounts.iter().map(|(info, account)| {
        let selected = if Some(account.id) == chosen { "true" } else { "false" };
        view! {
            <a
                class="menu-item"
                role="option"
                href=format!("/?account={}", account.id)
                data-account=account.id.to_string()
                aria-selected=selected
            >
                <Avatar account mark=&info.id />
                <span class="min-w-0">
                    <span class="block truncate">{account.name.clone()}</span>
                    <span class="block truncate small soft">
                        {format!("{} {}", info.name, account.handle)}
                    </span>
                </span>
            </a>
        }
    });
    let list = view! {
        <details class="menu switcher">
            <summary aria-label=format!(
                "Account shown: {}",
                current.map_or("All accounts", |(_, account)| account.title()),
            )>{shown} <Icon glyph=Glyph::Chevron small=true /></summary>
            <div class="menu-panel">
                {search} <div class="switcher-list" role="listbox" aria-label="Account">
                    <a
                        class="menu-item"
                        role="option"
                        href="/"
                        aria-selected=if chosen.is_none() { "true" } else { "false" }
                    >
                        "All accounts"
                    </a>
                    {options.collect_view()}
                </div>
            </div>
        </details>
    };
    view! { <AccountSwitcher>{list}</AccountSwitcher> }
}
