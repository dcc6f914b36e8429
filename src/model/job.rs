//! The queue of background jobs, as operators see it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Timestamp;

/// The operators' page about jobs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobsView {
    /// Due and waiting for a worker.
    pub due: i64,
    /// Since when the oldest due one has been waiting.
    pub oldest: Option<Timestamp>,
    /// The last ones, of so many in all.
    pub running: Vec<JobView>,
    /// How many run, those that are not listed too.
    pub running_in_all: i64,
    /// Not due yet, tries again among them.
    pub later: i64,
    /// Those that failed and wait for another attempt, the last ones.
    pub failing: Vec<JobView>,
    /// Those that were given up, the last ones.
    pub dead: Vec<JobView>,
    /// How many were given up, those that are not listed too.
    pub dead_in_all: i64,
}

/// One job, without what it is about: that is somebody's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobView {
    /// Names it when an operator retries or discards it.
    pub id: Uuid,
    /// "Revoke", "Send mail"
    pub name: String,
    /// How often it has been begun.
    pub attempts: i64,
    /// What went wrong last; `None` where nothing has.
    pub problem: Option<String>,
    /// Finds its lines in the log.
    pub reference: String,
    /// When it began to run, failed or was given up.
    pub changed: Timestamp,
    /// When it is tried again, or its lease ends.
    pub next: Timestamp,
}
