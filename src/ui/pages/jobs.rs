//! The background jobs, for operators: how much there is to do, and what could not be done.

use crate::ui::components::form_action;
use leptos::prelude::*;

use crate::api::operations::{self, jobs};
use crate::model::{Frame, JobView, JobsView};
use crate::ui::components::{Note, PageHeader, RelativeTime, Submit, Tone, Variant, page};
use crate::ui::islands::LiveForms;

#[component]
pub fn JobsPage() -> impl IntoView {
    page(|_: Frame| async move {
        let shown = jobs().await?;
        Ok(view! {
            <PageHeader title="Jobs" back=("/settings", "Settings") />
            <LiveForms>
                <div class="grid gap-8" data-live="jobs" tabindex="-1">
                    <Figures shown=&shown />
                    <Dead jobs=shown.dead in_all=shown.dead_in_all />
                    <Others id="failing" title="Failed, tried again" jobs=shown.failing />
                    <Others id="running" title="Running" jobs=shown.running />
                </div>
            </LiveForms>
        })
    })
}

#[component]
fn Figures<'a>(shown: &'a JobsView) -> impl IntoView + use<> {
    let oldest = shown.oldest.as_ref().map(
        |oldest| view! { <p class="small soft">"The oldest since " <RelativeTime moment=oldest /></p> },
    );
    view! {
        <section aria-labelledby="now">
            <h2 id="now" class="mb-2">
                "Now"
            </h2>
            <dl class="panel grid gap-4 p-5 sm:grid-cols-3">
                <div>
                    <dt class="soft">"Waiting for a worker"</dt>
                    <dd>
                        <span class="font-medium">{shown.due.to_string()}</span>
                        {oldest}
                    </dd>
                </div>
                <div>
                    <dt class="soft">"Running"</dt>
                    <dd class="font-medium">{shown.running_in_all.to_string()}</dd>
                </div>
                <div>
                    <dt class="soft">"Planned for later"</dt>
                    <dd class="font-medium">{shown.later.to_string()}</dd>
                </div>
            </dl>
        </section>
    }
}

#[component]
fn Dead(jobs: Vec<JobView>, in_all: i64) -> impl IntoView {
    if jobs.is_empty() {
        return view! {
            <section aria-labelledby="dead">
                <h2 id="dead" class="mb-2">
                    "Given up"
                </h2>
                <p class="panel p-5">"No job had to be given up."</p>
            </section>
        }
        .into_any();
    }
    let more = (in_all > jobs.len() as i64).then(|| {
        view! { <p class="small soft mt-2">{format!("The last {} of {in_all}.", jobs.len())}</p> }
    });
    let rows = jobs.into_iter().map(|job| view! { <DeadJob job /> }).collect_view();
    view! {
        <section aria-labelledby="dead">
            <h2 id="dead" class="mb-2">
                "Given up"
            </h2>
            <div class="mb-4">
                <Note tone=Tone::Warn>
                    "These were tried often enough. Mend the cause, which the log tells under the \
                     reference, then let them be tried again."
                </Note>
            </div>
            <ul class="panel rows rows-first">{rows}</ul>
            {more}
        </section>
    }
    .into_any()
}

#[component]
fn DeadJob(job: JobView) -> impl IntoView {
    let id = job.id.to_string();
    let (retry, discard) =
        (format!("Try {} again", job.reference), format!("Discard {}", job.reference));
    view! {
        <li class="flex flex-wrap items-center gap-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="font-medium">{job.name.clone()}</p>
                <Problem job=&job />
                <p class="small soft">
                    {attempts(job.attempts)} ", given up " <RelativeTime moment=&job.changed /> ", \
                    reference " {job.reference.clone()}
                </p>
            </div>
            <div class="flex gap-2">
                <form method="post" action=form_action!(operations::RetryJob)>
                    <input type="hidden" name="id" value=id.clone() />
                    <Submit text="Try again" busy="..." name=retry />
                </form>
                <form method="post" action=form_action!(operations::DiscardJob)>
                    <input type="hidden" name="id" value=id />
                    <Submit text="Discard" busy="..." look=Variant::Quiet name=discard />
                </form>
            </div>
        </li>
    }
}

/// Jobs that need nothing from anybody; nothing is shown where there are none.
#[component]
fn Others(id: &'static str, title: &'static str, jobs: Vec<JobView>) -> impl IntoView {
    let rows = jobs.iter().map(|job| {
        let next = match id {
            "failing" => view! {
                ", tried again "
                <RelativeTime moment=&job.next />
            }
            .into_any(),
            _ => view! {
                ", since "
                <RelativeTime moment=&job.changed />
            }
            .into_any(),
        };
        view! {
            <li>
                <p class="font-medium">{job.name.clone()}</p>
                <Problem job />
                <p class="small soft">
                    {attempts(job.attempts)} {next} ", reference " {job.reference.clone()}
                </p>
            </li>
        }
    });
    let rows = rows.collect_view();
    (!jobs.is_empty()).then(|| {
        view! {
            <section aria-labelledby=id>
                <h2 id=id class="mb-2">
                    {title}
                </h2>
                <ul class="panel rows rows-first">{rows}</ul>
            </section>
        }
    })
}

#[component]
fn Problem<'a>(job: &'a JobView) -> impl IntoView + use<> {
    job.problem.clone().map(|problem| view! { <p>{problem}</p> })
}

fn attempts(count: i64) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}
