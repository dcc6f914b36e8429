//! What recurs. Of several processes the one that moves the schedule's time on enqueues the job, so
//! that it runs once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::server::Backend;
use crate::server::db;
use crate::server::domain::Result;
use crate::server::domain::jobs::{self, Job};

const RECURRING: [(Job, TimeDelta); 11] = [
    (Job::RevokeExpiredChoices, TimeDelta::minutes(1)),
    (Job::PurgeFlows, TimeDelta::minutes(1)),
    (Job::PurgeSessions, TimeDelta::minutes(1)),
    (Job::PurgeEmailTokens, TimeDelta::minutes(1)),
    (Job::AnswerResets, TimeDelta::minutes(1)),
    (Job::ProcessNotices, TimeDelta::minutes(1)),
    (Job::FindRevocations, TimeDelta::minutes(10)),
    (Job::PurgeAudit, TimeDelta::hours(1)),
    (Job::PurgeAnswers, TimeDelta::hours(1)),
    (Job::PurgeNotices, TimeDelta::hours(1)),
    (Job::PurgeDead, TimeDelta::hours(1)),
];

/// Enqueues what is due. After a pause it fires once, not once for each time that was missed.
pub async fn enqueue_due(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    let times: BTreeMap<_, _> = db::jobs::schedules(&backend.db).await?.into_iter().collect();
    for (job, every) in RECURRING {
        let next = times.get(&job.kind()).copied();
        if next.is_none_or(|next| next <= now) {
            enqueue_one(backend, job, next, now + every).await?;
        }
    }
    Ok(())
}

async fn enqueue_one(
    backend: &Backend,
    job: Job,
    from: Option<DateTime<Utc>>,
    to: DateTime<Utc>,
) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    if db::jobs::move_schedule(&mut tx, &job.kind(), from, to).await? {
        jobs::enqueue(backend, &mut tx, job).await?;
        tx.commit().await?;
    }
    Ok(())
}
