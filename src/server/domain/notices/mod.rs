//! What people are told without having asked: one message for each incident, one when it is over,
//! early warnings, and a banner where a whole platform is in trouble.
//!
//! A message is written in the transaction of the change that it tells of, under a key that no
//! person gets twice: whatever crashes, and however many processes run, it is told exactly once.

mod ending;
mod platforms;
mod read;
mod words;

pub use platforms::{
    announce_held_back, announce_outage, announce_recovery, platform_down, platform_up,
};
pub use read::{banners, bell, list, mark_all_read, mark_read, prefer, preferences};

use chrono::Duration;

use super::events::{self, Event};
use super::jobs::Priority;
use super::locale::Locale;
use super::mail::{self, Mail};
use super::sweep::Sweep;
use super::{Error, Result};
use crate::model::{AccountId, NoticeKind, Provider, Reason, Status, WorkspaceId};
use crate::server::Backend;
use crate::server::db::incidents::{self, Kind};
use crate::server::db::{self, Tx, accounts::Account};
use crate::server::metrics;
use crate::server::platform::Entry;
use words::Words;

/// So long notices are kept.
const KEPT: Duration = Duration::days(90);

/// How an account came to stand: what the one place tells where that changes.
pub struct Change<'a> {
    /// Nothing for an account that is connected for the first time.
    pub old: Option<Status>,
    pub new: Status,
    pub why: Option<(Reason, &'a str)>,
}

/// Tells a change, in its transaction.
pub async fn account_changed(
    backend: &Backend,
    tx: &mut Tx,
    account: &Account,
    change: &Change<'_>,
) -> Result<()> {
    let now = backend.clock.now();
    match change.new {
        Status::Connected | Status::Expiring => recovered(backend, tx, account).await,
        Status::Former => {
            // Whoever disconnects knows it.
            for kind in [Kind::Broken, Kind::Expiring] {
                incidents::end(tx, account.id, kind, now).await?;
            }
            db::notices::read_of_account(tx, account.id, now).await?;
            Ok(())
        }
        // Whoever has just connected it has seen what is missing.
        Status::Error | Status::Expired if matches!(change.old, None | Some(Status::Former)) => {
            Ok(())
        }
        Status::Error | Status::Expired => broken(backend, tx, account, change).await,
    }
}

/// The first failure of an incident is told; those that follow belong to it. Where the platform
/// turns everybody away it is held back.
async fn broken(
    backend: &Backend,
    tx: &mut Tx,
    account: &Account,
    change: &Change<'_>,
) -> Result<()> {
    let now = backend.clock.now();
    let reason = change.why.map(|(reason, _)| reason);
    incidents::end(tx, account.id, Kind::Expiring, now).await?;
    let owed = platforms::refuses_many(tx, account, reason, now).await?;
    let new = incidents::OfAccount {
        kind: Kind::Broken,
        account: account.id,
        workspace: account.workspace_id,
        reason,
        owed,
    };
    match incidents::begin(tx, &account.provider, &new, now).await? {
        Some(id) if !owed => {
            let words = Words::broken(entry(backend, &account.provider)?, account, change.why);
            let news = News {
                key: format!("broken {id}"),
                kind: NoticeKind::Broken,
                provider: &account.provider,
                account: Some(account.id),
            };
            news.tell(backend, tx, account.workspace_id, |_| words.clone()).await
        }
        _ => Ok(()),
    }
}

/// It works again: told to those who were told that it did not.
async fn recovered(backend: &Backend, tx: &mut Tx, account: &Account) -> Result<()> {
    let now = backend.clock.now();
    let Some((id, owed)) = incidents::end(tx, account.id, Kind::Broken, now).await? else {
        return Ok(());
    };
    db::notices::read_of_account(tx, account.id, now).await?;
    if owed {
        return Ok(());
    }
    let words = Words::recovered(entry(backend, &account.provider)?, account);
    let news = News {
        key: format!("recovered {id}"),
        kind: NoticeKind::Recovered,
        provider: &account.provider,
        account: Some(account.id),
    };
    news.tell(backend, tx, account.workspace_id, |_| words.clone()).await
}

/// The job: early warnings, and platforms that have been down for long or have calmed down. All of
/// it may be done twice.
pub async fn process(backend: &Backend) -> Result<()> {
    let mut sweep = Sweep::default();
    sweep.record(ending::warn(backend).await);
    sweep.record(platforms::announce_lasting(backend).await);
    sweep.record(platforms::end_calmed(backend).await);
    sweep.finish()
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
struct News<'a> {
    key: String,
    kind: NoticeKind,
    provider: &'a Provider,
    account: Option<AccountId>,
}

impl News<'_> {
    /// Tells everybody who can do something about it, by e-mail as well where they want it so.
    async fn tell(
        &self,
        backend: &Backend,
        tx: &mut Tx,
        workspace: WorkspaceId,
        words: impl Fn(&Locale) -> Words,
    ) -> Result<()> {
        let now = backend.clock.now();
        for member in db::notices::members(tx, workspace, self.kind).await? {
            let words = words(&Locale::new(now, &member.time_zone));
            let new = db::notices::New {
                key: &self.key,
                user: member.id,
                workspace,
                kind: self.kind,
                provider: self.provider,
                account: self.account,
                title: &words.title,
                body: &words.text,
                now,
            };
            let by_mail = member.email_verified_at.is_some()
                && member.by_mail.unwrap_or(self.kind.usually_by_mail());
            if !db::notices::insert(tx, &new).await? {
                continue;
            }
            metrics::notice(self.kind.as_str());
            if by_mail {
                let text = words.letter(&backend.config.public_url(), &member.name).into();
                let mail = Mail { to: member.email, subject: words.title, text };
                mail::post(backend, tx, mail, Priority::Low).await?;
            }
        }
        events::record(tx, Event::WorkspaceChanged(workspace), now).await.map(|_| ())
    }
}
