//! All that is known about a connection, unfolded in place.

use leptos::prelude::*;

use super::{Glyph, Icon, RelativeTime};
use crate::model::{AccountView, LifeView, PermissionView, PlatformInfo, Status};

#[component]
pub fn AccountDetails<'a>(
    account: &'a AccountView,
    info: &'a PlatformInfo,
    #[prop(optional)] open: bool,
) -> impl IntoView + use<> {
    let title = account.title();
    view! {
        <details class="more" id=format!("details-{}", account.id) open=open>
            <summary>
                <Icon glyph=Glyph::Chevron small=true />
                "Details"
                <span class="sr-only">{format!(" of {title}")}</span>
            </summary>
            <div class="facts">
                <Permissions permissions=&account.permissions />
                <div class="grid content-start gap-5">
                    {account
                        .life
                        .as_ref()
                        .map(|life| view! { <Life life status=account.status title /> })}
                    <Figures account info />
                </div>
            </div>
        </details>
    }
}

#[component]
fn Permissions<'a>(permissions: &'a [PermissionView]) -> impl IntoView + use<> {
    let lines = permissions.iter().map(|permission| {
        let (class, glyph, missing) = match permission.granted {
            true => ("text-good", Glyph::Check, None),
            false => (
                "text-bad",
                Glyph::Cross,
                Some(view! { <span class="text-bad font-medium">" - not granted"</span> }),
            ),
        };
        view! {
            <li>
                <span class=class>
                    <Icon glyph small=true />
                </span>
                <span>{permission.label.clone()} {missing}</span>
            </li>
        }
    });
    view! {
        <section>
            <h3>"Permissions"</h3>
            <ul class="grid gap-1.5">{lines.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Life<'a>(life: &'a LifeView, status: Status, title: &'a str) -> impl IntoView + use<> {
    let class = if status == Status::Connected { "life" } else { "life life-warn" };
    view! {
        <section>
            <h3>"Access"</h3>
            <progress
                class=class
                max="100"
                value=life.used_percent.to_string()
                aria-label=format!("Access of {title} used up")
            ></progress>
            <p class="small soft \
            mt-1.5">"Until " <RelativeTime moment=&life.until /> ": " {life.then.clone()}</p>
        </section>
    }
}

/// What the platform told, and what support asks for.
#[component]
fn Figures<'a>(account: &'a AccountView, info: &'a PlatformInfo) -> impl IntoView + use<> {
    let details = account.details.iter().map(|(name, value)| {
        view! {
            <dt>{name.clone()}</dt>
            <dd>{value.clone()}</dd>
        }
    });
    let limits = account.limits.iter().map(|limit| {
        view! {
            <dt>{limit.label.clone()}</dt>
            <dd>
                {limit.value.clone()}
                <span class="soft">" - " <RelativeTime moment=&limit.at /></span>
            </dd>
        }
    });
    let check = match &account.check {
        Some(check) => {
            let when = view! { <span class="soft">" - " <RelativeTime moment=&check.at /></span> };
            view! { <dd>{check.text.clone()} {when}</dd> }.into_any()
        }
        None => view! { <dd class="soft">"Not tested yet"</dd> }.into_any(),
    };
    view! {
        <section>
            <h3>{format!("On {}", info.name)}</h3>
            <dl>
                {details.collect_view()} {limits.collect_view()} <dt>"Last check"</dt> {check}
                <dt>{format!("{} id", info.name)}</dt>
                <dd class="code">{account.platform_id.clone()}</dd> <dt>"Huntaze id"</dt>
                <dd class="code">{account.id.to_string()}</dd>
            </dl>
        </section>
    }
}
