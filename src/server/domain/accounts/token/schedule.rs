//! When tokens are renewed ahead of their end, and how long to wait after a failure (requirements
//! T4, T7); and the rounds that do it, in every process that works. Each takes accounts that no
//! other has, so that a storm is shared by all of them.

use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use futures::future::{BoxFuture, join_all, try_join_all};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use rand::RngExt;

use super::{Why, flight, journal};
use crate::server::db::{self, accounts::Due};
use crate::server::domain::accounts::breaker;
use crate::server::domain::{Error, Result};
use crate::server::platform::{Entry, Refreshing};
use crate::server::{Backend, origin};

/// How often each process looks for what is due.
const LOOK: StdDuration = StdDuration::from_secs(30);
/// What is due is done at least this long before its lead time begins: rounds come every half
/// minute, and what a process that was killed had taken is free again after [`CLAIM`].
const MARGIN: Duration = Duration::minutes(2);
/// Many accounts connected or recovered together are spread over this share of their life.
const SPREAD: f64 = 0.1;
const FIRST_PAUSE: Duration = Duration::minutes(1);
const LONGEST_PAUSE: Duration = Duration::minutes(30);
/// A token that is extended gains nothing by being asked for more often.
const DAILY: Duration = Duration::days(1);

/// How many accounts of a platform are refreshed at once, in each process; as many are taken at a
/// time, so that little waits in line that another process could do.
const AT_ONCE: usize = 16;
/// For how long nobody else takes what was taken: longer than a platform may take for those before
/// it in line.
const CLAIM: Duration = Duration::minutes(2);

/// How long before its end a token is refreshed at the latest.
pub fn lead(refreshing: Refreshing, life: Duration) -> Duration {
    match refreshing {
        Refreshing::Rotates => Duration::minutes(5),
        Refreshing::Kept => (life / 20).max(Duration::minutes(5)),
        // The token itself is extended, and only while it lives: so from its last third on.
        Refreshing::Extends => life / 3,
    }
}

/// When the scheduler refreshes a token: before its lead time begins, earlier by `chance` (0 to 1)
/// of a share of its life. A life that is hardly longer than its lead is halved instead.
pub fn due_at(
    refreshing: Refreshing,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    chance: f64,
) -> Option<DateTime<Utc>> {
    let end = expires_at?;
    let life = end - issued_at;
    let spread = Duration::milliseconds(
        (life.num_milliseconds() as f64 * SPREAD * chance.clamp(0.0, 1.0)) as i64,
    );
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
pub(in crate::server::domain::accounts) fn next(
    entry: &Entry,
    issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let refreshing = entry.platform.connect().spec()?.refreshing;
    let at = due_at(refreshing, issued_at, expires_at, rand::rng().random())?;
    // Where the platform gave no longer life than before, tomorrow is soon enough.
    let gained_nothing = refreshing == Refreshing::Extends && at <= now;
    Some(if gained_nothing { now + DAILY } else { at })
}

/// Looks for what is due, round after round, each platform at its own pace: one that takes its time
/// delays no other. Ends only by being dropped; what was sent by then is finished by its own task.
pub async fn keep(backend: &Backend) {
    let mut rounds: Vec<BoxFuture<'_, ()>> =
        vec![Box::pin(every_look(|| journal::recover(backend)))];
    for entry in refreshable(backend) {
        rounds.push(Box::pin(every_look(move || of_platform(backend, entry))));
    }
    join_all(rounds).await;
}

/// One round: answers that a crash left behind are put in their place, then everything that is due
/// is refreshed.
pub async fn round(backend: &Backend) -> Result<()> {
    journal::recover(backend).await?;
    try_join_all(refreshable(backend).map(|entry| of_platform(backend, entry))).await?;
    Ok(())
}

fn refreshable(backend: &Backend) -> impl Iterator<Item = &Entry> {
    backend
        .platforms
        .iter()
        .filter(|entry| entry.configured() && entry.platform.connect().spec().is_some())
}

/// A failure is the database's; the next look finds what this one did not.
async fn every_look<Round: Future<Output = Result<()>>>(round: impl Fn() -> Round) {
    loop {
        if let Err(error) = origin::scope(origin::Origin::server(), round()).await {
            tracing::error!("a round of refreshes broke off: {error}");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Refreshes what is due at a platform until nothing is, or until it is in trouble.
async fn of_platform(backend: &Backend, entry: &Entry) -> Result<()> {
    taken(backend, entry)
        .try_for_each_concurrent(AT_ONCE, |due| async move {
            if let Err(error) =
                flight::join(backend, due.workspace_id, due.id, Why::Ahead { seen: due.version })
                    .await
            {
                tracing::info!(platform = %entry.provider, account = %due.id, "not refreshed \
                    ahead: {error}");
            }
            Ok(())
        })
        .await
}

/// What this process takes, a few at a time and only when it has hands for them.
fn taken<'a>(backend: &'a Backend, entry: &'a Entry) -> BoxStream<'a, Result<Due>> {
    let batches = stream::try_unfold((), move |()| async move {
        let due = take(backend, entry).await?;
        Ok::<_, Error>((!due.is_empty()).then(|| (stream::iter(due.into_iter().map(Ok)), ())))
    });
    batches.try_flatten().boxed()
}

async fn take(backend: &Backend, entry: &Entry) -> Result<Vec<Due>> {
    if breaker::trouble(backend, entry).await?.is_some() {
        return Ok(Vec::new());
    }
    let now = backend.clock.now();
    Ok(db::accounts::claim_due(&backend.db, &entry.provider, now, now + CLAIM, AT_ONCE as i64)
        .await?)
}
