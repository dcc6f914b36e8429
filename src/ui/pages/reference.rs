//! The API for people who write programs: what there is, who may ask and how often, what is sent
//! and answered. All of it from the document that programs read. Nothing here needs a script: an
//! operation unfolds, and a link to one unfolds it.

use leptos::prelude::*;

use crate::api::reference::reference;
use crate::model::Frame;
use crate::model::reference::{Group, Reference, Reply, Shape};
use crate::ui::components::{
    ApiEntries, ApiOperation, ApiReply, ButtonLink, PageHeader, Prose, Sample, page,
};

#[component]
pub fn ReferencePage() -> impl IntoView {
    page(|_: Frame| async move {
        let shown = reference().await?;
        Ok(view! {
            <PageHeader title="API reference">
                <ButtonLink href="/api/openapi.json" text="OpenAPI 3.1" />
            </PageHeader>
            <div class="reference">
                <section class="prose">
                    {shown
                        .intro
                        .iter()
                        .map(|text| {
                            view! {
                                <p>
                                    <Prose text />
                                </p>
                            }
                        })
                        .collect_view()}
                </section>
                <Contents shown=&shown />
                <Begin base=&shown.base />
                {shown.groups.iter().map(|group| view! { <Operations group /> }).collect_view()}
                <Errors errors=&shown.errors />
                <Shapes shapes=&shown.shapes />
            </div>
        })
    })
}

#[component]
fn Contents<'a>(shown: &'a Reference) -> impl IntoView + use<> {
    let groups = shown
        .groups
        .iter()
        .map(|group| (group.id.clone(), group.name.clone(), Some(group.operations.len())));
    let rest = [("errors", "Errors"), ("shapes", "Shapes")]
        .map(|(id, name)| (id.to_owned(), name.to_owned(), None));
    let links = groups.chain(rest).map(|(id, name, count)| {
        let count = count.map(|count| view! { <span class="soft">{format!(" {count}")}</span> });
        view! {
            <li>
                <a class="link" href=format!("#{id}")>
                    {name}
                </a>
                {count}
            </li>
        }
    });
    view! {
        <nav aria-label="On this page">
            <ul class="reference-contents">{links.collect_view()}</ul>
        </nav>
    }
}

/// From nothing to the first answer.
#[component]
fn Begin<'a>(base: &'a str) -> impl IntoView + use<> {
    let log_in = format!(
        "TOKEN=$(curl -s {base}/api/auth/login \\\n  -H \"Content-Type: application/json\" \\\n  \
         -d '{{\"email\":\"ada@example.com\",\"password\":\"ada-draws-daily\"}}' | jq -r \
         .data.accessToken)"
    );
    view! {
        <section aria-labelledby="begin">
            <h2 id="begin">"Begin"</h2>
            <p class="soft mt-1 mb-3">
                "Log in once; the examples below use the token for 15 minutes. A click on an \
                 example selects all of it."
            </p>
            <Sample text=log_in />
        </section>
    }
}

#[component]
fn Operations<'a>(group: &'a Group) -> impl IntoView + use<> {
    let operations = group.operations.iter().map(|operation| view! { <ApiOperation operation /> });
    view! {
        <section aria-labelledby=group.id.clone()>
            <h2 id=group.id.clone()>{group.name.clone()}</h2>
            <p class="soft mt-1 mb-3">{group.about.clone()}</p>
            <div class="panel operations">{operations.collect_view()}</div>
        </section>
    }
}

#[component]
fn Errors<'a>(errors: &'a [Reply]) -> impl IntoView + use<> {
    let errors = errors.iter().map(|error| {
        view! {
            <li id=format!("error-{}", error.id)>
                <ApiReply reply=error />
            </li>
        }
    });
    view! {
        <section aria-labelledby="errors">
            <h2 id="errors">"Errors"</h2>
            <p class="soft mt-1 mb-3">
                "The same everywhere. Operations name those that they may answer."
            </p>
            <ul class="panel rows rows-first">{errors.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Shapes<'a>(shapes: &'a [Shape]) -> impl IntoView + use<> {
    let shapes = shapes.iter().map(|shape| {
        let words = shape.words.iter().map(|word| {
            view! {
                <li>
                    <code class="code">{word.clone()}</code>
                </li>
            }
        });
        let words = (!shape.words.is_empty())
            .then(|| view! { <ul class="shape-words">{words.collect_view()}</ul> });
        let about = (!shape.about.is_empty()).then(|| {
            view! {
                <p class="soft">
                    <Prose text=&shape.about />
                </p>
            }
        });
        view! {
            <li class="shape" id=format!("shape-{}", shape.name)>
                <h3 class="code">{shape.name.clone()}</h3>
                {about}
                {words}
                <ApiEntries entries=&shape.fields />
            </li>
        }
    });
    view! {
        <section aria-labelledby="shapes">
            <h2 id="shapes">"Shapes"</h2>
            <p class="soft mt-1 mb-3">"What is sent and answered, field by field."</p>
            <ul class="panel rows rows-first">{shapes.collect_view()}</ul>
        </section>
    }
}
