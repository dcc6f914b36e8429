//! What a person reads before leaving for a platform: who can connect, what is read, what is
//! written, what never happens; then one button.

use std::borrow::Cow;

use leptos::prelude::*;

use super::{ButtonLink, FieldError, FormError, Glyph, Icon, Note, Submit, Tone, Variant};
use crate::model::{AccountView, ConnectKind, Flash, PlatformInfo, platform};

#[component]
pub fn BeforeConsent<'a>(
    info: &'a PlatformInfo,
    again: Option<&'a AccountView>,
    flash: &'a Flash,
) -> impl IntoView + use<> {
    let warning = info
        .warning
        .as_ref()
        .map(|text| text.to_string())
        .map(|text| view! { <Note tone=Tone::Warn>{text}</Note> });
    let same = again.map(|account| {
        let (title, name) = (account.title(), &info.name);
        let text = format!(
            "Choose {title} again on {name}. Label, posts and history stay; another \
            account is refused."
        );
        view! { <Note tone=Tone::Info>{text}</Note> }
    });
    let attests = info.attests.iter().enumerate().map(|(index, text)| {
        let id = format!("attest-{index}");
        view! {
            <label class="tick">
                <input
                    type="checkbox"
                    id=id
                    name="attest"
                    value=index.to_string()
                    required
                    aria-describedby="attest-error"
                />
                <span>{text.to_string()}</span>
            </label>
        }
    });
    let attests = (!info.attests.is_empty())
        .then(|| view! { <div>{attests.collect_view()} <FieldError name="attest" flash /></div> });
    let fields = (info.kind == ConnectKind::Session)
        .then(|| info.fields.iter().map(|field| view! { <Pasted field flash /> }).collect_view());
    let (button, busy) = match info.kind {
        ConnectKind::OAuth => {
            (format!("Continue to {}", info.name), format!("Opening {}...", info.name))
        }
        ConnectKind::Session if again.is_some() => {
            (format!("Reconnect {}", info.name), format!("Asking {}...", info.name))
        }
        ConnectKind::Session => {
            (format!("Connect {}", info.name), format!("Asking {}...", info.name))
        }
    };
    view! {
        <form class="grid gap-5" method="post" action=format!("/platforms/connect/{}", info.id)>
            {again
                .map(|account| {
                    view! { <input type="hidden" name="account" value=account.id.to_string() /> }
                })}
            {same}
            {warning}
            <Points title="Who can connect" glyph=Glyph::Check points=&info.who />
            <Points title="What Huntaze reads" glyph=Glyph::Check points=&info.reads />
            <Points
                title="What Huntaze can do in your name"
                glyph=Glyph::Check
                points=&info.writes
            />
            <Points title="What Huntaze never does" glyph=Glyph::Cross points=&info.never />
            {fields}
            {attests}
            <FormError />
            <div class="flex flex-wrap justify-end gap-2">
                <ButtonLink href="/integrations" text="Cancel" look=Variant::Quiet closes=true />
                <Submit text=button busy look=Variant::Primary />
            </div>
        </form>
    }
}

#[component]
fn Points<'a>(
    title: &'static str,
    glyph: Glyph,
    points: &'a [Cow<'static, str>],
) -> impl IntoView + use<> {
    let class = if glyph == Glyph::Cross { "text-text-faint" } else { "text-good" };
    let lines = points.iter().map(|point| {
        view! {
            <li>
                <span class=class>
                    <Icon glyph small=true />
                </span>
                <span>{point.to_string()}</span>
            </li>
        }
    });
    (!points.is_empty()).then(|| {
        view! {
            <section>
                <h2 class="mb-1.5">{title}</h2>
                <ul class="checklist soft">{lines.collect_view()}</ul>
            </section>
        }
    })
}

/// A field of a browser session. What is secret is hidden while it is typed and never comes back.
#[component]
fn Pasted<'a>(field: &'a platform::Field, flash: &'a Flash) -> impl IntoView + use<> {
    let name = field.name.to_string();
    let value = if field.secret { String::new() } else { flash.value(&name) };
    let invalid = if flash.error(&name).is_some() { "true" } else { "false" };
    view! {
        <div class="field">
            <label for=name.clone()>{field.label.to_string()}</label>
            <input
                class="input"
                id=name.clone()
                name=name.clone()
                type=if field.secret { "password" } else { "text" }
                value=value
                maxlength=field.max
                autocomplete="off"
                spellcheck="false"
                required
                aria-invalid=invalid
                aria-describedby=format!("{name}-help {name}-error")
            />
            <p class="field-help" id=format!("{name}-help")>
                {field.help.to_string()}
            </p>
            <FieldError name flash />
        </div>
    }
}
