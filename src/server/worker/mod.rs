//! Does the jobs: claims what is due, holds its lease while it runs, and settles how it ended.
//!
//! Woken by [`Signal::Jobs`] as soon as a job is committed, here or in another process, and looking
//! by itself every second. A worker that is killed leaves leases behind; they end, and another one
//! takes over.
//!
//! Beside the jobs every worker renews accesses ahead of their end: no job, because all processes
//! share that work.

mod handlers;
mod schedule;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

use super::db::signals::{Signal, Subscription};
use super::db::{self, jobs::Claimed};
use super::domain::jobs::{self, Attempt, Job, Outcome};
use super::domain::{self, access};
use super::failpoint::failpoint;
use super::metrics::{self, JobEnd};
use super::request_context::{self, RequestContext};
use super::{Backend, beside};

/// How long a job is a worker's own unless it holds on; what a killed worker ran waits for so long.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);
const RENEWED: Duration = Duration::from_secs(20);
/// How often one looks without being woken: the precision of times in the future.
const LOOK: Duration = Duration::from_secs(1);
/// The pause after the database did not answer.
const TROUBLE: Duration = Duration::from_secs(5);
/// What runs when we are told to stop may end within this; then it is released.
const GRACE: Duration = Duration::from_secs(10);

/// One worker. Cloning gives the same one.
#[derive(Clone)]
struct Worker {
    backend: Backend,
    id: Uuid,
    /// Cancelled when what runs has to be released.
    shutdown: CancellationToken,
}

/// Runs until `stop` resolves and what it claimed is done or released.
pub async fn run(backend: Backend, stop: impl Future<Output = ()>) {
    let shutdown = CancellationToken::new();
    let mut signals = backend.db.signals().subscribe();
    let limit = backend.config.worker.concurrency;
    let worker =
        Worker { backend: backend.clone(), id: Uuid::now_v7(), shutdown: shutdown.clone() };
    let mut running = JoinSet::new();
    let renewing = tokio::spawn(async move { access::run_scheduler(&backend).await });
    tokio::pin!(stop);
    loop {
        let pause = match worker.claim_free_slots(&mut running, limit).await {
            Ok(()) => LOOK,
            Err(error) => {
                tracing::error!("could not read job queue: {error}");
                TROUBLE
            }
        };
        tokio::select! {
            () = &mut stop => break,
            Some(_) = running.join_next() => {}
            () = wait_for_jobs(&mut signals, pause), if running.len() < limit => {}
        }
    }
    renewing.abort();
    let all = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        shutdown.cancel();
        while running.join_next().await.is_some() {}
    }
}

/// Does everything that is due now, until nothing is. For tests, which have a clock that stands.
pub async fn work(backend: &Backend) -> domain::Result<()> {
    let shutdown = CancellationToken::new();
    let worker = Worker { backend: backend.clone(), id: Uuid::now_v7(), shutdown };
    access::run_due_tasks(backend).await?;
    loop {
        schedule::enqueue_due(backend).await?;
        let claimed = worker.claim(backend.config.worker.concurrency).await?;
        if claimed.is_empty() {
            return Ok(());
        }
        futures::future::join_all(claimed.into_iter().map(|job| worker.clone().work_on(job))).await;
    }
}

/// Waits for the signal of a job, but no longer than the pause.
async fn wait_for_jobs(signals: &mut Subscription, pause: Duration) {
    let signalled =
        async { while !matches!(signals.next().await, Signal::Jobs | Signal::Missed) {} };
    // Running out of time is the same as being woken.
    tokio::time::timeout(pause, signalled).await.ok();
}

impl Worker {
    /// Starts what is due, as far as there is room.
    async fn claim_free_slots(
        &self,
        running: &mut JoinSet<()>,
        limit: usize,
    ) -> domain::Result<()> {
        while running.try_join_next().is_some() {}
        schedule::enqueue_due(&self.backend).await?;
        let room = limit.saturating_sub(running.len());
        if room > 0 {
            for job in self.claim(room).await? {
                running.spawn(self.clone().work_on(job));
            }
        }
        Ok(())
    }

