//! `/api/audit`: the audit log, page by page, or whole as a file.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::stream;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::envelope::{Answer, Envelope, Failure, Rest};
use crate::model::audit::{Action, AuditQuery, Ended};
use crate::model::{AccountId, UserId};
use crate::server::Backend;
use crate::server::db::audit::Line;
use crate::server::domain::{self, Error, audit};
use crate::server::session::Actor;

const PAGE: usize = 50;
const LONGEST_PAGE: usize = 200;
/// So many lines of a file are in memory at once.
const BATCH: usize = 500;

/// One line as programs see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    action: Action,
    result: Ended,
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    user_name: &'a str,
    #[schema(value_type = Option<Uuid>)]
    account_id: Option<AccountId>,
    subject: &'a str,
    detail: &'a str,
    ip: &'a str,
    user_agent: &'a str,
    correlation_id: &'a str,
}

impl<'a> From<&'a Line> for Event<'a> {
    fn from(line: &'a Line) -> Self {
        Self {
            id: line.id,
            at: line.at,
            action: line.action,
            result: line.result,
            user_id: line.user_id,
            user_name: &line.actor,
            account_id: line.account_id,
            subject: &line.subject,
            detail: &line.detail,
            ip: &line.ip,
            user_agent: &line.user_agent,
            correlation_id: &line.reference,
        }
    }
}

/// A page of lines, the newest first.
#[derive(Serialize, ToSchema)]
pub struct Events<'a> {
    events: Vec<Event<'a>>,
    /// The `before` of the next page; null on the last one.
    next: Option<String>,
}

#[utoipa::path(
    get,
    path = "",
    tag = "Audit log",
    summary = "The audit log, page by page",
    params(
        ("limit" = Option<u8>, Query, description = "Lines on a page: 50, at most 200", minimum = 1, maximum = 200),
        ("before" = Option<String>, Query, description = "`next` of the page before"),
        ("action" = Option<Action>, Query, description = "Only this action"),
        ("result" = Option<Ended>, Query, description = "Only what was done, or what failed"),
        ("account" = Option<String>, Query, description = "Only what concerns this connection, by our id"),
        ("person" = Option<String>, Query, description = "Only what this person did, by id"),
        ("from" = Option<chrono::NaiveDate>, Query, description = "From this day on, in the reader's time zone"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "Up to this day"),
        ("search" = Option<String>, Query, description = "Words that stand in the line"),
        ("server" = Option<bool>, Query, description = "For operators: what concerns the server itself"),
    ),
    responses((status = 200, description = "Lines, the newest first", body = Envelope<Events<'static>>))
)]
pub async fn list(rest: Rest, RawQuery(query): RawQuery) -> Answer {
    let actor = rest.actor()?;
    let mut limit = PAGE;
    let query = read(&rest, query.as_deref(), |name, value| {
        let most = value.parse().ok().filter(|most| name == "limit" && (1..=LONGEST_PAGE).contains(most));
        most.map(|most| limit = most).is_some()
    })?;
    let (lines, next) = rest.told(audit::read(&rest.backend, actor, &query, limit).await)?;
    let events: Vec<Event> = lines.iter().map(Event::from).collect();
    Ok(rest.ok(Events { events, next }))
}

