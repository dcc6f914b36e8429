//! The question before an account at Huntaze goes. Also a dialog on `/settings`.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::users;
use crate::error::AppError;
use crate::model::Frame;
use crate::ui::components::{ButtonLink, Field, FormError, PageHeader, Submit, Variant, page};
use crate::ui::islands::LiveForms;

#[component]
pub fn DeletePage() -> impl IntoView {
    page(|frame: Frame| async move {
        let viewer = frame.viewer.ok_or_else(AppError::unauthorized)?;
        let flash = &frame.flash;
        let question = view! {
            <article class="question" data-dialog-page=true>
                <PageHeader title="Delete your account?" back=("/settings", "Settings") />
                <p class="max-w-prose">
                    "Everything goes at once and can't be brought back: your profile, your \
                     connected accounts and all that was collected about them. Huntaze ends its \
                     access at the platforms. What you posted there stays."
                </p>
                <form
                    class="mt-6 grid max-w-md gap-4"
                    method="post"
                    action=form_action!(users::DeleteAccount)
                >
                    <Field
                        name="email"
                        label="Your e-mail"
                        kind="email"
                        help=format!("Type {} to show that you mean it.", viewer.email)
                        max=254
                        flash
                    />
                    <Field
                        name="password"
                        label="Your password"
                        kind="password"
                        autocomplete="current-password"
                        max=128
                        flash
                    />
                    <FormError />
                    <div class="flex flex-wrap justify-end gap-2">
                        <ButtonLink
                            href="/settings"
                            text="Keep my account"
                            look=Variant::Quiet
                            closes=true
                        />
                        <Submit text="Delete my account" busy="Deleting..." look=Variant::Danger />
                    </div>
                </form>
            </article>
        };
        Ok(view! { <LiveForms>{question}</LiveForms> })
    })
}