    async fn claim(&self, limit: usize) -> domain::Result<Vec<Claimed>> {
        let now = self.backend.clock.now();
        Ok(db::jobs::claim(&self.backend.db, self.id, limit, now, now + LEASE).await?)
    }

    /// Does one job, as the request that caused it: its reference finds the lines of both.
    async fn work_on(self, claimed: Claimed) {
        let context =
            RequestContext { reference: claimed.reference.clone(), ..RequestContext::server() };
        let span = tracing::info_span!("job", job = claimed.kind.as_str(), job_id = %claimed.id);
        let begun = Instant::now();
        failpoint!("job.claimed");
        let work = async {
            match self.run_with_lease(&claimed, attempt(&self.backend, &claimed)).await {
                Some(ended) => {
                    failpoint!("job.worked");
                    settle(&self.backend, &claimed, ended, begun.elapsed()).await;
                }
                None => check_settled(
                    &claimed,
                    db::jobs::release(&self.backend.db, &claimed, self.backend.clock.now()).await,
                ),
            }
        };
        request_context::scope(context, work.instrument(span)).await;
    }

    /// Holds the lease while the work runs; `None`: the worker is told to stop. A lease that was
    /// lost does not end the work - it may just have been given a token that exists nowhere else -
    /// but it can't settle the job any more.
    async fn run_with_lease<T>(
        &self,
        claimed: &Claimed,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        // What the work has open is no matter of the renewal.
        let renew = || db::write_guard::scope(self.renew(claimed));
        tokio::select! {
            ended = beside::while_repeating(work, RENEWED, renew) => Some(ended),
            () = self.shutdown.cancelled() => None,
        }
    }

    async fn renew(&self, claimed: &Claimed) {
        let until = self.backend.clock.now() + LEASE;
        check_settled(claimed, db::jobs::renew(&self.backend.db, claimed, until).await);
    }
}

/// Makes one attempt, unless there is no use in it.
async fn attempt(backend: &Backend, claimed: &Claimed) -> Outcome {
    let job = Job::from_payload(&claimed.payload);
    let policy = job.as_ref().map_or(jobs::DEFAULT, Job::retry_policy);
    let (number, reference) = (claimed.attempts, claimed.reference.as_str());
    let attempt = Attempt { backend, policy, number, reference };
    match job {
        // Counted by the claims of workers that did not live to say how it went.
        _ if policy.is_exhausted(number - 1) => {
            Outcome::Failed { reason: "Every worker that tried it was cut off.".into() }
        }
        // While processes are updated one by one, a newer one may know it.
        None => attempt.retry("Another version of Huntaze wrote this job."),
        Some(job) => handlers::run(&attempt, job).await,
    }
}

async fn settle(backend: &Backend, claimed: &Claimed, outcome: Outcome, took: Duration) {
    let (db, now) = (&backend.db, backend.clock.now());
    let (kind, attempts, reference) = (&claimed.kind, claimed.attempts, &claimed.reference);
    let (end, settled) = match outcome {
        Outcome::Done => {
            tracing::debug!(kind, attempts, reference, "job completed");
            (JobEnd::Done, db::jobs::complete(db, claimed, now).await)
        }
        Outcome::Again { at, reason } => {
            let retry_in_seconds = (at - now).num_seconds();
            tracing::warn!(kind, attempts, reference, retry_in_seconds, "job failed: {reason}");
            (JobEnd::Retried, db::jobs::retry(db, claimed, at, &reason, now).await)
        }
        Outcome::Failed { reason } => {
            tracing::error!(kind, attempts, reference, "job failed permanently: {reason}");
            (JobEnd::Dead, db::jobs::mark_dead(db, claimed, &reason, now).await)
        }
    };
    metrics::job(kind, end, took);
    check_settled(claimed, settled);
}

/// What the database answered about a job that we think is ours.
fn check_settled(claimed: &Claimed, answer: db::Result<bool>) {
    let (kind, reference) = (&claimed.kind, &claimed.reference);
    match answer {
        Ok(true) => {}
        Ok(false) => tracing::warn!(kind, reference, "job lease lost to another worker"),
        Err(error) => tracing::error!(
            kind,
            reference,
            "could not update job, waiting for its lease to expire: {error}"
        ),
    }
}
