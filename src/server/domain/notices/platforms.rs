//! Trouble of a whole platform: one banner for everybody instead of a message for each account.
//! Telling many workspaces is a job of its own, a batch in each transaction.

use chrono::Duration;
use uuid::Uuid;

use super::text::NoticeText;
use super::{NoticeDraft, Result, entry, tell_broken};
use crate::model::{NoticeKind, Provider, Reason, WorkspaceId};
use crate::server::Backend;
use crate::server::db::incidents::{self, AccountIncident, Kind, PlatformIncident};
use crate::server::db::{self, Tx};
use crate::server::domain::events::{self, Event};
use crate::server::domain::jobs::{self, Job};
use crate::server::domain::sweep::Sweep;
use crate::server::locale::Locale;

/// Accounts that break for one reason in so many workspaces, so close to one another, are the
/// platform's trouble and not theirs.
const MANY: i64 = 5;
const TOGETHER: Duration = Duration::minutes(10);
/// After so long without another one, those that are still broken are told after all.
const CALM: Duration = Duration::hours(1);
/// A platform that is down shows a banner at once. Only what lasts is worth a message.
const LONG: Duration = Duration::hours(1);
/// So many workspaces are told in one transaction.
const BATCH: i64 = 50;

/// Whether an account that broke is one of many alike.
pub(super) async fn refuses_many(
    backend: &Backend,
    tx: &mut Tx,
    broken: &AccountIncident,
) -> Result<bool> {
    if incidents::is_open(tx, &broken.provider, Kind::Refusing).await? {
        return Ok(true);
    }
    // What we can't read is no platform's doing.
    if broken.reason == Some(Reason::Unreadable) {
        return Ok(false);
    }
    if incidents::count_similar(tx, broken, TOGETHER).await? < MANY {
        return Ok(false);
    }
    events::record(backend, tx, Event::PlatformRefusing { provider: &broken.provider }).await?;
    Ok(true)
}

/// Has told what has lasted for long, and its end to those who were told of it.
pub(super) async fn announce_lasting(backend: &Backend) -> Result<()> {
    let mut sweep = Sweep::default();
    for incident in incidents::awaiting_notice(&backend.db, backend.clock.now() - LONG).await? {
        sweep.record(enqueue_announcement(backend, &incident).await);
    }
    sweep.finish()
}

async fn enqueue_announcement(backend: &Backend, incident: &PlatformIncident) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    if !incidents::settle(&mut tx, incident.id, incident.ended_at.is_some()).await? {
        return Ok(());
    }
    let job = match incident.ended_at {
        None => Job::AnnounceOutage { incident: incident.id },
        Some(_) => Job::AnnounceRecovery { incident: incident.id },
    };
    jobs::enqueue(backend, &mut tx, job).await?;
    Ok(tx.commit().await?)
}

/// The job: tells everybody with accounts on a platform that it has been down for long, as long as
/// it is.
pub async fn announce_outage(backend: &Backend, incident: Uuid) -> Result<()> {
    announce(backend, incident, Stage::Lasting).await
}

/// The job: tells those who were told of an outage that it is over.
pub async fn announce_recovery(backend: &Backend, incident: Uuid) -> Result<()> {
    announce(backend, incident, Stage::Over).await
}

/// What is told of an outage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Lasting,
    Over,
}

/// Tells all workspaces that it concerns, a batch in each transaction. One that can't be told is
/// left to the next attempt and holds up none of the others.
async fn announce(backend: &Backend, incident: Uuid, stage: Stage) -> Result<()> {
    let Some(incident) = incidents::find(&backend.db, incident).await? else { return Ok(()) };
    let mut sweep = Sweep::default();
    let mut after = WorkspaceId(Uuid::nil());
    loop {
        let workspaces = concerned(backend, &incident, stage, after).await?;
        let Some((last,)) = workspaces.last() else { return sweep.finish() };
        after = *last;
        if publish(backend, &incident, stage, &workspaces).await.is_err() {
            for workspace in &workspaces {
                sweep.record(publish(backend, &incident, stage, &[*workspace]).await);
            }
        }
    }
}

async fn concerned(
    backend: &Backend,
    incident: &PlatformIncident,
    stage: Stage,
    after: WorkspaceId,
) -> Result<Vec<(WorkspaceId,)>> {
    let db = &backend.db;
    Ok(match stage {
        Stage::Lasting => incidents::concerned(db, &incident.provider, after, BATCH).await?,
        Stage::Over => {
            db::notices::workspaces_told(db, &outage_key(incident.id), after, BATCH).await?
        }
    })
}

async fn publish(
    backend: &Backend,
    incident: &PlatformIncident,
    stage: Stage,
    workspaces: &[(WorkspaceId,)],
) -> Result<()> {
    let entry = entry(backend, &incident.provider)?;
    let dedup_key = match stage {
        Stage::Lasting => outage_key(incident.id),
        Stage::Over => format!("trouble over {}", incident.id),
    };
    let draft = NoticeDraft {
        dedup_key,
        kind: NoticeKind::Trouble,
        provider: &incident.provider,
        account: None,
    };
    let mut tx = backend.db.begin().await?;
    // The outage's end waits for this batch, so that everybody who was told hears of it.
    if stage == Stage::Lasting && incidents::lock_open(&mut tx, incident.id).await?.is_none() {
        return Ok(());
    }
    for (workspace,) in workspaces {
        let text_for = |reader: &Locale| match stage {
            Stage::Lasting => NoticeText::trouble(entry, incident.started_at, reader),
            Stage::Over => NoticeText::trouble_over(entry, incident.started_at, reader),
        };
        draft.publish(backend, &mut tx, *workspace, text_for).await?;
    }
    Ok(tx.commit().await?)
}

fn outage_key(incident: Uuid) -> String {
    format!("trouble {incident}")
}

/// Ends the trouble of platforms that have calmed down, and has those told whose accounts it left
/// broken.
pub(super) async fn end_calmed(backend: &Backend) -> Result<()> {
    let mut sweep = Sweep::default();
    for (provider,) in incidents::calmed(&backend.db, backend.clock.now() - CALM).await? {
        sweep.record(end_refusing(backend, &provider).await);
    }
    sweep.finish()
}

async fn end_refusing(backend: &Backend, provider: &Provider) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    events::record(backend, &mut tx, Event::PlatformAccepting { provider }).await?;
    Ok(tx.commit().await?)
}

/// The job: tells those whose accounts broke while their platform refused many, and still are
/// broken. One that can't be told is left to the next attempt and holds up none of the others.
pub async fn announce_held_back(backend: &Backend, incident: Uuid) -> Result<()> {
    let Some(incident) = incidents::find(&backend.db, incident).await? else { return Ok(()) };
    let mut sweep = Sweep::default();
    let mut after = Uuid::nil();
    loop {
        let held_back = incidents::held_back(&backend.db, &incident.provider, after, BATCH).await?;
        let Some(last) = held_back.last() else { return sweep.finish() };
        after = last.id;
        let provider = &incident.provider;
        if tell_all_broken(backend, provider, &held_back).await.is_err() {
            for broken in held_back.chunks(1) {
                sweep.record(tell_all_broken(backend, provider, broken).await);
            }
        }
    }
}

async fn tell_all_broken(
    backend: &Backend,
    provider: &Provider,
    held_back: &[AccountIncident],
) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    // It refuses many anew: they are told when that has calmed down.
    if incidents::is_open(&mut tx, provider, Kind::Refusing).await? {
        return Ok(());
    }
    for broken in held_back {
        tell_broken(backend, &mut tx, broken).await?;
    }
    Ok(tx.commit().await?)
}
