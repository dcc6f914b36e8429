//! The person's profile, what they log in with, where they are logged in, and the way out.

mod access;

use crate::ui::components::form_action;
use access::{EmailForm, PasswordForm};
use leptos::prelude::*;

use crate::api::notices::preferences;
use crate::api::users::{self, profile, sessions};
use crate::model::{Flash, Frame, Profile, SessionView};
use crate::ui::components::{
    Badge, ButtonLink, DialogTemplate, Field, FormError, Glyph, NoticePreferences, PageHeader,
    RelativeTime, Submit, Tone, Variant, page,
};
use crate::ui::islands::LiveForms;

/// Offered while one types; any other name of the time zone database is taken as well.
const ZONES: [&str; 24] = [
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Pacific/Auckland",
];

#[component]
pub fn SettingsPage() -> impl IntoView {
    page(|frame: Frame| async move {
        let profile = profile().await?;
        let sessions = sessions().await?;
        let preferences = preferences().await?;
        let operations = frame
            .viewer
            .as_ref()
            .is_some_and(|viewer| viewer.operator)
            .then(|| view! { <Operations /> });
        Ok(view! {
            <PageHeader title="Settings" />
            <LiveForms>
                <div class="grid max-w-2xl content-start gap-8">
                    <ProfileForm profile=&profile flash=&frame.flash />
                    <EmailForm profile=&profile flash=&frame.flash />
                    <PasswordForm profile=&profile flash=&frame.flash />
                    <NoticePreferences preferences />
                    <Sessions sessions />
                    {operations}
                    <section aria-labelledby="activity">
                        <h2 id="activity" class="mb-2">
                            "Activity log"
                        </h2>
                        <p class="soft mb-3">
                            "Who did what with this account and its connections, when and from where."
                        </p>
                        <ButtonLink href="/settings/audit" text="Open the activity log" />
                    </section>
                    <section aria-labelledby="programs">
                        <h2 id="programs" class="mb-2">
                            "For your programs"
                        </h2>
                        <p class="soft mb-3">
                            "Everything these pages do with accounts can be done by REST."
                        </p>
                        <ButtonLink href="/api/docs" text="Open the API reference" />
                    </section>
                    <div class="flex flex-wrap justify-between gap-2">
                        <form method="post" action=form_action!(users::Logout)>
                            <Submit text="Log out" busy="Logging out..." />
                        </form>
                        <ButtonLink
                            href="/settings/delete"
                            text="Delete account"
                            look=Variant::Quiet
                            dialog=true
                        />
                    </div>
                </div>
            </LiveForms>
            <DialogTemplate />
        })
    })
}

#[component]
fn ProfileForm<'a>(profile: &'a Profile, flash: &'a Flash) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby="profile">
            <h2 id="profile" class="mb-2">
                "Profile"
            </h2>
            <form
                class="panel grid gap-4 p-5"
                method="post"
                action=form_action!(users::UpdateProfile)
            >
                <Field
                    name="name"
                    label="Name"
                    autocomplete="name"
                    value=profile.name.clone()
                    max=100
                    flash
                />
                <Field
                    name="time_zone"
                    label="Time zone"
                    value=profile.time_zone.clone()
                    help="All times are shown in it. For example Europe/Paris."
                    list="zones"
                    max=64
                    flash
                />
                <datalist id="zones">
                    {ZONES.map(|zone| view! { <option value=zone></option> }).collect_view()}
                </datalist>
                <FormError />
                <div>
                    <Submit text="Save profile" busy="Saving..." look=Variant::Primary />
                </div>
            </form>
        </section>
    }
}

#[component]
fn Sessions(sessions: Vec<SessionView>) -> impl IntoView {
    let others = (sessions.len() > 1).then(|| {
        view! {
            <form class="mt-3" method="post" action=form_action!(users::RevokeOtherSessions)>
                <Submit text="Log out everywhere else" busy="Logging out..." />
            </form>
        }
    });
    let rows = sessions.into_iter().map(|session| {
        let act = if session.current {
            view! { <Badge tone=Tone::Good glyph=Glyph::CheckCircle text="This device" /> }
                .into_any()
        } else {
            view! {
                <form method="post" action=form_action!(users::RevokeSession)>
                    <input type="hidden" name="id" value=session.id.to_string() />
                    <Submit text="Log out" busy="..." name=format!("Log out {}", session.device) />
                </form>
            }
            .into_any()
        };
        view! {
            <li class="flex items-center gap-3">
                <div class="min-w-0 flex-1">
                    <p class="font-medium">{session.device}</p>
                    <p class="small soft">
                        "Last seen " <RelativeTime moment=&session.seen /> ", logged in "
                        <RelativeTime moment=&session.started />
                    </p>
                </div>
                {act}
            </li>
        }
    });
    view! {
        <section aria-labelledby="sessions">
            <h2 id="sessions" class="mb-2">
                "Where you are logged in"
            </h2>
            <div data-live="sessions" tabindex="-1">
                <ul class="panel rows rows-first">{rows.collect_view()}</ul>
                {others}
            </div>
        </section>
    }
}

/// The way to the pages of those who run this server.
#[component]
fn Operations() -> impl IntoView {
    view! {
        <section aria-labelledby="operations">
            <h2 id="operations" class="mb-2">
                "Running this server"
            </h2>
            <ul class="panel rows rows-first">
                <li>
                    <a class="link" href="/operations/jobs">
                        "Jobs"
                    </a>
                    <p class="small soft">
                        "What is done in the background, and what could not be done."
                    </p>
                </li>
                <li>
                    <a class="link" href="/operations/mail">
                        "Mail"
                    </a>
                    <p class="small soft">"What was sent, what waits, and why."</p>
                </li>
            </ul>
        </section>
    }
}
