//! A platform's own page: what connecting needs and does, how it stands, and what to do when
//! something is wrong. Its first part is also the dialog on other pages.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::accounts::landing;
use crate::error::AppError;
use crate::model::{AccountId, Card, Frame, PlatformInfo};
use crate::ui::components::{
    BeforeConsent, ButtonLink, PageHeader, SetupHelp, StatusBadge, Variant, page,
};
use crate::ui::islands::LiveForms;

#[component]
pub fn LandingPage() -> impl IntoView {
    let provider = use_params_map().read_untracked().get("platform").unwrap_or_default();
    let account = use_query_map().read_untracked().get("account");
    page(move |frame: Frame| async move {
        let shown = landing(provider).await?;
        let card = &shown.card;
        let info = &card.info;
        let again = match account.as_deref().map(str::parse::<AccountId>) {
            None => None,
            Some(id) => Some(
                card.accounts
                    .iter()
                    .find(|account| Ok(account.id) == id)
                    .ok_or_else(|| AppError::not_found("account"))?,
            ),
        };
        let title = match again {
            Some(account) => format!("Reconnect {} on {}", account.title(), info.name),
            None => format!("Connect {}", info.name),
        };
        let way = match (card.configured, shown.setup) {
            (false, Some(setup)) => view! { <SetupHelp info setup /> }.into_any(),
            (false, None) => view! { <NotSetUp info /> }.into_any(),
            (true, _) if shown.viewer.is_none() => view! { <LogInFirst info /> }.into_any(),
            (true, _) => view! { <BeforeConsent info again flash=&frame.flash /> }.into_any(),
        };
        let state = shown.viewer.map(|_| view! { <ConnectionState card /> });
        Ok(view! {
            <div class="landing">
                <LiveForms>
                    <article data-dialog-page=true>
                        <PageHeader title back=("/integrations", "Integrations") />
                        <div class="panel landing-way">{way}</div>
                    </article>
                </LiveForms>
                <div class="landing-aside grid content-start \
                gap-6">{state} <Permissions info /> <Troubles info /></div>
            </div>
        })
    })
}

#[component]
fn NotSetUp<'a>(info: &'a PlatformInfo) -> impl IntoView + use<> {
    view! {
        <p>"Not set up on this server yet."</p>
        <p class="soft mt-1">
            {format!("The person who runs this server has to register it at {} first.", info.name)}
        </p>
    }
}

#[component]
fn LogInFirst<'a>(info: &'a PlatformInfo) -> impl IntoView + use<> {
    view! {
        <p class="soft mb-5">{info.pitch.to_string()}</p>
        <ButtonLink
            href=format!("/login?next=/platforms/connect/{}", info.id)
            text=format!("Log in to connect {}", info.name)
            look=Variant::Primary
        />
    }
}

/// How the person's accounts on this platform are.
#[component]
fn ConnectionState<'a>(card: &'a Card) -> impl IntoView + use<> {
    let lines = card.accounts.iter().map(|account| {
        let notice = account
            .notice
            .as_ref()
            .map(|notice| view! { <p class="soft small mt-1">{notice.text.clone()}</p> });
        view! {
            <li>
                <p class="flex flex-wrap justify-between gap-x-3">
                    <span class="font-medium">{account.title().to_owned()}</span>
                    <StatusBadge status=account.status text=account.status_text.clone() />
                </p>
                {notice}
            </li>
        }
    });
    let none = card.accounts.is_empty().then(|| {
        let text = if card.unfinished {
            "Connecting was begun but not finished."
        } else {
            "No account connected."
        };
        view! { <p class="soft">{text}</p> }
    });
    view! {
        <section>
            <h2 class="mb-1.5">"Your accounts"</h2>
            {none}
            <ul class="grid gap-3">{lines.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Permissions<'a>(info: &'a PlatformInfo) -> impl IntoView + use<> {
    let lines = info.permissions.iter().map(|permission| {
        view! {
            <li>
                <p>
                    {permission.label.to_string()}
                    {permission.required.then(|| view! { <span class="soft">" (required)"</span> })}
                </p>
                <p class="code soft">{permission.scope.to_string()}</p>
            </li>
        }
    });
    let off = (!info.off.is_empty())
        .then(|| view! { <p class="soft">"Off on this server: " {info.off.join(", ")} "."</p> });
    (!info.permissions.is_empty()).then(|| {
        view! {
            <section>
                <h2 class="mb-1.5">"Permissions"</h2>
                <ul class="grid gap-2">{lines.collect_view()}</ul>
                {off}
            </section>
        }
    })
}

#[component]
fn Troubles<'a>(info: &'a PlatformInfo) -> impl IntoView + use<> {
    let entries = info.troubles.iter().map(|trouble| {
        view! {
            <div>
                <dt class="font-medium">{trouble.what.to_string()}</dt>
                <dd class="soft">{trouble.fix.to_string()}</dd>
            </div>
        }
    });
    (!info.troubles.is_empty()).then(|| {
        view! {
            <section>
                <h2 class="mb-1.5">"When something is wrong"</h2>
                <dl class="grid gap-3">{entries.collect_view()}</dl>
            </section>
        }
    })
}
