//! Who did what, when, from where. A plain form filters; each line leads to the others of its
//! account or person.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::audit::audit_log;
use crate::model::Frame;
use crate::model::audit::{Action, AuditLine, AuditPage, AuditQuery, AuditResult};
use crate::ui::components::{Badge, ButtonLink, Glyph, PageHeader, RelativeTime, Tone, page};

const HERE: &str = "/settings/audit";

#[component]
pub fn AuditLogPage() -> impl IntoView {
    let mut query = AuditQuery::default();
    for (name, value) in use_query_map().read_untracked().latest_values() {
        query.set(name, value);
    }
    page(|frame: Frame| async move {
        let shown = audit_log(query).await?;
        let operator = frame.viewer.is_some_and(|viewer| viewer.operator);
        let next = shown.next.clone().map(|before| {
            let older = AuditQuery { before, ..shown.query.clone() };
            view! {
                <p class="mt-4">
                    <ButtonLink href=address(HERE, &older) text="Older" />
                </p>
            }
        });
        Ok(view! {
            <PageHeader title="Activity log" back=("/settings", "Settings") />
            <p class="soft mb-5 max-w-prose">{result_summary(&shown)}</p>
            <Filter query=&shown.query operator />
            <Only shown=&shown />
            <Lines shown=&shown />
            {next}
            <Exports query=&shown.query />
        })
    })
}

fn result_summary(shown: &AuditPage) -> String {
    let what = if shown.query.server {
        "What happened on this server outside of any workspace."
    } else {
        "What was done with your account and your connections, and from where. Nothing here can be \
         changed."
    };
    match shown.kept_days {
        Some(days) => format!("{what} Lines are kept for {days} days."),
        None => what.to_owned(),
    }
}

#[component]
fn Filter<'a>(query: &'a AuditQuery, operator: bool) -> impl IntoView + use<> {
    let option = |chosen: bool, value: &'static str, text: &'static str| {
        view! {
            <option value=value selected=chosen>
                {text}
            </option>
        }
    };
    let groups = Action::GROUPS.map(|(theme, actions)| {
        let options = actions
            .iter()
            .map(|action| option(query.action == action.as_str(), action.as_str(), action.label()));
        view! { <optgroup label=theme>{options.collect_view()}</optgroup> }
    });
    let whose = operator.then(|| {
        view! {
            <label class="tick">
                <input type="checkbox" name="server" value="true" checked=query.server />
                <span>"The server's own lines"</span>
            </label>
        }
    });
    let kept = [("account", &query.account), ("person", &query.person)];
    let kept = kept.into_iter().filter(|(_, id)| !id.is_empty());
    let kept = kept
        .map(|(name, id)| view! { <input type="hidden" name=name value=id.clone() /> })
        .collect_view();
    view! {
        <form
            class="panel log-filter"
            method="get"
            action=HERE
            role="search"
            aria-label="Activity log"
        >
            {kept}
            <div class="field">
                <label for="action">"What"</label>
                <select class="input" id="action" name="action">
                    {option(query.action.is_empty(), "", "Everything")}
                    {groups.collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="result">"Result"</label>
                <select class="input" id="result" name="result">
                    {option(query.result.is_empty(), "", "Any")}
                    {option(query.result == "done", "done", "Done")}
                    {option(query.result == "failed", "failed", "Failed")}
                </select>
            </div>
            <div class="field">
                <label for="from">"From"</label>
                <input class="input" id="from" name="from" type="date" value=query.from.clone() />
            </div>
            <div class="field">
                <label for="to">"To"</label>
                <input class="input" id="to" name="to" type="date" value=query.to.clone() />
            </div>
            <div class="field log-search">
                <label for="search">"Search"</label>
                <input
                    class="input"
                    id="search"
                    name="search"
                    type="search"
                    maxlength="100"
                    placeholder="Name, address, reference"
                    autocomplete="off"
                    value=query.search.clone()
                />
            </div>
            <div class="log-show">
                {whose} <button type="submit" class="button button-primary">
                    <span>"Show"</span>
                </button>
            </div>
        </form>
    }
}

/// That only one account's or one person's lines are shown, and the way back to all.
#[component]
fn Only<'a>(shown: &'a AuditPage) -> impl IntoView + use<> {
    let query = &shown.query;
    let first = shown.lines.first();
    let only = |id: &str, name: Option<&str>, all: AuditQuery| {
        (!id.is_empty()).then(|| {
            let name = name.filter(|name| !name.is_empty()).unwrap_or("one account").to_owned();
            view! {
                <p class="mt-4">
                    "Only " <strong>{name}</strong> ". " <a class="link" href=address(HERE, &all)>
                        "Show all"
                    </a>
                </p>
            }
        })
    };
    let page = AuditQuery { before: String::new(), ..query.clone() };
    let account = only(
        &query.account,
        first.map(|l| l.subject.as_str()),
        AuditQuery { account: String::new(), ..page.clone() },
    );
    let person = only(
        &query.person,
        first.map(|l| l.actor.as_str()),
        AuditQuery { person: String::new(), ..page },
    );
    view! {
        {account}
        {person}
    }
}

