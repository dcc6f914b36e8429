//! What the API's page is made of: sentences with code in them, examples, fields, answers.

use leptos::prelude::*;

use crate::model::reference::{Body, Entry, Piece, Reply};

/// A sentence in which backquotes stand around code.
#[component]
pub fn Prose<'a>(text: &'a str) -> impl IntoView + use<> {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => view! { <span>{part.to_owned()}</span> }.into_any(),
        _ => view! { <code class="code">{part.to_owned()}</code> }.into_any(),
    });
    parts.collect_view()
}

/// Something to copy: one click selects it whole.
#[component]
pub fn Sample(text: String) -> impl IntoView {
    view! { <pre class="sample code">{text}</pre> }
}

/// A kind in words; shapes lead to where they are explained.
#[component]
pub fn ShapeLinks<'a>(kind: &'a [Piece]) -> impl IntoView + use<> {
    let pieces = kind.iter().map(|piece| match piece.shape {
        true => view! {
            <a class="link" href=format!("#shape-{}", piece.text)>
                {piece.text.clone()}
            </a>
        }
        .into_any(),
        false => view! { <Prose text=&piece.text /> }.into_any(),
    });
    view! { <span>{pieces.collect_view()}</span> }
}

#[component]
pub fn ApiEntries<'a>(entries: &'a [Entry]) -> impl IntoView + use<> {
    let rows = entries.iter().map(|entry| {
        let notes = (!entry.notes.is_empty()).then(|| format!(" ({})", entry.notes));
        let about = (!entry.about.is_empty()).then(|| {
            view! {
                <p class="soft">
                    <Prose text=&entry.about />
                </p>
            }
        });
        view! {
            <dt class="code">{entry.name.clone()}</dt>
            <dd>
                <p>
                    <ShapeLinks kind=&entry.kind />
                    <span class="soft">{notes}</span>
                </p>
                {about}
            </dd>
        }
    });
    (!entries.is_empty()).then(|| view! { <dl class="entries">{rows.collect_view()}</dl> })
}

/// An answer: when it is given, how it looks, and examples of it.
#[component]
pub fn ApiReply<'a>(reply: &'a Reply) -> impl IntoView + use<> {
    let tone = if reply.status.starts_with(['2', '3']) {
        "reply-status text-good"
    } else {
        "reply-status text-bad"
    };
    let headers =
        reply.headers.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let headers = (!headers.is_empty())
        .then(|| view! { <p class="small soft">"With "<Prose text=&headers /></p> });
    view! {
        <p>
            <strong class=tone>{reply.status.clone()}</strong>
            " "
            <Prose text=&reply.about />
        </p>
        {headers}
        {reply.bodies.iter().map(|body| view! { <Answered body /> }).collect_view()}
    }
}

#[component]
fn Answered<'a>(body: &'a Body) -> impl IntoView + use<> {
    let examples = body.examples.iter().map(|(_, text)| view! { <Sample text=text.clone() /> });
    view! {
        <p class="small">
            <code class="code">{body.media_type.clone()}</code>
            ": "
            <ShapeLinks kind=&body.kind />
        </p>
        {examples.collect_view()}
    }
}
