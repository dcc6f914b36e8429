//! `/api/audit`: the audit log, page by page, or whole as a file.

mod file;

use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, Utc};
use futures::stream;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use file::Format;

use crate::model::audit::{Action, AuditQuery, AuditResult};
use crate::model::{AccountId, UserId};
use crate::server::Backend;
use crate::server::db::audit::AuditRow;
use crate::server::domain::{self, Error, audit};
use crate::server::identity::Actor;
use crate::server::web::kit::envelope::{Envelope, Failure, Rest, RestResult};

const PAGE: usize = 50;
const LONGEST_PAGE: usize = 200;
/// So many lines of a file are in memory at once.
const BATCH: usize = 500;

/// One line as programs see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!(example()))]
pub struct Event<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    action: Action,
    result: AuditResult,
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

impl<'a> From<&'a AuditRow> for Event<'a> {
    fn from(line: &'a AuditRow) -> Self {
        Self {
            id: line.id,
            at: line.occurred_at,
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

fn example() -> Value {
    json!({
        "id": "01a1fc2a-77c0-7d11-b3a5-9e2f4c6d8a10", "at": "2026-11-21T03:32:41.204682Z",
            "action": "label", "result": "done",
        "userId": "01a1fc29-d45c-738e-bede-42163d3cda5b", "userName": "Ada Lovelace",
        "accountId": "01a1fc29-e01b-7a52-9c77-3b1d5f0e8c24", "subject": "@ines_draws on \
         X", "detail": "\"Main shop\"",
        "ip": "203.0.113.9", "userAgent": "Mozilla/5.0", "correlationId": "7F3K-92QD"
    })
}

/// A page of lines, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "events": [example()], "next": null }))]
pub struct Events<'a> {
    events: Vec<Event<'a>>,
    /// The `before` of the next page; null on the last one.
    next: Option<String>,
}

/// The filter as the description shows it; [`read`] takes it out of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only this action
    pub action: Option<Action>,
    /// Only what was done, or what failed
    pub result: Option<AuditResult>,
    /// Only what concerns this connection, by our id
    pub account: Option<Uuid>,
    /// Only what this person did, by id
    pub person: Option<Uuid>,
    /// From this day on, in the reader's time zone
    pub from: Option<NaiveDate>,
    /// Up to this day
    pub to: Option<NaiveDate>,
    /// Words that stand in the line
    #[param(max_length = 100)]
    pub search: Option<String>,
    /// For operators: what concerns the server itself
    pub server: Option<bool>,
}

#[utoipa::path(
    get,
    path = "",
    tag = "Audit log",
    summary = "The audit log, page by page",
    description = "For the owner of a workspace, the newest lines first. With `server=true` \
        operators see what concerns the server itself.",
    params(
        ("limit" = Option<u8>, Query, description = "Lines on a page: 50, at most \
            200", minimum = 1, maximum = 200),
        ("before" = Option<String>, Query, description = "`next` of the page before; nothing: the \
            first one", pattern = "^([0-9]{1,16}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"),
        Filter
    ),
    responses(
        (status = 200, description = "Lines, the newest first", body = Envelope<Events<'static>>),
        (status = 403, description = "For the owner of the workspace, or, with `server=true`, for \
            operators.")
    )
)]
pub async fn list(rest: Rest, RawQuery(query): RawQuery) -> RestResult {
    let actor = rest.actor()?;
    let mut limit = PAGE;
    let query = read(&rest, query.as_deref(), |name, value| {
        let parsed =
            value.parse().ok().filter(|n| name == "limit" && (1..=LONGEST_PAGE).contains(n));
        parsed.map(|n| limit = n).is_some()
    })?;
    let (lines, next) = rest.map_error(audit::read(&rest.backend, actor, &query, limit).await)?;
    let events: Vec<Event> = lines.iter().map(Event::from).collect();
    Ok(rest.ok(Events { events, next }))
}

/// `GET /api/audit/export`: everything that the filter leaves, as a file that is written while it
/// is sent.
#[utoipa::path(
    get,
    path = "/export",
    tag = "Audit log",
    summary = "The audit log as a file",
    description = "Everything that the filter leaves, without an envelope.",
    params(
        ("format" = Option<String>, Query, description = "`json`, unless \
            `csv`", pattern = "^(json|csv)$"),
        Filter
    ),
    responses(
        (status = 200, description = "The file", content(
            (Vec<Event<'static>> = "application/json", example = json!([example()])),
            (String = "text/csv", example = json!(file::EXAMPLE))
        )),
        (status = 403, description = "For the owner of the workspace, or, with `server=true`, for \
            operators.")
    )
)]
pub async fn export(rest: Rest, RawQuery(query): RawQuery) -> RestResult {
    let actor = rest.actor()?;
    let mut format = Format::Json;
    let query = read(&rest, query.as_deref(), |name, value| {
        let known = Format::of(value).filter(|_| name == "format");
        known.map(|known| format = known).is_some()
    })?;
    // The first lines are read before the answer begins, so that a refusal is one.
    let (lines, next) = rest.map_error(audit::read(&rest.backend, actor, &query, BATCH).await)?;
    let first = Bytes::from(format.write(&lines, true, next.is_none()));
    let rows = Rows { backend: rest.backend.clone(), actor: actor.clone(), query, format, next };
    let rest_of_it = stream::try_unfold(rows, Rows::more);
    let body = Body::from_stream(futures::StreamExt::chain(stream::iter([Ok(first)]), rest_of_it));
    let name = format!(
        "attachment; filename=\"huntaze-audit-{}.{}\"",
        rest.backend.clock.now().format("%Y-%m-%d"),
        format.ending()
    );
    Ok(([(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, name)], body)
        .into_response())
}

/// The filter of an address; `other` takes what is no filter.
fn read(
    rest: &Rest,
    query: Option<&str>,
    mut other: impl FnMut(&str, &str) -> bool,
) -> Result<AuditQuery, Failure> {
    let mut read = AuditQuery::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        // Nothing is no day and no id, and `server` is either; the first page may be asked for like
        // the others.
        let may_be_empty = ["before", "search"].contains(&name.as_ref());
        let fits = (may_be_empty || !value.is_empty())
            && (name != "server" || ["true", "false"].contains(&value.as_ref()));
        if !fits || (!read.set(&name, &value) && !other(&name, &value)) {
            return rest.map_error(Err(Error::field(
                "query",
                "A parameter or its value is unknown. See the endpoint's documentation.",
            )));
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
    /// The next lines. An error cuts the file off in the middle, which a client sees as a broken
    /// transfer.
    async fn more(mut self) -> domain::Result<Option<(Bytes, Self)>> {
        let Some(before) = self.next.take() else { return Ok(None) };
        self.query.before = before;
        let (lines, next) = audit::read(&self.backend, &self.actor, &self.query, BATCH).await?;
        self.next = next;
        let bytes = self.format.write(&lines, false, self.next.is_none());
        Ok(Some((bytes.into(), self)))
    }
}
