//! What people are told without having asked: one message for each incident, one when it is over,
//! early warnings, and a banner where a whole platform is in trouble.
//!
//! The change itself writes down an incident and the job that tells of it ([`super::events`]). The
//! message has a key that no person gets twice: whatever crashes, and however many processes run,
//! it is told exactly once.

#![warn(missing_docs)]

mod expiry_warnings;
mod platforms;
mod read;
mod text;

pub use platforms::{announce_held_back, announce_outage, announce_recovery};
pub use read::{banners, bell, list, mark_all_read, mark_read, preferences, set_preferences};

use chrono::Duration;
use uuid::Uuid;

use super::events::{self, Event};
use super::jobs::{self, Job, Priority};
use super::mail::{self, Mail};
use super::sweep::Sweep;
use super::{Error, Result};
use crate::model::{AccountId, NoticeKind, Provider, Status, WorkspaceId};
use crate::server::Backend;
use crate::server::db::incidents::{self, AccountIncident};
use crate::server::db::{self, Tx, accounts::Account};
use crate::server::locale::Locale;
use crate::server::metrics;
use crate::server::platform::Entry;
use text::NoticeText;

/// So long notices are kept.
const KEPT: Duration = Duration::days(90);
/// By then the job that tells of a broken account has had its attempts.
const FORGOTTEN: Duration = Duration::hours(12);
/// So many of them are taken up at once.
const BATCH: i64 = 200;

/// The job: tells of an account that broke, unless it works again or its platform turns everybody
/// away: then that is held back.
pub async fn announce_broken(backend: &Backend, incident: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let Some(incident) = incidents::find_of_account(&mut tx, incident).await? else {
        return Ok(());
    };
    if !platforms::refuses_many(backend, &mut tx, &incident).await? {
        tell_broken(backend, &mut tx, &incident).await?;
    }
    Ok(tx.commit().await?)
}

/// Once for an incident, and not any more when it is over.
async fn tell_broken(backend: &Backend, tx: &mut Tx, incident: &AccountIncident) -> Result<()> {
    if !incidents::settle(tx, incident.id, false).await? {
        return Ok(());
    }
    let (workspace, account) = (incident.workspace_id, incident.account_id);
    let Some(account) = db::accounts::find(&mut *tx, workspace, account).await? else {
        return Ok(());
    };
    let why = account.reason.zip(account.message.as_deref());
    let text = NoticeText::broken(entry(backend, &account.provider)?, &account, why);
    let draft = NoticeDraft {
        dedup_key: format!("broken {}", incident.id),
        kind: NoticeKind::Broken,
        provider: &account.provider,
        account: Some(account.id),
    };
    draft.publish(backend, tx, workspace, |_| text.clone()).await
}

/// The job: tells those who were told that an account broke that it works again.
pub async fn announce_recovered(backend: &Backend, incident: Uuid) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let Some(incident) = incidents::find_of_account(&mut tx, incident).await? else {
        return Ok(());
    };
    let (workspace, account) = (incident.workspace_id, incident.account_id);
    let found = db::accounts::find(&mut tx, workspace, account).await?;
    // It may have broken again since.
    let works = |account: &Account| account.status == Status::Connected;
    let Some(account) = found.filter(works) else {
        return Ok(());
    };
    let text = NoticeText::recovered(entry(backend, &account.provider)?, &account);
    let draft = NoticeDraft {
        dedup_key: format!("recovered {}", incident.id),
        kind: NoticeKind::Recovered,
        provider: &account.provider,
        account: Some(account.id),
    };
    draft.publish(backend, &mut tx, workspace, |_| text.clone()).await?;
    Ok(tx.commit().await?)
}

/// The job: early warnings, and platforms that have been down for long or have calmed down. All of
/// it may be done twice.
pub async fn process(backend: &Backend) -> Result<()> {
    let mut sweep = Sweep::default();
    sweep.record(expiry_warnings::warn(backend).await);
    sweep.record(platforms::announce_lasting(backend).await);
    sweep.record(platforms::end_calmed(backend).await);
    sweep.record(announce_forgotten(backend).await);
    sweep.finish()
}

/// Has those told after all whose job was given up.
async fn announce_forgotten(backend: &Backend) -> Result<()> {
    let before = backend.clock.now() - FORGOTTEN;
    for (incident,) in incidents::unannounced(&backend.db, before, BATCH).await? {
        let mut tx = backend.db.begin().await?;
        jobs::enqueue(backend, &mut tx, Job::AnnounceBroken { incident }).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The job: deletes what is too old.
pub async fn purge(backend: &Backend) -> Result<()> {
    let before = backend.clock.now() - KEPT;
    db::notices::delete_old(&backend.db, before).await?;
    incidents::delete_ended(&backend.db, before).await?;
    Ok(())
}

fn entry<'a>(backend: &'a Backend, provider: &Provider) -> Result<&'a Entry> {
    backend.platforms.get(provider.as_str()).ok_or(Error::NotFound("platform"))
}

/// One message, before it is written for each person in their own time.
struct NoticeDraft<'a> {
    dedup_key: String,
    kind: NoticeKind,
    provider: &'a Provider,
    account: Option<AccountId>,
}

impl NoticeDraft<'_> {
    /// Tells everybody who can do something about it, by e-mail as well where they want it so.
    async fn publish(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        workspace: WorkspaceId,
        text_for: impl Fn(&Locale) -> NoticeText,
    ) -> Result<()> {
        let now = backend.clock.now();
        for member in db::notices::members(tx, workspace, self.kind).await? {
            let text = text_for(&Locale::new(now, &member.time_zone));
            let new = db::notices::New {
                dedup_key: &self.dedup_key,
                user: member.id,
                workspace,
                kind: self.kind,
                provider: self.provider,
                account: self.account,
                title: &text.title,
                body: &text.text,
                now,
            };
            let by_email = member.email_verified_at.is_some()
                && member.by_email.unwrap_or(self.kind.usually_by_email());
            if !db::notices::insert(tx, &new).await? {
                continue;
            }
            metrics::notice(self.kind.as_str());
            if by_email {
                let body = text.email_text(&backend.config.public_url(), &member.name).into();
                let mail = Mail { to: member.email, subject: text.title, text: body };
                mail::post(backend, tx, mail, Priority::Low).await?;
            }
        }
        events::record(backend, tx, Event::WorkspaceChanged(workspace)).await
    }
}
