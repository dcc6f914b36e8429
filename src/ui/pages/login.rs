//! Logging in.

use crate::ui::components::form_action;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::users;
use crate::model::Frame;
use crate::ui::components::{
    Field, FormError, Note, PageHeader, Submit, Tone, Variant, page_alone,
};
use crate::ui::islands::LiveForms;

#[component]
pub fn LoginPage() -> impl IntoView {
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    page_alone(|frame: Frame| async move {
        let flash = &frame.flash;
        let register = frame.registration_open.then(|| {
            view! {
                <p class="soft mt-4 text-center">
                    "New here? " <a class="link" href="/register">
                        "Create an account"
                    </a>
                </p>
            }
        });
        let demo = frame
            .demo
            .clone()
            .map(|(email, password)| view! { <Demo email password next=next.clone() /> });
        let form = view! {
            <form
                class="panel grid gap-4 p-5"
                method="post"
                action=form_action!(users::Login)
                data-auth=true
            >
                <input type="hidden" name="next" value=next />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" flash />
                <Field
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    flash
                />
                <FormError />
                <Submit text="Log in" busy="Logging in..." look=Variant::Primary />
            </form>
        };
        Ok(view! {
            <PageHeader title="Log in" />
            {demo}
            <LiveForms>{form}</LiveForms>
            <p class="mt-4 text-center">
                <a class="link" href="/forgot">
                    "Forgot your password?"
                </a>
            </p>
            {register}
        })
    })
}

/// The login that exists in the sandbox only, in one press.
#[component]
fn Demo(email: String, password: String, next: String) -> impl IntoView {
    view! {
        <div class="mb-4">
            <Note tone=Tone::Info>
                <p>
                    "In the sandbox you can log in \
                     as " <span class="code">{email.clone()}</span> " with "
                    <span class="code">{password.clone()}</span> "."
                </p>
                <LiveForms>
                    <form
                        class="mt-2"
                        method="post"
                        action=form_action!(users::Login)
                        data-auth=true
                    >
                        <input type="hidden" name="email" value=email />
                        <input type="hidden" name="password" value=password />
                        <input type="hidden" name="next" value=next />
                        <Submit text="Log in as the demo creator" busy="Logging in..." />
                    </form>
                </LiveForms>
            </Note>
        </div>
    }
}
