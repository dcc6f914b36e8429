//! Everything one can do with an account beside its next step.

use super::form_action;
use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::api::accounts;
use crate::model::{AccountView, ConnectKind, PlatformInfo};

#[component]
pub fn AccountMenu<'a>(account: &'a AccountView, info: &'a PlatformInfo) -> impl IntoView + use<> {
    let (id, title) = (account.id, account.title());
    let refresh = match info.kind {
        ConnectKind::OAuth => "Refresh access",
        ConnectKind::Session => "Check session",
    };
    view! {
        <details class="menu" id=format!("menu-{id}") name="menu">
            <summary aria-label=format!("More for {title}") id=format!("menu-open-{id}")>
                <Icon glyph=Glyph::Dots />
            </summary>
            <div class="menu-panel">
                <MenuAction
                    action=form_action!(accounts::TestAccount)
                    id=id.to_string()
                    glyph=Glyph::Test
                    text="Test connection"
                    title
                />
                <MenuAction
                    action=form_action!(accounts::RefreshAccount)
                    id=id.to_string()
                    glyph=Glyph::Refresh
                    text=refresh
                    title
                />
                <a
                    class="menu-item"
                    href=format!("/platforms/connect/{}?account={id}", info.id)
                    data-dialog=true
                    aria-label=format!("Reconnect {title}")
                >
                    <Icon glyph=Glyph::Plug />
                    "Reconnect"
                </a>
                <a
                    class="menu-item"
                    href=info.manage_url.to_string()
                    target="_blank"
                    rel="noreferrer"
                >
                    <Icon glyph=Glyph::External />
                    {format!("Access on {}", info.name)}
                    <span class="sr-only">" (opens in a new tab)"</span>
                </a>
                <hr class="menu-rule" />
                <a
                    class="menu-item menu-item-danger"
                    href=format!("/integrations/{id}/disconnect")
                    data-dialog=true
                    aria-label=format!("Disconnect {title}")
                >
                    <Icon glyph=Glyph::Unplug />
                    "Disconnect"
                </a>
            </div>
        </details>
    }
}

/// A menu action that needs no question: a form of one button.
#[component]
fn MenuAction<'a>(
    action: &'static str,
    id: String,
    glyph: Glyph,
    text: &'static str,
    title: &'a str,
) -> impl IntoView + use<> {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="id" value=id />
            <button type="submit" class="menu-item" aria-label=format!("{text}: {title}")>
                <Icon glyph />
                {text}
            </button>
        </form>
    }
}
