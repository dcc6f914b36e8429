//! Opening an account.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::users;
use crate::model::{Flash, Frame};
use crate::ui::components::{Field, FormError, PageHeader, Submit, Variant, page_alone};
use crate::ui::islands::LiveForms;

#[component]
pub fn RegisterPage() -> impl IntoView {
    page_alone(|frame: Frame| async move {
        let flash = &frame.flash;
        let form = if frame.registration_open {
            let form = view! { <Form flash /> };
            view! { <LiveForms>{form}</LiveForms> }.into_any()
        } else {
            view! {
                <p class="panel p-5">
                    "Registration is closed on this server. Ask the person \
                    who runs it for an account."
                </p>
            }
            .into_any()
        };
        Ok(view! {
            <PageHeader title="Create account" />
            {form}
            <p class="soft mt-4 text-center">
                "Have an account? " <a class="link" href="/login">
                    "Log in"
                </a>
            </p>
        })
    })
}

#[component]
fn Form<'a>(flash: &'a Flash) -> impl IntoView + use<> {
    view! {
        <form class="panel grid gap-4 p-5" method="post" action=form_action!(users::Register)>
            <Field name="name" label="Name" autocomplete="name" max=100 flash />
            <Field name="email" label="E-mail" kind="email" autocomplete="username" max=254 flash />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete="new-password"
                help="10 characters or more. A few words in a row are easy to keep in mind."
                max=128
                flash
            />
            <FormError />
            <Submit text="Create account" busy="Creating..." look=Variant::Primary />
        </form>
    }
}
