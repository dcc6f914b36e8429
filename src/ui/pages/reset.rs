//! Where the link in the mail leads: a new password.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::users;
use crate::model::Frame;
use crate::ui::components::{Field, FormError, LinkCode, PageHeader, Submit, Variant, page_alone};
use crate::ui::islands::LiveForms;

#[component]
pub fn ResetPage() -> impl IntoView {
    page_alone(|frame: Frame| async move {
        let flash = &frame.flash;
        let form = view! {
            <form class="panel grid gap-4 p-5" method="post" action=form_action!(users::Reset)>
                <LinkCode flash />
                <Field
                    name="password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    help="10 characters or more. A few words in a row are easy to keep in mind."
                    max=128
                    flash
                />
                <p class="small soft">"Every device on which you are logged in is logged out."</p>
                <FormError />
                <Submit text="Change password" busy="Changing..." look=Variant::Primary />
            </form>
        };
        Ok(view! {
            <PageHeader title="Choose a new password" />
            <LiveForms>{form}</LiveForms>
            <p class="soft mt-4 text-center">
                "The link is too old? " <a class="link" href="/forgot">
                    "Ask for a new one"
                </a>
            </p>
        })
    })
}
