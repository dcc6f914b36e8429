//! `GET /api/events`: the events of the live page as server-sent events (requirement C16).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Query;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::stream;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::{AppError, Kind};
use crate::server::domain::page_events::{PageEvent, PageEventStream};
use crate::server::web::kit::envelope::{Rest, RestResult};

/// Proxies cut connections on which nothing passes, most after 60 s.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// When the page was drawn that wants to know what has changed since.
#[derive(Deserialize)]
pub struct Since {
    since: Option<String>,
}

/// One event of the stream.
#[derive(ToSchema)]
pub struct StreamEvent {
    /// `ended` for the last one.
    pub event: Option<String>,
    /// `ready`, `changed`, or why it ends.
    pub data: String,
}

/// `GET /api/events`
#[utoipa::path(
    get,
    path = "/events",
    tag = "Notices",
    summary = "What changes, as it changes",
    description = "A stream of server-sent events. `ready` says that it listens, `changed` that \
        something in the workspace did: ask again for \
                   what you show. `event: ended` is the last word of a stream whose session is \
                   over. A comment every 25 seconds keeps proxies \
                   from cutting it. A person has 12 streams at most; one more is answered 429.",
    params(("since" = Option<String>, Query, format = DateTime, description = "It begins with \
        `changed` if anything did since")),
    responses((status = 200, description = "The \
        stream", body = StreamEvent, content_type = "text/event-stream", example = json!("data: \
        ready\n\ndata: changed\n\n")))
)]
pub async fn events(rest: Rest, Query(Since { since }): Query<Since>) -> RestResult {
    let wrong = |_| {
        rest.fail(AppError::new(
            Kind::BadRequest,
            "`since` is no time.",
            "Write it so: 2026-11-21T06:00:00Z.",
        ))
    };
    let since = since.map(|text| text.parse::<DateTime<Utc>>()).transpose().map_err(wrong)?;
    let events = rest.map_error(PageEventStream::begin(&rest.backend, rest.actor()?, since))?;
    Ok(streamed(events))
}

fn streamed(events: PageEventStream) -> Response {
    let sent = stream::unfold(Some(events), |events| async {
        let mut events = events?;
        let next = events.next().await?;
        Some((Ok::<_, Infallible>(to_sse(next)), (next != PageEvent::Ended).then_some(events)))
    });
    let mut response =
        Sse::new(sent).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx keeps an answer back until it is whole, unless told not to.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn to_sse(event: PageEvent) -> Event {
    match event {
        PageEvent::Ready => Event::default().data("ready"),
        PageEvent::Changed => Event::default().data("changed"),
        PageEvent::Ended => Event::default().event("ended").data("log in again"),
    }
}
