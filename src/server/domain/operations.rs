//! What the people who run this server see and do: the queue.

use uuid::Uuid;

use super::events::{self, AuditEvent};
use super::{Error, Result, jobs};
use crate::model::audit::Action;
use crate::model::{JobView, JobsView};
use crate::server::Backend;
use crate::server::db;
use crate::server::identity::Actor;
use crate::server::locale::Locale;

/// No more than this of one kind on a page.
const SHOWN: i64 = 50;

/// The queue as it is now.
pub async fn jobs(backend: &Backend, actor: &Actor) -> Result<JobsView> {
    may_operate(actor)?;
    let (db, now) = (&backend.db, backend.clock.now());
    let reader = Locale::new(now, &actor.time_zone);
    let depth = db::jobs::depth(db, now).await?;
    let view = |job: db::jobs::JobRow| JobView {
        id: job.id,
        name: name(&job.kind),
        attempts: job.attempts,
        problem: job.last_error,
        reference: job.reference,
        changed: reader.relative(job.updated_at),
        next: reader.relative(job.run_at),
    };
    let views = |jobs: Vec<db::jobs::JobRow>| jobs.into_iter().map(view).collect();
    Ok(JobsView {
        due: depth.due,
        oldest: depth.oldest.map(|at| reader.relative(at)),
        later: depth.queued - depth.due,
        running: views(db::jobs::in_state(db, "running", SHOWN).await?),
        running_in_all: depth.running,
        failing: views(db::jobs::failing(db, SHOWN).await?),
        dead: views(db::jobs::in_state(db, "dead", SHOWN).await?),
        dead_in_all: depth.dead,
    })
}

/// Lets a job that was given up start from the beginning. Where the same one waits already, that
/// one is enough.
pub async fn retry(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    may_operate(actor)?;
    let mut tx = backend.db.begin().await?;
    let dead = db::jobs::take_dead(&mut tx, id).await?.ok_or(Error::NotFound("job"))?;
    let job = jobs::Job::from_payload(&dead).ok_or_else(|| Error::Conflict {
        sentence: "This version of Huntaze does not know this job.".into(),
        next: "Run the version that wrote it, or discard it.".into(),
    })?;
    let event = AuditEvent::by_operator(actor, Action::JobRetried).about(name(&job.kind()));
    jobs::enqueue(backend, &mut tx, job).await?;
    events::record(backend, &mut tx, event).await?;
    tx.commit().await?;
    tracing::info!(job = %id, user = %actor.user, "dead job retried");
    Ok(())
}

/// Throws away a job that was given up.
pub async fn discard(backend: &Backend, actor: &Actor, id: Uuid) -> Result<()> {
    may_operate(actor)?;
    let mut tx = backend.db.begin().await?;
    let dead = db::jobs::take_dead(&mut tx, id).await?.ok_or(Error::NotFound("job"))?;
    let kind = jobs::Job::from_payload(&dead)
        .map_or("A job of another version".into(), |job| name(&job.kind()));
    events::record(
        backend,
        &mut tx,
        AuditEvent::by_operator(actor, Action::JobDiscarded).about(kind),
    )
    .await?;
    tx.commit().await?;
    tracing::info!(job = %id, user = %actor.user, "dead job discarded");
    Ok(())
}

fn may_operate(actor: &Actor) -> Result<()> {
    if actor.operator { Ok(()) } else { Err(Error::Forbidden) }
}

/// "send_mail" -> "Send mail".
fn name(kind: &str) -> String {
    let words = kind.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn kinds_are_words() {
        assert_eq!(
            (super::name("send_mail"), super::name("")),
            ("Send mail".to_owned(), String::new())
        );
    }
}
