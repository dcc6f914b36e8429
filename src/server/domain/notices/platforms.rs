//! Trouble of a whole platform: one banner for everybody instead of a message for each account.

use chrono::{DateTime, Duration, Utc};

use super::words::Words;
use super::{News, Result, entry};
use crate::model::{NoticeKind, Provider, Reason};
use crate::server::Backend;
use crate::server::db::incidents::{self, Kind, Owed};
use crate::server::db::{self, Signal, Tx, accounts::Account};

/// Accounts that break for one reason in so many workspaces, so close to one another, are the
/// platform's trouble and not theirs.
const MANY: i64 = 5;
const TOGETHER: Duration = Duration::minutes(10);
/// After so long without another one, those that are still broken are told after all.
const CALM: Duration = Duration::hours(1);
/// A platform that is down shows a banner at once. Only what lasts is worth a message.
const LONG: Duration = Duration::hours(1);

/// A platform stopped answering. Said again whenever the time of the next try is another one.
pub async fn platform_down(
    backend: &Backend,
    tx: &mut Tx,
    provider: &Provider,
    next_try: DateTime<Utc>,
) -> Result<()> {
    if incidents::platform(tx, provider, Kind::Down, Some(next_try), backend.clock.now()).await? {
        tx.signal(Signal::Everywhere);
    }
    Ok(())
}

/// It answers again.
pub async fn platform_up(backend: &Backend, tx: &mut Tx, provider: &Provider) -> Result<()> {
    if incidents::end_platform(tx, provider, Kind::Down, backend.clock.now()).await? {
        tx.signal(Signal::Everywhere);
    }
    Ok(())
}

/// Whether an account that breaks now is one of many alike.
pub(super) async fn refuses_many(
    tx: &mut Tx,
    account: &Account,
    reason: Option<Reason>,
    now: DateTime<Utc>,
) -> Result<bool> {
    if incidents::is_open(tx, &account.provider, Kind::Refusing).await? {
        return Ok(true);
    }
    // What we can't read is no platform's doing.
    if reason == Some(Reason::Unreadable) {
        return Ok(false);
    }
    if incidents::alike(tx, &account.provider, reason, now - TOGETHER).await? < MANY {
        return Ok(false);
    }
    incidents::platform(tx, &account.provider, Kind::Refusing, None, now).await?;
    tx.signal(Signal::Everywhere);
    Ok(true)
}

/// Tells what has lasted for long, and its end to those who were told of it.
pub(super) async fn tell_long_troubles(backend: &Backend) -> Result<()> {
    for owed in incidents::owed(&backend.db, backend.clock.now() - LONG).await? {
        tell(backend, &owed).await?;
    }
    Ok(())
}

async fn tell(backend: &Backend, owed: &Owed) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    if !incidents::settle(&mut tx, owed.id, owed.ended_at.is_some()).await? {
        return Ok(());
    }
    let entry = entry(backend, &owed.provider)?;
    let (begun, ended) = (format!("trouble {}", owed.id), format!("trouble over {}", owed.id));
    let news =
        |key| News { key, kind: NoticeKind::Trouble, provider: &owed.provider, account: None };
    if owed.ended_at.is_none() {
        for (workspace,) in incidents::concerned(&mut tx, &owed.provider).await? {
            news(begun.clone())
                .tell(backend, &mut tx, workspace, |reader| {
                    Words::trouble(entry, owed.began_at, reader)
                })
                .await?;
        }
    } else {
        for (workspace,) in db::notices::told(&mut tx, &begun).await? {
            news(ended.clone())
                .tell(backend, &mut tx, workspace, |reader| {
                    Words::trouble_over(entry, owed.began_at, reader)
                })
                .await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Ends the trouble of platforms that have calmed down, and tells those whose accounts it left
/// broken.
pub(super) async fn let_go(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    for (provider,) in incidents::calmed(&backend.db, now - CALM).await? {
        let mut tx = backend.db.begin().await?;
        if !incidents::end_platform(&mut tx, &provider, Kind::Refusing, now).await? {
            continue;
        }
        for (id, workspace, account) in incidents::held_back(&mut tx, &provider).await? {
            let Some(account) = db::accounts::find(&mut tx, workspace, account).await? else {
                continue;
            };
            incidents::settle(&mut tx, id, false).await?;
            let words = Words::broken(
                entry(backend, &provider)?,
                &account,
                account.reason.zip(account.say.as_deref()),
            );
            let news = News {
                key: format!("broken {id}"),
                kind: NoticeKind::Broken,
                provider: &provider,
                account: Some(account.id),
            };
            news.tell(backend, &mut tx, workspace, |_| words.clone()).await?;
        }
        tx.signal(Signal::Everywhere);
        tx.commit().await?;
    }
    Ok(())
}
