//! The question before an account goes. Also a dialog on `/integrations`.

use crate::ui::components::form_action;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::accounts::{self, integrations};
use crate::error::AppError;
use crate::model::{AccountId, Frame};
use crate::ui::components::{ButtonLink, FormError, PageHeader, Submit, Variant, page};
use crate::ui::islands::LiveForms;

#[component]
pub fn DisconnectPage() -> impl IntoView {
    let account =
        use_params_map().read_untracked().get("account").unwrap_or_default().parse::<AccountId>();
    page(|_: Frame| async move {
        let cards = integrations().await?.cards;
        let mut accounts = cards
            .iter()
            .flat_map(|card| card.accounts.iter().map(move |account| (&card.info, account)));
        let (info, account) = accounts
            .find(|(_, shown)| Ok(shown.id) == account)
            .ok_or_else(|| AppError::not_found("account"))?;
        let title = account.title();
        let question = view! {
            <article class="question" data-dialog-page=true>
                <PageHeader
                    title=format!("Disconnect {title}?")
                    back=("/integrations", "Integrations")
                />
                <p class="max-w-prose">
                    {format!(
                        "Huntaze deletes its access now. Your posts on {} and the history \
                        collected here stay.",
                        info.name,
                    )}
                </p>
                <form
                    class="mt-6 grid gap-4"
                    method="post"
                    action=form_action!(accounts::Disconnect)
                >
                    <input type="hidden" name="id" value=account.id.to_string() />
                    <FormError />
                    <div class="flex flex-wrap justify-end gap-2">
                        <ButtonLink
                            href="/integrations"
                            text="Keep it"
                            look=Variant::Quiet
                            closes=true
                        />
                        <Submit
                            text=format!("Disconnect {title}")
                            busy="Disconnecting..."
                            look=Variant::Danger
                        />
                    </div>
                </form>
            </article>
        };
        Ok(view! { <LiveForms>{question}</LiveForms> })
    })
}
