//! What is due for accounts, done by every process that works. Each platform has a lane of its own
//! for each kind of task: a platform that takes its time delays no other, and no other kind. A lane
//! claims a few tasks that no other process has, and more when it has hands for them, so that a
//! storm is shared by all processes.

use std::panic::AssertUnwindSafe;
use std::time::Duration as StdDuration;

use chrono::Duration;
use futures::future::{BoxFuture, join_all, try_join_all};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};

use super::token::RefreshReason;
use super::{breaker, inflight, journal};
use crate::server::db::{
    self,
    tasks::{Due, Kind},
};
use crate::server::domain::{Error, Result};
use crate::server::platform::Entry;
use crate::server::{Backend, request_context};

/// How often each lane looks for what is due.
const LOOK: StdDuration = StdDuration::from_secs(30);
/// For how long nobody else takes what was claimed: longer than a platform may take for those
/// before it in line.
const CLAIM: Duration = Duration::minutes(2);

/// The tasks of one kind at one platform.
#[derive(Clone, Copy)]
struct Lane<'a> {
    entry: &'a Entry,
    kind: Kind,
}

/// Looks for what is due, again and again, each lane at its own pace. Ends only by being dropped;
/// what was sent by then is finished by its own task.
pub async fn run_scheduler(backend: &Backend) {
    let mut loops: Vec<BoxFuture<'_, ()>> =
        vec![Box::pin(every(LOOK, || journal::recover(backend)))];
    for lane in lanes(backend) {
        loops.push(Box::pin(every(LOOK, move || lane.clear(backend))));
    }
    join_all(loops).await;
}

/// One run: answers that a crash left behind are put in their place, then everything that is due
/// is done.
pub async fn run_once(backend: &Backend) -> Result<()> {
    journal::recover(backend).await?;
    try_join_all(lanes(backend).map(|lane| lane.clear(backend))).await?;
    Ok(())
}

fn lanes(backend: &Backend) -> impl Iterator<Item = Lane<'_>> {
    backend
        .platforms
        .iter()
        .filter(|entry| entry.configured() && entry.platform.connect().spec().is_some())
        .map(|entry| Lane { entry, kind: Kind::Refresh })
}

/// A failure is the database's; the next look finds what this one did not. A panic ends its run
/// and no other.
async fn every<Run: Future<Output = Result<()>>>(pause: StdDuration, run: impl Fn() -> Run) {
    loop {
        let work = async { run().await };
        let context = request_context::RequestContext::server();
        match AssertUnwindSafe(request_context::scope(context, work)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("scheduler run failed: {error}"),
            Err(_) => tracing::error!("scheduler run panicked"),
        }
        tokio::time::sleep(pause).await;
    }
}

impl<'a> Lane<'a> {
    /// Does what is due until nothing is, or until the platform is in trouble.
    async fn clear(self, backend: &'a Backend) -> Result<()> {
        let width = backend.config.worker.lane_width;
        self.claimed(backend, width)
            .try_for_each_concurrent(width, |due| async move {
                if let Err(error) = self.run(backend, &due).await {
                    tracing::info!(platform = %self.entry.provider, account = %due.account_id,
                        "scheduled refresh failed: {error}");
                }
                Ok(())
            })
            .await
    }

    async fn run(self, backend: &Backend, due: &Due) -> Result<()> {
        match self.kind {
            Kind::Refresh => {
                let why = RefreshReason::Ahead { seen: due.version };
                inflight::join(backend, due.workspace_id, due.account_id, why).await.map(drop)
            }
        }
    }

    /// What this process claims, a few at a time and only when it has hands for them.
    fn claimed(self, backend: &'a Backend, width: usize) -> BoxStream<'a, Result<Due>> {
        let batches = stream::try_unfold((), move |()| async move {
            let due = self.claim(backend, width).await?;
            Ok::<_, Error>((!due.is_empty()).then(|| (stream::iter(due.into_iter().map(Ok)), ())))
        });
        batches.try_flatten().boxed()
    }

    async fn claim(self, backend: &Backend, width: usize) -> Result<Vec<Due>> {
        if breaker::open_until(backend, self.entry).await?.is_some() {
            return Ok(Vec::new());
        }
        let (now, provider) = (backend.clock.now(), &self.entry.provider);
        let limit = width as i64;
        Ok(db::tasks::claim(&backend.db, provider, self.kind, now, now + CLAIM, limit).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    // T4: renewals never end in silence.
    #[tokio::test]
    async fn runs_go_on_after_one_that_broke_off_and_one_that_panicked() {
        let (made, third) = (AtomicUsize::new(0), Notify::new());
        let runs = every(StdDuration::from_millis(1), || async {
            match made.fetch_add(1, Ordering::SeqCst) {
                0 => Err(Error::Refreshing),
                1 => panic!("the second run"),
                _ => {
                    third.notify_one();
                    Ok(())
                }
            }
        });
        let there = tokio::time::timeout(StdDuration::from_secs(10), async {
            tokio::select! { () = runs => {}, () = third.notified() => {} }
        });
        there.await.expect("a third run");
        assert!(made.into_inner() > 2);
    }
}
