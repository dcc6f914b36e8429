//! An account at a glance: who, how it is, and what to do about it.

use leptos::prelude::*;

use super::account_row::NextAction;
use super::{AccountDetails, Avatar, StatusBadge};
use crate::model::{AccountView, PlatformInfo};

#[component]
pub fn AccountSummary<'a>(
    account: &'a AccountView,
    info: &'a PlatformInfo,
    #[prop(optional)] whole: bool,
) -> impl IntoView + use<> {
    let notice = account
        .notice
        .as_ref()
        .map(|notice| view! { <p class="row-notice">{notice.text.clone()}</p> });
    let label = account
        .label
        .as_ref()
        .map(|label| view! { <span class="soft small">{label.clone()}</span> });
    view! {
        <li data-status=account.status.as_str()>
            <div class="row row-glance">
                <span class="row-avatar">
                    <Avatar account mark=&info.id />
                </span>
                <div class="row-who">
                    <span class="font-medium">{account.name.clone()}</span>
                    <span class="soft">
                        {format!("{} on {}", account.handle_beside_name(), info.name)}
                    </span>
                    {label}
                </div>
                <div class="row-status">
                    <span class="row-badge">
                        <StatusBadge status=account.status text=account.status_text.clone() />
                    </span>
                </div>
                {notice}
                <div class="row-next">
                    <NextAction account info />
                </div>
            </div>
            {whole
                .then(|| {
                    view! {
                        <div class="row-more">
                            <AccountDetails account info open=true />
                        </div>
                    }
                })}
        </li>
    }
}
