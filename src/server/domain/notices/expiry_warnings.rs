//! Early warnings: 14, 7 and 1 days before a credential ends that only the person can renew.

use chrono::Duration;
use uuid::Uuid;

use super::text::NoticeText;
use super::{NoticeDraft, Result};
use crate::model::{AccountId, NoticeKind};
use crate::server::Backend;
use crate::server::db::incidents::{self, Ending, Kind};
use crate::server::db::{self, accounts::Account};
use crate::server::domain::access::{mark_expired, renewable_until};
use crate::server::domain::sweep::Sweep;
use crate::server::platform::{Connect, Entry, RefreshKind};

const DAYS: [i64; 3] = [1, 7, 14];

/// So many accounts are read at once.
const PAGE: i64 = 200;

/// Looks at every account whose end has a date.
pub(super) async fn warn(backend: &Backend) -> Result<()> {
    let mut sweep = Sweep::default();
    for entry in backend.platforms.iter() {
        if let Connect::OAuth2(spec) = entry.platform.connect() {
            let itself = spec.refresh_kind == RefreshKind::Extends;
            warn_of_platform(backend, entry, itself, &mut sweep).await?;
        }
    }
    sweep.finish()
}

async fn warn_of_platform(
    backend: &Backend,
    entry: &Entry,
    itself: bool,
    sweep: &mut Sweep,
) -> Result<()> {
    let before = backend.clock.now() + Duration::days(14);
    let mut after = AccountId(Uuid::nil());
    loop {
        let provider = &entry.provider;
        let page = incidents::ending(&backend.db, provider, itself, before, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for ending in &page {
            sweep.record(look(backend, entry, ending).await);
        }
    }
}

async fn look(backend: &Backend, entry: &Entry, ending: &Ending) -> Result<()> {
    let now = backend.clock.now();
    let end = renewable_until(entry, ending.expires_at, ending.refresh_expires_at);
    let left = end.map(|end| end - now).filter(|left| *left <= Duration::days(14));
    let days = left.and_then(|left| DAYS.into_iter().find(|days| left <= Duration::days(*days)));
    match (days, ending.warned_days) {
        // Renewed meanwhile: the next end is another matter.
        (None, Some(_)) => {
            let mut tx = backend.db.begin().await?;
            incidents::end(&mut tx, ending.id, Kind::Expiring, now).await?;
            Ok(tx.commit().await?)
        }
        (Some(_), _) if left <= Some(Duration::zero()) => {
            mark_expired(backend, ending.workspace_id, ending.id).await
        }
        (Some(days), warned) if warned.is_none_or(|warned| warned > days) => {
            publish_warning(backend, entry, ending, days).await
        }
        _ => Ok(()),
    }
}

/// Of several processes the one that raises the warning tells it. An account found late gets the
/// last warning only.
async fn publish_warning(
    backend: &Backend,
    entry: &Entry,
    ending: &Ending,
    days: i64,
) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    let new = incidents::OfAccount {
        kind: Kind::Expiring,
        account: ending.id,
        workspace: ending.workspace_id,
        reason: None,
        notice_pending: false,
    };
    incidents::begin(&mut tx, &entry.provider, &new, backend.clock.now()).await?;
    let Some(incident) = incidents::warn(&mut tx, ending.id, days).await? else { return Ok(()) };
    let Some(account): Option<Account> =
        db::accounts::find(&mut tx, ending.workspace_id, ending.id).await?
    else {
        return Ok(());
    };
    let Some(end) = renewable_until(entry, account.expires_at, account.refresh_expires_at) else {
        return Ok(());
    };
    let draft = NoticeDraft {
        dedup_key: format!("expiring {incident} {days}"),
        kind: NoticeKind::Expiring,
        provider: &entry.provider,
        account: Some(account.id),
    };
    draft
        .publish(backend, &mut tx, account.workspace_id, |reader| {
            NoticeText::ending(entry, &account, end, reader)
        })
        .await?;
    Ok(tx.commit().await?)
}
