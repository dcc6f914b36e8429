//! One connected account: one row, a second line only when something needs saying, and the rest
//! unfolds in place.

use super::form_action;
use leptos::prelude::*;

use super::{
    AccountDetails, AccountLabel, AccountMenu, Avatar, ButtonLink, RelativeTime, StatusBadge,
    Submit, Variant,
};
use crate::api::accounts;
use crate::model::{AccountView, NextStep, PlatformInfo};

#[component]
pub fn AccountRow<'a>(account: &'a AccountView, info: &'a PlatformInfo) -> impl IntoView + use<> {
    let notice = account
        .notice
        .as_ref()
        .map(|notice| view! { <p class="row-notice">{notice.text.clone()}</p> });
    view! {
        <li id=format!("account-{}", account.id) data-status=account.status.as_str()>
            <div class="row">
                <span class="row-avatar">
                    <Avatar account />
                </span>
                <div class="row-who">
                    <span class="font-medium">{account.name.clone()}</span>
                    <span class="soft">{account.handle_beside_name()}</span>
                    <AccountLabel account />
                </div>
                <div class="row-status">
                    <span class="row-badge">
                        <StatusBadge status=account.status text=account.status_text.clone() />
                    </span>
                    <span class="row-since small \
                    soft">"connected " <RelativeTime moment=&account.connected /></span>
                </div>
                {notice}
                <div class="row-next">
                    <NextAction account info />
                </div>
                <div class="row-menu">
                    <AccountMenu account info />
                </div>
            </div>
            <div class="row-more">
                <AccountDetails account info />
            </div>
        </li>
    }
}

/// The next step of an account, if it has one: the only button of its row.
#[component]
pub fn NextAction<'a>(account: &'a AccountView, info: &'a PlatformInfo) -> impl IntoView + use<> {
    let (id, title) = (account.id, account.title());
    let step = account.notice.as_ref().and_then(|notice| notice.next);
    step.map(|step| match step {
        NextStep::Reconnect => view! {
            <ButtonLink
                href=format!("/platforms/connect/{}?account={id}", info.id)
                id=format!("reconnect-{id}")
                text="Reconnect"
                name=format!("Reconnect {title}")
                look=Variant::Primary
                dialog=true
            />
        }
        .into_any(),
        NextStep::Test => view! {
            <form method="post" action=form_action!(accounts::TestAccount)>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit
                    text="Check again"
                    busy="Checking..."
                    name=format!("Check {title} again")
                    id=format!("check-{id}")
                    look=Variant::Primary
                />
            </form>
        }
        .into_any(),
    })
}
