//! The audit log as its readers see it (requirement S7): pages, exports, and how long it is kept.
//! Its lines are written by [`super::events`].

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::de::value::{Error as BadWord, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use uuid::Uuid;

use super::users::device_name;
use super::{Error, Result};
use crate::model::WorkspaceId;
use crate::model::audit::{AuditLine, AuditPage, AuditQuery};
use crate::server::Backend;
use crate::server::db::{self, audit::AuditRow, audit::Filter};
use crate::server::identity::Actor;
use crate::server::locale::Locale;

const PAGE: usize = 50;
const LONGEST_SEARCH: usize = 100;

/// The job: deletes lines that are older than the configuration keeps them.
pub async fn purge(backend: &Backend) -> Result<()> {
    if let Some(days) = backend.config.audit.kept_days() {
        db::audit::delete_older(&backend.db, backend.clock.now() - Duration::days(i64::from(days)))
            .await?;
    }
    Ok(())
}

/// A page of the log, in words.
pub async fn page(backend: &Backend, actor: &Actor, query: AuditQuery) -> Result<AuditPage> {
    let (lines, next) = read(backend, actor, &query, PAGE).await?;
    let reader = Locale::new(backend.clock.now(), &actor.time_zone);
    let line = |line: AuditRow| AuditLine {
        at: reader.relative(line.occurred_at),
        action: line.action,
        result: line.result,
        actor: line.actor,
        person: line.user_id,
        account: line.account_id,
        subject: line.subject,
        detail: line.detail,
        device: if line.ip.is_empty() { String::new() } else { device_name(&line.user_agent) },
        ip: line.ip,
        reference: line.reference,
    };
    Ok(AuditPage {
        query,
        lines: lines.into_iter().map(line).collect(),
        next,
        kept_days: backend.config.audit.kept_days(),
    })
}

/// At most `most` lines, the newest first, and where the next page begins if there is one.
pub async fn read(
    backend: &Backend,
    actor: &Actor,
    query: &AuditQuery,
    limit: usize,
) -> Result<(Vec<AuditRow>, Option<String>)> {
    let workspace = scope(actor, query)?;
    let filter = filter(query, Locale::new(backend.clock.now(), &actor.time_zone).zone)?;
    let mut lines = db::audit::page(&backend.db, workspace, &filter, limit as i64 + 1).await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|last| cursor(last.occurred_at, last.id));
    Ok((lines, next))
}

/// Owners read the log of their workspace, operators that of the server.
fn scope(actor: &Actor, query: &AuditQuery) -> Result<Option<WorkspaceId>> {
    let may = if query.server { actor.operator } else { actor.is_owner() };
    if may { Ok((!query.server).then_some(actor.workspace)) } else { Err(Error::Forbidden) }
}

fn filter(query: &AuditQuery, zone: Tz) -> Result<Filter> {
    let search = db::audit::fold(query.search.trim());
    if search.chars().count() > LONGEST_SEARCH {
        return Err(Error::field(
            "search",
            format!("Search for at most {LONGEST_SEARCH} characters."),
        ));
    }
    if search.contains('\0') {
        return Err(Error::field("search", "No line has such a character."));
    }
    let end = day(&query.to, "to", zone, 1)?.unwrap_or_else(far);
    let before = match typed(&query.before, "before", read_cursor)? {
        Some(cursor) if cursor.0 < end => cursor,
        _ => (end, Uuid::nil()),
    };
    Ok(Filter {
        action: typed(&query.action, "action", parse_enum)?,
        result: typed(&query.result, "result", parse_enum)?,
        account: typed(&query.account, "account", |text| text.parse().ok())?,
        person: typed(&query.person, "person", |text| text.parse().ok())?,
        search: (!search.is_empty()).then_some(search),
        since: day(&query.from, "from", zone, 0)?.unwrap_or(DateTime::UNIX_EPOCH),
        before,
    })
}

/// Later than anything that happened; four digits of a year sort as text, too.
fn far() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(365 * 1000)
}

fn typed<T>(text: &str, field: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    read(text)
        .map(Some)
        .ok_or_else(|| Error::field(field, "There is nothing of that kind to look for."))
}

fn parse_enum<T: DeserializeOwned>(text: &str) -> Option<T> {
    let text: StrDeserializer<BadWord> = text.into_deserializer();
    T::deserialize(text).ok()
}

/// The first moment of a day, or of the day so many days later, where the reader lives.
fn day(text: &str, field: &str, zone: Tz, later: u64) -> Result<Option<DateTime<Utc>>> {
    let Some(date) = typed(text, field, |text| {
        text.parse::<NaiveDate>().ok()?.checked_add_days(Days::new(later))
    })?
    else {
        return Ok(None);
    };
    let midnight = date.and_time(NaiveTime::MIN);
    // Where clocks are set forward at midnight the day begins an hour later.
    let begins = zone.from_local_datetime(&midnight).earliest();
    let begins =
        begins.or_else(|| zone.from_local_datetime(&(midnight + Duration::hours(1))).earliest());
    Ok(Some(
        begins
            .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
            .clamp(DateTime::UNIX_EPOCH, far()),
    ))
}

fn cursor(at: DateTime<Utc>, id: Uuid) -> String {
    format!("{}-{}", at.timestamp_micros(), id.simple())
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let (at, id) = text.split_once('-')?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some((at.clamp(DateTime::UNIX_EPOCH, far()), id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audit::Action;

    // S7: a day begins where the reader lives.
    #[test]
    fn a_day_is_the_readers() {
        let query = AuditQuery {
            from: "2026-11-20".into(),
            to: "2026-11-20".into(),
            ..AuditQuery::default()
        };
        let filter = filter(&query, Tz::Europe__Paris).expect("a filter");
        assert_eq!(filter.since.to_rfc3339(), "2026-11-19T23:00:00+00:00");
        assert_eq!(filter.before.0.to_rfc3339(), "2026-11-20T23:00:00+00:00");
    }

    // S6: what nobody can have meant is refused by its field, and nothing panics.
    #[test]
    fn nonsense_is_refused_by_its_field() {
        let of = |change: fn(&mut AuditQuery)| {
            let mut query = AuditQuery::default();
            change(&mut query);
            filter(&query, Tz::UTC)
        };
        for change in [
            (|q| q.action = "fly".into()) as fn(&mut AuditQuery),
            |q| q.result = "maybe".into(),
            |q| q.account = "1".into(),
            |q| q.from = "yesterday".into(),
            |q| q.before = "9".into(),
            |q| q.search = "a".repeat(101),
        ] {
            assert!(matches!(of(change), Err(Error::Validation(_))));
        }
        for change in [
            (|q| q.to = "+262142-12-31".into()) as fn(&mut AuditQuery),
            |q| q.from = "-0001-01-01".into(),
            |q| q.before = format!("{}-{}", i64::MAX, Uuid::nil()),
        ] {
            // Far away is nothing wrong, and nothing that overflows.
            of(change).ok();
        }
        let at = DateTime::UNIX_EPOCH + Duration::microseconds(1_700_000_000_123_456);
        assert_eq!(read_cursor(&cursor(at, Uuid::max())), Some((at, Uuid::max())));
    }

    #[test]
    fn actions_are_called_alike_everywhere() {
        for action in Action::GROUPS.iter().flat_map(|(_, actions)| *actions) {
            assert_eq!(parse_enum::<Action>(action.as_str()), Some(*action));
        }
    }
}
