//! Whether everything is fine, in three seconds.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::accounts::{integrations, platforms};
use crate::model::{AccountId, Card, Frame, Status, Viewer};
use crate::ui::components::{
    AccountSummary, ButtonLink, ConfirmEmail, DialogTemplate, Glyph, Icon, PageHeader,
    PlatformList, Switcher, Variant, page,
};
use crate::ui::islands::LiveForms;

#[component]
pub fn HomePage() -> impl IntoView {
    let chosen = use_query_map().read_untracked().get("account").and_then(|id| id.parse().ok());
    page(move |frame: Frame| async move {
        if frame.viewer.is_none() {
            let (cards, registration_open) = (platforms().await?, frame.registration_open);
            return Ok(view! { <Welcome cards registration_open /> }.into_any());
        }
        let cards = integrations().await?.cards;
        Ok(match cards.iter().all(|card| card.accounts.is_empty()) {
            true => view! { <FirstVisit cards viewer=frame.viewer /> }.into_any(),
            false => view! { <Accounts cards chosen viewer=frame.viewer /> }.into_any(),
        })
    })
}

/// For somebody who is not logged in.
#[component]
fn Welcome(cards: Vec<Card>, registration_open: bool) -> impl IntoView {
    let begin =
        if registration_open { ("/register", "Create account") } else { ("/login", "Log in") };
    view! {
        <PageHeader title="Every account you earn with, in one place" />
        <p class="soft mb-5 max-w-prose">
            "Connect your accounts and see at a glance which connections are healthy. When one \
             needs you, Huntaze says what happened and what to do."
        </p>
        <p class="mb-6">
            <ButtonLink href=begin.0 text=begin.1 look=Variant::Primary />
        </p>
        <PlatformList cards />
    }
}

/// For somebody who has connected nothing yet.
#[component]
fn FirstVisit(cards: Vec<Card>, viewer: Option<Viewer>) -> impl IntoView {
    view! {
        <PageHeader title="Connect your accounts" />
        <ConfirmEmail viewer />
        <p class="soft mb-5">
            "Choose where to begin. You see what Huntaze reads and does before \
            anything is connected."
        </p>
        <PlatformList cards dialogs=true />
        <DialogTemplate />
    }
}

/// The connected accounts, those that need the person first.
#[component]
fn Accounts(cards: Vec<Card>, chosen: Option<AccountId>, viewer: Option<Viewer>) -> impl IntoView {
    let mut accounts: Vec<_> = cards
        .iter()
        .flat_map(|card| card.accounts.iter().map(move |account| (&card.info, account)))
        .collect();
    accounts.sort_by_key(|(_, account)| urgency(account.status));
    let chosen = chosen.filter(|id| accounts.iter().any(|(_, account)| account.id == *id));
    let shown: Vec<_> =
        accounts.iter().filter(|(_, account)| chosen.is_none_or(|id| account.id == id)).collect();
    let rows = shown
        .iter()
        .map(|(info, account)| view! { <AccountSummary account info whole=chosen.is_some() /> })
        .collect_view();
    let needy = shown.iter().filter(|(_, account)| account.status != Status::Connected).count();
    let all = shown.len();
    let switcher = view! { <Switcher accounts=&accounts chosen /> };
    view! {
        <PageHeader title="Home">{switcher}</PageHeader>
        <ConfirmEmail viewer />
        <LiveForms>
            <div data-live="accounts" tabindex="-1">
                <Summary needy all />
                <ul class="card panel rows rows-first">{rows}</ul>
            </div>
        </LiveForms>
        <p class="mt-4">
            <a class="link" href="/integrations">
                "Manage integrations"
            </a>
        </p>
        <DialogTemplate />
    }
}

fn urgency(status: Status) -> u8 {
    match status {
        Status::Expired => 0,
        Status::Error => 1,
        Status::Expiring => 2,
        Status::Connected | Status::Former => 3,
    }
}

/// The answer to "is everything fine?".
#[component]
fn Summary(needy: usize, all: usize) -> impl IntoView {
    let text = match (needy, all) {
        (0, 1) => "This connection is healthy.".to_owned(),
        (0, all) => format!("All {all} connections are healthy."),
        (_, 1) => "This connection needs you.".to_owned(),
        (1, all) => format!("1 of {all} connections needs you."),
        (needy, all) => format!("{needy} of {all} connections need you."),
    };
    let (class, glyph) = match needy {
        0 => ("text-good", Glyph::CheckCircle),
        _ => ("text-warn", Glyph::Alert),
    };
    view! {
        <h2 class="mb-4 flex items-center gap-2">
            <span class=class>
                <Icon glyph />
            </span>
            {text}
        </h2>
    }
}
