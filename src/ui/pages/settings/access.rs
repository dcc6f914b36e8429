//! What the person logs in with: e-mail and password. Both are changed by who knows the password.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::users;
use crate::model::{Flash, Profile};
use crate::ui::components::{Badge, Field, FormError, Glyph, Submit, Tone};

#[component]
pub fn EmailForm<'a>(profile: &'a Profile, flash: &'a Flash) -> impl IntoView + use<> {
    let state = if profile.verified {
        view! { <Badge tone=Tone::Good glyph=Glyph::CheckCircle text="Confirmed" /> }.into_any()
    } else {
        view! {
            <Badge tone=Tone::Warn glyph=Glyph::Clock text="Not confirmed yet" />
            <form method="post" action=form_action!(users::VerifyAgain)>
                <Submit text="Send the link again" busy="Sending..." />
            </form>
        }
        .into_any()
    };
    let email = profile.email.clone();
    view! {
        <section aria-labelledby="change-email">
            <h2 id="change-email" class="mb-2">
                "E-mail"
            </h2>
            <div class="panel p-5">
                <div
                    class="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2"
                    data-live="email"
                    tabindex="-1"
                >
                    <p class="font-medium break-all">{email}</p>
                    {state}
                </div>
                <form class="grid gap-4" method="post" action=form_action!(users::ChangeEmail)>
                    <Field
                        name="new_email"
                        label="New e-mail"
                        kind="email"
                        autocomplete="email"
                        help="We send a link to it. Until you follow it, nothing changes."
                        max=254
                        flash
                    />
                    <Field
                        name="email_password"
                        label="Your password"
                        kind="password"
                        autocomplete="current-password"
                        max=128
                        flash
                    />
                    <FormError />
                    <div>
                        <Submit text="Change e-mail" busy="Sending..." />
                    </div>
                </form>
            </div>
        </section>
    }
}

#[component]
pub fn PasswordForm<'a>(profile: &'a Profile, flash: &'a Flash) -> impl IntoView + use<> {
    let email = profile.email.clone();
    view! {
        <section aria-labelledby="change-password">
            <h2 id="change-password" class="mb-2">
                "Password"
            </h2>
            <form
                class="panel grid gap-4 p-5"
                method="post"
                action=form_action!(users::ChangePassword)
            >
                // Tells password managers whose password it is.
                <input type="hidden" name="username" autocomplete="username" value=email />
                <Field
                    name="current_password"
                    label="Current password"
                    kind="password"
                    autocomplete="current-password"
                    max=128
                    flash
                />
                <Field
                    name="new_password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    help="10 characters or more. Every other device is logged out."
                    max=128
                    flash
                />
                <FormError />
                <div>
                    <Submit text="Change password" busy="Changing..." />
                </div>
            </form>
        </section>
    }
}
