//! Which of several accounts one consent is to connect.

use crate::ui::components::form_action;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::accounts::{self, choices};
use crate::error::AppError;
use crate::model::{FlowId, Frame};
use crate::ui::components::{FieldError, FormError, PageHeader, Submit, Variant, page};
use crate::ui::islands::LiveForms;

#[component]
pub fn ChoosePage() -> impl IntoView {
    let flow = use_params_map().read_untracked().get("flow").unwrap_or_default().parse::<FlowId>();
    page(|frame: Frame| async move {
        let flow = flow.map_err(|_| AppError::not_found("choice"))?;
        let shown = choices(flow).await?;
        let flash = &frame.flash;
        let name = shown.info.name;
        let options = shown.choices.into_iter().map(|choice| {
            view! {
                <label class="option">
                    <input type="radio" name="choice" value=choice.id required />
                    <span>
                        <span class="block font-medium">{choice.name}</span>
                        <span class="block soft">{choice.detail}</span>
                    </span>
                </label>
            }
        });
        let options = options.collect_view();
        let error = view! { <FieldError name="choice" flash /> };
        Ok(view! {
            <PageHeader title=format!("Which {name} account?") />
            <p class="soft mb-5 max-w-prose">
                {format!(
                    "{name} lets Huntaze connect more than one. Choose one; you can add the \
                    others afterwards.",
                )}
            </p>
            <LiveForms>
                <form
                    class="grid gap-4"
                    id="choose"
                    method="post"
                    action=form_action!(accounts::Choose)
                >
                    <input type="hidden" name="flow" value=flow.to_string() />
                    <fieldset class="panel overflow-hidden">
                        <legend class="sr-only">{format!("{name} accounts")}</legend>
                        {options}
                    </fieldset>
                    {error}
                    <FormError />
                    <div>
                        <Submit
                            text=format!("Connect {name}")
                            busy="Connecting..."
                            look=Variant::Primary
                        />
                    </div>
                </form>
                <form class="mt-2" method="post" action=form_action!(accounts::CancelChoice)>
                    <input type="hidden" name="flow" value=flow.to_string() />
                    <Submit text="Cancel, connect none" busy="Cancelling..." look=Variant::Quiet />
                </form>
            </LiveForms>
        })
    })
}
