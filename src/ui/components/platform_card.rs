//! A platform with its accounts, in every state it can be in.

use leptos::prelude::*;

use super::{AccountRow, Badge, ButtonLink, Glyph, PlatformMark, Tone, Variant};
use crate::model::{AccountView, Card, Status};
use crate::ui::islands::IntegrationCard;

/// What a card as a whole is: the best of its accounts, since one that works makes the platform
/// usable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotConfigured,
    Connecting,
    Disconnected,
    Connected,
    Expiring,
    Error,
    Expired,
}

impl State {
    fn of(card: &Card) -> Self {
        let any =
            |status| card.accounts.iter().any(|account: &AccountView| account.status == status);
        match card {
            _ if any(Status::Connected) => Self::Connected,
            _ if any(Status::Expiring) => Self::Expiring,
            _ if any(Status::Error) => Self::Error,
            _ if any(Status::Expired) => Self::Expired,
            card if !card.configured => Self::NotConfigured,
            card if card.unfinished => Self::Connecting,
            _ => Self::Disconnected,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::Connecting => "connecting",
            Self::Disconnected => "disconnected",
            Self::Connected => "connected",
            Self::Expiring => "expiring",
            Self::Error => "error",
            Self::Expired => "expired",
        }
    }
}

#[component]
pub fn PlatformCard(card: Card, operator: bool) -> impl IntoView {
    let info = &card.info;
    let state = State::of(&card);
    let rows =
        card.accounts.iter().map(|account| view! { <AccountRow account info /> }).collect_view();
    let rows = (!card.accounts.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> });
    let class = match state {
        State::NotConfigured => "card card-off panel",
        _ if card.accounts.is_empty() => "card panel",
        _ => "card card-full panel",
    };
    let title = format!("platform-{}", info.id);
    let titled = title.clone();
    let shown = view! {
        <section
            class=class
            aria-labelledby=titled
            data-provider=info.id.to_string()
            data-state=state.as_str()
            data-live=format!("card-{}", info.id)
            tabindex="-1"
        >
            <header class="card-head">
                <span class="mark">
                    <PlatformMark platform=&info.id />
                </span>
                <div class="card-title">
                    <h2 id=title>{info.name.to_string()}</h2>
                    <CardStatus card=&card state />
                </div>
                <p class="card-pitch">{info.pitch.to_string()}</p>
                <div class="card-act">
                    <AddButton card=&card operator />
                </div>
            </header>
            <Unfinished card=&card />
            {rows}
        </section>
    };
    view! { <IntegrationCard>{shown}</IntegrationCard> }
}

/// The state of the card in a word.
#[component]
fn CardStatus<'a>(card: &'a Card, state: State) -> impl IntoView + use<> {
    let all = card.accounts.len();
    let working = card
        .accounts
        .iter()
        .filter(|account| matches!(account.status, Status::Connected | Status::Expiring))
        .count();
    let (tone, glyph, text) = match state {
        State::Disconnected => return None,
        State::NotConfigured => {
            (Tone::Quiet, Glyph::Minus, "Not set up on this server yet".to_owned())
        }
        State::Connecting => (Tone::Info, Glyph::Clock, "Connecting".to_owned()),
        State::Connected | State::Expiring if working < all => {
            (Tone::Warn, Glyph::Alert, format!("Connected ({working} of {all})"))
        }
        State::Connected | State::Expiring => {
            (Tone::Good, Glyph::CheckCircle, format!("Connected ({all})"))
        }
        State::Error => (Tone::Bad, Glyph::Alert, "Needs attention".to_owned()),
        State::Expired => (Tone::Bad, Glyph::Unplug, "Expired".to_owned()),
    };
    Some(view! { <Badge tone glyph text /> })
}

/// The one button of a card.
#[component]
fn AddButton<'a>(card: &'a Card, operator: bool) -> impl IntoView + use<> {
    let name = &card.info.name;
    let href = format!("/platforms/connect/{}", card.info.id);
    let id = format!("add-{}", card.info.id);
    match (card.configured, card.accounts.is_empty()) {
        (true, true) => Some(view! {
            <ButtonLink
                href
                id
                text="Add app"
                name=format!("Add app: {name}")
                look=Variant::Plain
                dialog=true
            />
        }),
        (true, false) => {
            let text = "Add another account";
            let name = format!("{text}: {name}");
            Some(view! { <ButtonLink href id text name look=Variant::Quiet dialog=true /> })
        }
        (false, _) => operator.then(|| {
            view! {
                <ButtonLink
                    href
                    id
                    text="How to set up"
                    name=format!("How to set up {name}")
                    look=Variant::Quiet
                />
            }
        }),
    }
}

/// An attempt that did not come back.
#[component]
fn Unfinished<'a>(card: &'a Card) -> impl IntoView + use<> {
    let (id, name) = (&card.info.id, &card.info.name);
    (card.unfinished && card.configured).then(|| {
        view! {
            <p class="card-line">
                <span class="soft">
                    {format!("Connecting {name} was not finished. Nothing was connected.")}
                </span>
                <a
                    class="link"
                    href=format!("/platforms/connect/{id}")
                    data-dialog=true
                    aria-label=format!("Try again: {name}")
                >
                    "Try again"
                </a>
            </p>
        }
    })
}
