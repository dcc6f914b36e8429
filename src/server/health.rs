//! What this server stands on, and whether it answers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::{Backend, db};

/// Everything is asked at once, and the whole answer has half a second.
const PATIENCE: Duration = Duration::from_millis(400);
/// Nobody can wear the database out by asking how it is.
const FRESH: chrono::Duration = chrono::Duration::seconds(30);

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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    pub at: DateTime<Utc>,
    pub database: Part,
    pub redis: Part,
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
    let (database, redis) = tokio::join!(database(backend), redis(backend));
    *last.insert(Report { at: now, database, redis })
}

async fn database(backend: &Backend) -> Part {
    let began = Instant::now();
    match timeout(PATIENCE, db::facts::with_prefix(&backend.db, "mode")).await {
        Ok(Ok(_)) => Part::Answers { within: began.elapsed() },
        _ => Part::Silent,
    }
}

async fn redis(backend: &Backend) -> Part {
    match &backend.limits.shared {
        None => Part::Off,
        Some(redis) => redis.ping().await.map_or(Part::Silent, |within| Part::Answers { within }),
    }
}