/// `GET /api/audit/export`: everything that the filter leaves, as a file that is written while it is sent.
#[utoipa::path(
    get,
    path = "/export",
    tag = "Audit log",
    summary = "The audit log as a file",
    description = "Everything that the filter leaves, without an envelope.",
    params(
        ("format" = Option<String>, Query, description = "`json`, unless `csv`", pattern = "^(json|csv)$"),
        ("action" = Option<Action>, Query, description = "Only this action"),
        ("result" = Option<Ended>, Query, description = "Only what was done, or what failed"),
        ("account" = Option<String>, Query, description = "Only what concerns this connection, by our id"),
        ("person" = Option<String>, Query, description = "Only what this person did, by id"),
        ("from" = Option<chrono::NaiveDate>, Query, description = "From this day on, in the reader's time zone"),
        ("to" = Option<chrono::NaiveDate>, Query, description = "Up to this day"),
        ("search" = Option<String>, Query, description = "Words that stand in the line"),
        ("server" = Option<bool>, Query, description = "For operators: what concerns the server itself"),
    ),
    responses((status = 200, description = "The file", content((Vec<Event<'static>> = "application/json"), (String = "text/csv"))))
)]
pub async fn export(rest: Rest, RawQuery(query): RawQuery) -> Answer {
    let actor = rest.actor()?;
    let mut format = Format::Json;
    let query = read(&rest, query.as_deref(), |name, value| {
        let known = Format::of(value).filter(|_| name == "format");
        known.map(|known| format = known).is_some()
    })?;
    // The first lines are read before the answer begins, so that a refusal is one.
    let (lines, next) = rest.told(audit::read(&rest.backend, actor, &query, BATCH).await)?;
    let first = Bytes::from(format.write(&lines, true, next.is_none()));
    let rows = Rows { backend: rest.backend.clone(), actor: actor.clone(), query, format, next };
    let rest_of_it = stream::try_unfold(rows, Rows::more);
    let body = Body::from_stream(futures::StreamExt::chain(stream::iter([Ok(first)]), rest_of_it));
    let name =
        format!("attachment; filename=\"huntaze-audit-{}.{}\"", rest.backend.clock.now().format("%Y-%m-%d"), format.ending());
    Ok(([(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, name)], body).into_response())
}

/// The filter of an address; `other` takes what is no filter.
fn read(rest: &Rest, query: Option<&str>, mut other: impl FnMut(&str, &str) -> bool) -> Result<AuditQuery, Failure> {
    let mut read = AuditQuery::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if !read.set(&name, &value) && !other(&name, &value) {
            return rest
                .told(Err(Error::field("query", "A parameter or its value is unknown. See the endpoint's documentation.")));
        }
    }
    Ok(read)
}

/// What is still to be written of a file.
struct Rows {
    backend: Backend,
    actor: Actor,
    query: AuditQuery,
    format: Format,
    next: Option<String>,
}

impl Rows {
    /// The next lines. An error cuts the file off in the middle, which a client sees as a broken transfer.
    async fn more(mut self) -> domain::Result<Option<(Bytes, Self)>> {
        let Some(before) = self.next.take() else { return Ok(None) };
        self.query.before = before;
        let (lines, next) = audit::read(&self.backend, &self.actor, &self.query, BATCH).await?;
        self.next = next;
        let bytes = self.format.write(&lines, false, self.next.is_none());
        Ok(Some((bytes.into(), self)))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Csv,
    Json,
}

impl Format {
    fn of(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    fn write(self, lines: &[Line], first: bool, last: bool) -> Vec<u8> {
        match self {
            Self::Csv => csv(lines, first),
            Self::Json => json(lines, first, last),
        }
    }
}

/// One array, an event on each line.
fn json(lines: &[Line], first: bool, last: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        out.extend_from_slice(if first && at == 0 { b"[\n" } else { b",\n" });
        // Texts, times and ids always serialise.
        serde_json::to_writer(&mut out, &Event::from(line)).expect("texts, times and ids serialise");
    }
    if first && lines.is_empty() {
        out.push(b'[');
    }
    if last {
        out.extend_from_slice(b"\n]\n");
    }
    out
}

const COLUMNS: [&str; 11] =
    ["time", "action", "result", "person", "subject", "detail", "address", "browser", "reference", "person id", "account id"];

fn csv(lines: &[Line], first: bool) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let id = |id: Option<String>| id.unwrap_or_default();
    // Writing to memory does not fail.
    let memory = "memory takes every byte";
    if first {
        out.write_record(COLUMNS).expect(memory);
    }
    for line in lines {
        let cells = [
            line.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            line.action.word().to_owned(),
            if line.result == Ended::Done { "done" } else { "failed" }.to_owned(),
            line.actor.clone(),
            line.subject.clone(),
            line.detail.clone(),
            line.ip.clone(),
            line.user_agent.clone(),
            line.reference.clone(),
            id(line.user_id.map(|id| id.to_string())),
            id(line.account_id.map(|id| id.to_string())),
        ];
        out.write_record(cells.iter().map(|cell| harmless(cell).into_owned())).expect(memory);
    }
    out.into_inner().expect(memory)
}

/// Spreadsheets run a cell that begins like a formula (OWASP, "CSV Injection"); names and labels are other people's words.
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    // S6
    #[test]
    fn a_cell_is_never_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(evil), format!("'{evil}"));
        }
        assert_eq!(harmless("Main shop = mine"), "Main shop = mine");
    }
}
