//! One operation of the API: a line that unfolds.

use leptos::prelude::*;

use super::{ApiEntries, ApiReply, Glyph, Icon, Prose, Sample, ShapeLinks};
use crate::model::reference::{Body, Failure, Operation};

#[component]
pub fn ApiOperation<'a>(operation: &'a Operation) -> impl IntoView + use<> {
    let about = operation.about.iter().map(|text| {
        view! {
            <p>
                <Prose text />
            </p>
        }
    });
    let parameters = (!operation.parameters.is_empty()).then(|| {
        view! {
            <h4>"Parameters"</h4>
            <ApiEntries entries=&operation.parameters />
        }
    });
    let answers = operation.answers.iter().map(|reply| {
        view! {
            <li>
                <ApiReply reply />
            </li>
        }
    });
    view! {
        <details class="operation">
            <summary>
                <h3>
                    <span class="method" data-method=operation.method.clone()>
                        {operation.method.clone()}
                    </span>
                    <span class="code">{operation.path.clone()}</span>
                </h3>
                <span class="operation-summary soft">{operation.summary.clone()}</span>
                <Icon glyph=Glyph::Chevron small=true />
            </summary>
            // A link to what is folded away unfolds it.
            <div class="operation-body" id=operation.id.clone()>
                {about.collect_view()}
                <dl class="operation-facts">
                    <dt>"Who"</dt>
                    <dd>{operation.who.clone()}</dd>
                    <dt>"How often"</dt>
                    <dd>{operation.limit.clone()}</dd>
                    <dt>"Link"</dt>
                    <dd>
                        <a class="link" href=format!("#{}", operation.id)>
                            {format!("#{}", operation.id)}
                        </a>
                    </dd>
                </dl>
                {parameters}
                {operation.body.as_ref().map(|body| view! { <Sent body /> })}
                <h4>"Try it"</h4>
                <Sample text=operation.curl.clone() />
                <h4>"Answers"</h4>
                <ul class="replies">{answers.collect_view()}</ul>
                <Failures failures=&operation.failures />
            </div>
        </details>
    }
}

#[component]
fn Sent<'a>(body: &'a Body) -> impl IntoView + use<> {
    // The first example stands in the request below.
    let others = body.examples.iter().skip(1).map(|(what, text)| {
        view! {
            <p class="small soft mt-2 mb-1">{what.clone()}</p>
            <Sample text=text.clone() />
        }
    });
    view! {
        <h4>"Body"</h4>
        <p>
            <ShapeLinks kind=&body.kind />
            " as "
            <code class="code">{body.media_type.clone()}</code>
        </p>
        {others.collect_view()}
    }
}

#[component]
fn Failures<'a>(failures: &'a [Failure]) -> impl IntoView + use<> {
    let rows = failures.iter().map(|failure| {
        view! {
            <dt>
                <a class="link" href=format!("#error-{}", failure.error)>
                    {failure.status.clone()}
                </a>
            </dt>
            <dd>
                <Prose text=&failure.about />
            </dd>
        }
    });
    (!failures.is_empty()).then(|| {
        view! {
            <h4>"What can go wrong"</h4>
            <dl class="operation-facts">{rows.collect_view()}</dl>
        }
    })
}
