//! The platforms, short: for somebody who has connected nothing yet.

use leptos::prelude::*;

use super::{ButtonLink, PlatformMark, Variant};
use crate::model::Card;
use crate::ui::islands::LiveForms;

#[component]
pub fn PlatformList(cards: Vec<Card>, #[prop(optional)] dialogs: bool) -> impl IntoView {
    let lines = cards.into_iter().map(move |card| {
        let (id, name, pitch) = (card.info.id, card.info.name, card.info.pitch);
        let act = match (card.configured, card.accounts.len()) {
            (false, _) => {
                view! { <span class="small soft">"Not set up here yet"</span> }.into_any()
            }
            (true, count) => {
                let text = if count == 0 { "Connect" } else { "Connect another" };
                view! {
                    <ButtonLink
                        href=format!("/platforms/connect/{id}")
                        text
                        name=format!("{text}: {name}")
                        look=Variant::Plain
                        dialog=dialogs
                    />
                }
                .into_any()
            }
        };
        view! {
            <li class="flex items-center gap-3.5">
                <span class="mark">
                    <PlatformMark platform=&id />
                </span>
                <div class="min-w-0 flex-1">
                    <a class="font-medium hover:underline" href=format!("/platforms/connect/{id}")>
                        {name.to_string()}
                    </a>
                    <p class="soft small">{pitch.to_string()}</p>
                </div>
                {act}
            </li>
        }
    });
    let lines = lines.collect_view();
    view! {
        <LiveForms>
            <ul class="panel rows rows-first">{lines}</ul>
        </LiveForms>
    }
}
