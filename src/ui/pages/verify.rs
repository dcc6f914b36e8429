//! Where the link in the mail leads: the address is the person's. No log-in is needed.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::users;
use crate::model::Frame;
use crate::ui::components::{FormError, LinkCode, PageHeader, Submit, Variant, page_alone};
use crate::ui::islands::LiveForms;

#[component]
pub fn VerifyPage() -> impl IntoView {
    page_alone(|frame: Frame| async move {
        let form = view! {
            <form class="panel grid gap-4 p-5" method="post" action=form_action!(users::Verify)>
                <p>"One press, and Huntaze knows that this address is yours."</p>
                <LinkCode flash=&frame.flash />
                <FormError />
                <Submit text="Confirm e-mail" busy="Confirming..." look=Variant::Primary />
            </form>
        };
        Ok(view! {
            <PageHeader title="Confirm your e-mail" />
            <LiveForms>{form}</LiveForms>
        })
    })
}
