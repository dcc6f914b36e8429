//! What the person was told: newest first, each with what to do about it.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::notices::{self, notices};
use crate::model::{Frame, NoticeKind, NoticeView};
use crate::ui::components::{
    ButtonLink, DialogTemplate, Glyph, Icon, PageHeader, RelativeTime, Submit, Variant, page,
};
use crate::ui::islands::LiveForms;

#[component]
pub fn NoticesPage() -> impl IntoView {
    page(|_: Frame| async move {
        let shown = notices().await?;
        let empty = shown.notices.is_empty().then(|| view! { <Nothing /> });
        let rows = shown.notices.iter().map(|notice| view! { <Row notice /> }).collect_view();
        let rows = (!shown.notices.is_empty())
            .then(|| view! { <ul class="panel rows rows-first">{rows}</ul> });
        let all = (shown.unread > 0).then(|| {
            view! {
                <form method="post" action=form_action!(notices::MarkAllRead)>
                    <Submit
                        text="Mark all as read"
                        busy="Marking..."
                        look=Variant::Quiet
                        id="all-read"
                    />
                </form>
            }
        });
        Ok(view! {
            <LiveForms>
                <PageHeader title="Notices">
                    <div data-live="all-read" tabindex="-1">
                        {all}
                    </div>
                </PageHeader>
                <div class="card" data-live="notices" tabindex="-1">
                    {empty}
                    {rows}
                </div>
            </LiveForms>
            <p class="soft mt-4">
                "Kept for 90 days. " <a class="link" href="/settings#notices">
                    "Choose what comes by e-mail"
                </a>
            </p>
            <DialogTemplate />
        })
    })
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="panel p-6">
            <p class="font-medium">"Nothing needs you."</p>
            <p class="soft mt-1">
                "When an account has to be reconnected, or a platform is in trouble for long, you read it here once."
            </p>
        </div>
    }
}

#[component]
fn Row<'a>(notice: &'a NoticeView) -> impl IntoView + use<> {
    let (tone, glyph) = match notice.kind {
        NoticeKind::Broken => ("notice-mark text-bad", Glyph::Alert),
        NoticeKind::Expiring => ("notice-mark text-warn", Glyph::Clock),
        NoticeKind::Recovered => ("notice-mark text-good", Glyph::CheckCircle),
        NoticeKind::Trouble => ("notice-mark soft", Glyph::Info),
    };
    let id = notice.id;
    let reconnect = notice.account.filter(|_| notice.reconnect).map(|account| {
        view! {
            <ButtonLink
                href=format!("/platforms/connect/{}?account={account}", notice.provider)
                id=format!("reconnect-{id}")
                text="Reconnect"
                name=format!("Reconnect: {}", notice.title)
                look=Variant::Primary
                dialog=true
            />
        }
    });
    let read = (!notice.read).then(|| {
        view! {
            <form method="post" action=form_action!(notices::MarkRead)>
                <input type="hidden" name="id" value=id.to_string() />
                <Submit
                    text="Mark as read"
                    busy="Marking..."
                    name=format!("Mark as read: {}", notice.title)
                    id=format!("read-{id}")
                    look=Variant::Quiet
                />
            </form>
        }
    });
    let new = (!notice.read).then(|| view! { <span class="sr-only">"New: "</span> });
    view! {
        <li
            class=if notice.read { "notice" } else { "notice notice-new" }
            data-notice=notice.kind.as_str()
        >
            <span class=tone>
                <Icon glyph />
            </span>
            <div class="notice-text">
                <h2 class="notice-title">{new} {notice.title.clone()}</h2>
                <p class="soft">{notice.text.clone()}</p>
                <p class="small soft mt-1">
                    <RelativeTime moment=&notice.at />
                </p>
            </div>
            <div class="notice-acts">{read}{reconnect}</div>
        </li>
    }
}
