//! What recurs. Of several processes the one that moves the schedule's time on enqueues the job, so
//! that it runs once.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::server::Backend;
use crate::server::db;
use crate::server::domain::Result;
use crate::server::domain::job::{self, Job};

const RECURRING: [(Job, TimeDelta); 10] = [
    (Job::GiveBackChoices, TimeDelta::minutes(1)),
    (Job::SendMail, TimeDelta::minutes(1)),
    (Job::EraseFlows, TimeDelta::minutes(1)),
    (Job::EraseSessions, TimeDelta::minutes(1)),
    (Job::EraseLinks, TimeDelta::minutes(1)),
    (Job::AnswerResets, TimeDelta::minutes(1)),
    (Job::LookAfterNotices, TimeDelta::minutes(1)),
    (Job::EraseAudit, TimeDelta::hours(1)),
    (Job::EraseAnswers, TimeDelta::hours(1)),
    (Job::FindRevocations, TimeDelta::minutes(10)),
];

/// Enqueues what is due. After a pause it fires once, not once for each time that was missed.
pub async fn fire(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    let times: BTreeMap<_, _> = db::jobs::schedules(&backend.db).await?.into_iter().collect();
    for (job, every) in RECURRING {
        let kind = job.kind();
        let next = times.get(&kind).copied();
        if next.is_some_and(|next| next > now) {
            continue;
        }
        let mut tx = backend.db.begin().await?;
        if db::jobs::move_schedule(&mut tx, &kind, next, now + every).await? {
            job::enqueue(backend, &mut tx, job).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
