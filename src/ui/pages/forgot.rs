//! A forgotten password: where the link is sent.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::users;
use crate::model::Frame;
use crate::ui::components::{Field, FormError, PageHeader, Submit, Variant, page_alone};
use crate::ui::islands::LiveForms;

#[component]
pub fn ForgotPage() -> impl IntoView {
    page_alone(|frame: Frame| async move {
        let form = view! {
            <form class="panel grid gap-4 p-5" method="post" action=form_action!(users::Forgot)>
                <Field
                    name="email"
                    label="E-mail"
                    kind="email"
                    autocomplete="username"
                    help="The address of your account. We send a link to it."
                    max=254
                    flash=&frame.flash
                />
                <FormError />
                <Submit text="Send the link" busy="Sending..." look=Variant::Primary />
            </form>
        };
        Ok(view! {
            <PageHeader title="Choose a new password" back=("/login", "Log in") />
            <LiveForms>{form}</LiveForms>
        })
    })
}