#[component]
fn Lines<'a>(shown: &'a AuditPage) -> impl IntoView + use<> {
    if shown.lines.is_empty() {
        let none = if shown.query == AuditQuery::default() {
            "Nothing has happened yet."
        } else {
            "No line fits what you asked for."
        };
        return view! { <p class="panel mt-4 p-5">{none}</p> }.into_any();
    }
    let rows = shown.lines.iter().map(|line| row(line, &shown.query));
    view! {
        <ul class="panel rows rows-first mt-4" aria-label="Lines">
            {rows.collect_view()}
        </ul>
    }
    .into_any()
}

fn row(line: &AuditLine, query: &AuditQuery) -> impl IntoView + use<> {
    let base = AuditQuery { before: String::new(), ..query.clone() };
    let subject = match (&line.account, line.subject.is_empty()) {
        (_, true) => None,
        (Some(id), _) => {
            let href = address(HERE, &AuditQuery { account: id.to_string(), ..base.clone() });
            Some(
                view! {
                    <a class="link" href=href>
                        {line.subject.clone()}
                    </a>
                }
                .into_any(),
            )
        }
        (None, _) => Some(view! { <span>{line.subject.clone()}</span> }.into_any()),
    };
    let actor = match (&line.person, line.actor.is_empty()) {
        (Some(id), false) => {
            let href = address(HERE, &AuditQuery { person: id.to_string(), ..base });
            view! {
                <a class="link" href=href>
                    {line.actor.clone()}
                </a>
            }
            .into_any()
        }
        (None, false) => view! { <span>{line.actor.clone()}</span> }.into_any(),
        (_, true) if line.ip.is_empty() => view! { <span>"Huntaze itself"</span> }.into_any(),
        (_, true) => view! { <span>"Somebody"</span> }.into_any(),
    };
    let result = (line.result == AuditResult::Failed)
        .then(|| view! { <Badge tone=Tone::Bad glyph=Glyph::Alert text="Failed" /> });
    let detail =
        (!line.detail.is_empty()).then(|| view! { <p class="mt-1">{line.detail.clone()}</p> });
    let from = [line.device.as_str(), line.ip.as_str(), line.reference.as_str()];
    let from: Vec<String> =
        from.into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect();
    view! {
        <li class="log-line">
            <p class="flex flex-wrap items-baseline gap-x-2">
                <span class="font-medium">{line.action.label()}</span>
                " "
                {subject}
                " "
                {result}
            </p>
            {detail}
            <p class="small soft mt-1">
                <RelativeTime moment=&line.at />
                " by "
                {actor}
                {(!from.is_empty()).then(|| format!(", {}", from.join(", ")))}
            </p>
        </li>
    }
}

#[component]
fn Exports<'a>(query: &'a AuditQuery) -> impl IntoView + use<> {
    let all = AuditQuery { before: String::new(), ..query.clone() };
    let link = |format: &str, text: &'static str| {
        let href = address(&["/api/audit/export?format=", format].concat(), &all);
        view! {
            <a class="button button-plain" href=href download=true>
                <span>{text}</span>
            </a>
        }
    };
    view! {
        <div class="mt-6 flex flex-wrap items-center gap-2">
            <span class="soft">"Everything this filter finds, as a file:"</span>
            {link("csv", "Export CSV")}
            {link("json", "Export JSON")}
        </div>
    }
}

/// An address with what the query asks for.
fn address(path: &str, query: &AuditQuery) -> String {
    let mut address = path.to_owned();
    for (name, value) in query.parameters() {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        address.push_str(&leptos_router::location::Url::escape(value));
    }
    address
}
