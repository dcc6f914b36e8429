//! The mail, for operators: what waits, and what was written to files where no mail server is set
//! up.

use leptos::prelude::*;

use crate::api::mail::mail;
use crate::model::{Frame, Part, UnsentMail, WrittenMail};
use crate::ui::components::{Badge, Glyph, Note, PageHeader, RelativeTime, Tone, page};

#[component]
pub fn MailPage() -> impl IntoView {
    page(|_: Frame| async move {
        let shown = mail().await?;
        let written = shown.written.map(|mails| view! { <Written mails /> });
        Ok(view! {
            <PageHeader title="Mail" back=("/settings", "Settings") />
            <div class="grid gap-8">
                <Unsent mails=shown.unsent />
                {written}
            </div>
        })
    })
}

#[component]
fn Unsent(mails: Vec<UnsentMail>) -> impl IntoView {
    let empty =
        mails.is_empty().then(|| view! { <p class="panel p-5">"Every mail has been sent."</p> });
    let rows = mails.into_iter().map(|mail| {
        let next = match &mail.next {
            Some(_) if mail.attempts == 0 => "goes out in a moment".into_any(),
            Some(next) => view! {
                "tried again "
                <RelativeTime moment=next />
            }
            .into_any(),
            None => {
                view! { <Badge tone=Tone::Bad glyph=Glyph::Alert text="Given up" /> }.into_any()
            }
        };
        view! {
            <li>
                <p class="font-medium">{mail.subject}</p>
                <p class="soft">"To " {mail.to} ", posted " <RelativeTime moment=&mail.posted /></p>
                <p class="small soft">
                    {format!("Attempts: {}", mail.attempts)}
                    {mail.problem.map(|problem| format!(" ({problem})"))} ", " {next}
                </p>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section aria-labelledby="waiting">
            <h2 id="waiting" class="mb-2">
                "Waiting"
            </h2>
            {empty}
            <ul class="panel rows rows-first empty:hidden">{rows}</ul>
        </section>
    }
}

#[component]
fn Written(mails: Vec<WrittenMail>) -> impl IntoView {
    let empty = mails
        .is_empty()
        .then(|| view! { <p class="panel p-5">"No mail has been written yet."</p> });
    let mails = mails.into_iter().map(|mail| view! { <WrittenMessage mail /> });
    let mails = mails.collect_view();
    view! {
        <section aria-labelledby="written">
            <h2 id="written" class="mb-2">
                "Written to files"
            </h2>
            <div class="mb-4">
                <Note tone=Tone::Info>
                    "No mail server is set up, so nobody receives these. Hand their links on to \
                     the people they are for, or set up " <span class="code">"[mail]"</span>
                    " in Leptos.toml."
                </Note>
            </div>
            {empty}
            <div class="grid gap-4">{mails}</div>
        </section>
    }
}

#[component]
fn WrittenMessage(mail: WrittenMail) -> impl IntoView {
    let text = mail.text.into_iter().map(|Part { text, link }| match link {
        true => view! {
            <a class="link break-all" href=text.clone() rel="noreferrer">
                {text.clone()}
            </a>
        }
        .into_any(),
        false => text.into_any(),
    });
    let text = text.collect_view();
    view! {
        <article class="panel p-5">
            <h3>{mail.subject}</h3>
            <p class="small soft mb-3">
                "To " {mail.to} ", " <RelativeTime moment=&mail.written />
            </p>
            <p class="whitespace-pre-wrap">{text}</p>
        </article>
    }
}
