//! What this server stands on, and whether it answers.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::{Backend, db};

/// Everything is asked at once, and the whole answer has half a second.
const PATIENCE: Duration = Duration::from_millis(400);
/// Nobody can wear the database out by asking how it is.
const FRESH: TimeDelta = TimeDelta::seconds(30);
/// A job that is due is taken within a second. When one waits for so long, nobody works.
const BEHIND: TimeDelta = TimeDelta::minutes(5);

/// How one of them is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// It is not configured.
    Off,
    Answers {
        within: Duration,
    },
    Silent,
}

/// The jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    pub due: i64,
    pub running: i64,
    pub dead: i64,
    /// How long the oldest due one has been waiting.
    pub waiting: TimeDelta,
}

impl Queue {
    pub fn is_behind(&self) -> bool {
        self.waiting >= BEHIND
    }
}

/// The way out for mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mail {
    pub sent_at: Option<DateTime<Utc>>,
    pub failed_at: Option<DateTime<Utc>>,
}

impl Mail {
    pub fn is_failing(&self) -> bool {
        self.failed_at.is_some_and(|failed| self.sent_at.is_none_or(|sent| sent < failed))
    }
}

/// `None`: the database did not tell in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    pub at: DateTime<Utc>,
    pub database: Part,
    pub redis: Part,
    pub queue: Option<Queue>,
    pub mail: Option<Mail>,
}

/// The last report.
#[derive(Default)]
pub struct Health(Mutex<Option<Report>>);

/// Asks everything, at most every 30 seconds.
pub async fn report(backend: &Backend) -> Report {
    let mut last = backend.health.0.lock().await;
    let now = backend.clock.now();
    if let Some(report) = last.filter(|report| now < report.at + FRESH) {
        return report;
    }
    let (database, redis, queue, mail) = tokio::join!(
        database(backend),
        redis(backend),
        in_time(queue(backend, now)),
        in_time(mail(backend))
    );
    *last.insert(Report { at: now, database, redis, queue, mail })
}

async fn in_time<T>(answer: impl Future<Output = db::Result<T>>) -> Option<T> {
    timeout(PATIENCE, answer).await.ok()?.ok()
}

async fn database(backend: &Backend) -> Part {
    let began = Instant::now();
    match in_time(db::server_facts::with_prefix(&backend.db, "mode")).await {
        Some(_) => Part::Answers { within: began.elapsed() },
        None => Part::Silent,
    }
}

async fn redis(backend: &Backend) -> Part {
    match &backend.limits.shared {
        None => Part::Off,
        Some(redis) => redis.ping().await.map_or(Part::Silent, |within| Part::Answers { within }),
    }
}

async fn queue(backend: &Backend, now: DateTime<Utc>) -> db::Result<Queue> {
    let depth = db::jobs::depth(&backend.db, now).await?;
    let waiting = depth.oldest.map_or(TimeDelta::zero(), |since| now - since);
    Ok(Queue { due: depth.due, running: depth.running, dead: depth.dead, waiting })
}

async fn mail(backend: &Backend) -> db::Result<Mail> {
    let facts = db::server_facts::with_prefix(&backend.db, "mail.").await?;
    let at = |name: &str| {
        facts.iter().find(|fact| fact.name == name).and_then(|fact| fact.value.parse().ok())
    };
    Ok(Mail {
        sent_at: at(db::server_facts::MAIL_SENT),
        failed_at: at(db::server_facts::MAIL_FAILED),
    })
}
