//! When tokens are renewed ahead of their end, and how long to wait after a failure (requirements
//! T4, T7).

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;

use crate::server::platform::{Entry, RefreshKind};

/// What is due is done at least this long before its lead time begins: runs come every half
/// minute, and what a process that was killed had taken is free again two minutes later.
const MARGIN: Duration = Duration::minutes(2);
/// A life that was not told is taken for the shortest that platforms give: to renew it is the test
/// whether it still can be.
const UNTOLD: Duration = Duration::hours(1);
/// Many accounts connected or recovered together are spread over this share of their life.
const SPREAD: f64 = 0.1;
const FIRST_PAUSE: Duration = Duration::minutes(1);
const LONGEST_PAUSE: Duration = Duration::minutes(30);
/// A token that is extended gains nothing by being asked for more often.
const DAILY: Duration = Duration::days(1);

/// How long before its end a token is refreshed at the latest.
pub fn lead(refreshing: RefreshKind, life: Duration) -> Duration {
    match refreshing {
        RefreshKind::Rotates => Duration::minutes(5),
        RefreshKind::Kept => (life / 20).max(Duration::minutes(5)),
        // The token itself is extended, and only while it lives: so from its last third on.
        RefreshKind::Extends => life / 3,
    }
}

/// When the scheduler refreshes a token: soon where its end was not told, else before its lead time
/// begins, earlier by `chance` (0 to 1) of a share of its life. A life that is hardly longer than
/// its lead is halved instead.
pub fn due_at(
    refreshing: RefreshKind,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    chance: f64,
) -> Option<DateTime<Utc>> {
    let spread = |life: Duration| {
        let share = SPREAD * chance.clamp(0.0, 1.0);
        Duration::milliseconds((life.num_milliseconds() as f64 * share) as i64)
    };
    let Some(end) = expires_at else {
        // One that is extended may have no end at all (Facebook tells 0 for never).
        let may_end = refreshing != RefreshKind::Extends;
        return may_end.then(|| issued_at + UNTOLD - spread(UNTOLD));
    };
    let life = end - issued_at;
    let spread = spread(life);
    let at = end - lead(refreshing, life) - MARGIN - spread;
    Some(at.max(issued_at + life / 2).min(end))
}

/// The pause after so many failures in a row: doubled each time up to half an hour, less up to a
/// quarter by chance. It never becomes "never": an outage of days disconnects nobody.
pub fn pause(failures: i64, chance: f64) -> Duration {
    let doubled = FIRST_PAUSE * 2i32.pow(failures.clamp(1, 10) as u32 - 1);
    let full = doubled.min(LONGEST_PAUSE).num_milliseconds() as f64;
    Duration::milliseconds((full * (1.0 - 0.25 * chance.clamp(0.0, 1.0))) as i64)
}

/// When the next try comes after a failure: never before the platform wants to be asked, and those
/// that it asked to wait together do not come back together.
pub fn next_try(
    now: DateTime<Utc>,
    failures: i64,
    asked: Option<DateTime<Utc>>,
    chance: f64,
) -> DateTime<Utc> {
    let pause = pause(failures, chance);
    asked.map_or(now, |until| until + pause / 4).max(now + pause)
}

/// The next time for a token that was just issued, or looked at again.
pub(in crate::server::domain) fn next(
    entry: &Entry,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let refreshing = entry.platform.connect().spec()?.refresh_kind;
    let at = due_at(refreshing, issued_at, expires_at, rand::rng().random())?;
    // Where the platform gave no longer life than before, tomorrow is soon enough.
    let gained_nothing = refreshing == RefreshKind::Extends && at <= now;
    Some(if gained_nothing { now + DAILY } else { at })
}
