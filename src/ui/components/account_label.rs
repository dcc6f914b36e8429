//! The label of an account, changed in place.

use super::form_action;
use leptos::prelude::*;

use super::{Submit, Variant};
use crate::api::accounts;
use crate::model::AccountView;

/// The longest label there is.
const MAX: u32 = 60;

#[component]
pub fn AccountLabel<'a>(account: &'a AccountView) -> impl IntoView + use<> {
    let (id, title) = (account.id, account.title());
    let label = account.label.clone().unwrap_or_default();
    let (shown, act) = match account.label.as_deref() {
        Some(label) => (label.to_owned(), format!("Change the label of {title}: {label}")),
        None => ("+ label".to_owned(), format!("+ label: add a label to {title}")),
    };
    let class = if account.label.is_some() { "label label-set" } else { "label" };
    view! {
        <details class=class id=format!("label-{id}")>
            <summary aria-label=act id=format!("label-open-{id}")>
                <span data-shown=true data-empty="+ label">
                    {shown}
                </span>
            </summary>
            <form method="post" action=form_action!(accounts::SetLabel) data-optimistic=true>
                <input type="hidden" name="id" value=id.to_string() />
                <input
                    class="input"
                    id=format!("label-text-{id}")
                    name="label"
                    value=label
                    maxlength=MAX
                    autocomplete="off"
                    placeholder="Main shop"
                    aria-label=format!("Label of {title}")
                    aria-describedby=format!("label-error-{id}")
                />
                <Submit
                    text="Save"
                    busy="Saving..."
                    look=Variant::Plain
                    name=format!("Save the label of {title}")
                />
                <p
                    class="field-error basis-full"
                    id=format!("label-error-{id}")
                    data-error="label"
                ></p>
            </form>
        </details>
    }
}
