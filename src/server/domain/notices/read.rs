//! Reading notices: the list, the bell, the banner, and what comes by e-mail.

use super::{Error, Result, text};
use crate::model::{
    Banner, Bell, NoticeId, NoticeKind, NoticeView, NoticesView, Preference, Reason, Status,
};
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::events::{self, Event};
use crate::server::identity::Actor;
use crate::server::locale::Locale;

/// The person's newest notices.
pub async fn list(backend: &Backend, actor: &Actor) -> Result<NoticesView> {
    let reader = Locale::new(backend.clock.now(), &actor.time_zone);
    let rows = db::notices::list(&backend.db, actor.workspace, actor.user).await?;
    let notices = rows.into_iter().map(|row| view(row, &reader)).collect();
    Ok(NoticesView { notices, unread: actor.unread })
}

fn view(row: db::notices::Row, reader: &Locale) -> NoticeView {
    let heals =
        !matches!(row.reason, Some(Reason::Suspended | Reason::Locked | Reason::NeedsAction));
    let reconnect = match row.kind {
        NoticeKind::Broken => matches!(row.status, Some(Status::Error | Status::Expired)) && heals,
        NoticeKind::Expiring => {
            row.status.is_some_and(|status| status != Status::Former) && row.read_at.is_none()
        }
        NoticeKind::Recovered | NoticeKind::Trouble => false,
    };
    NoticeView {
        id: row.id,
        kind: row.kind,
        provider: row.provider,
        account: row.account_id,
        title: row.title,
        text: row.body,
        at: reader.relative(row.created_at),
        read: row.read_at.is_some(),
        reconnect,
    }
}

/// Marks one notice read. Another person's, or one of another workspace, is not found.
pub async fn mark_read(backend: &Backend, actor: &Actor, id: NoticeId) -> Result<()> {
    let now = backend.clock.now();
    let mut tx = backend.db.begin().await?;
    if !db::notices::mark_read(&mut tx, actor.workspace, actor.user, id, now).await? {
        return Err(Error::NotFound("notice"));
    }
    // The person's other tabs show the same count.
    events::record(backend, &mut tx, Event::WorkspaceChanged(actor.workspace)).await?;
    Ok(tx.commit().await?)
}

/// Marks every notice read: how many were not.
pub async fn mark_all_read(backend: &Backend, actor: &Actor) -> Result<u64> {
    let now = backend.clock.now();
    let mut tx = backend.db.begin().await?;
    let count = db::notices::mark_all_read(&mut tx, actor.workspace, actor.user, now).await?;
    events::record(backend, &mut tx, Event::WorkspaceChanged(actor.workspace)).await?;
    tx.commit().await?;
    Ok(count)
}

/// What the bell of a page shows; known with the session already.
pub fn bell(actor: &Actor) -> Bell {
    Bell { unread: actor.unread, newest: actor.newest.clone() }
}

/// Platforms in trouble on which the person has accounts; known with the session already.
pub fn banners(backend: &Backend, actor: &Actor) -> Vec<Banner> {
    let reader = Locale::new(backend.clock.now(), &actor.time_zone);
    let banner = |trouble: &db::incidents::Trouble| {
        let entry = backend.platforms.get(trouble.provider.as_str())?;
        Some(Banner {
            provider: trouble.provider.clone(),
            text: text::banner(entry, trouble, &reader),
        })
    };
    actor.troubles.iter().filter_map(banner).collect()
}

/// Which notices come by e-mail, kind by kind.
pub async fn preferences(backend: &Backend, actor: &Actor) -> Result<Vec<Preference>> {
    let chosen = db::notices::preferences(&backend.db, actor.user).await?;
    let preference = |kind: NoticeKind| {
        let own = chosen.iter().find(|(chosen, _)| *chosen == kind);
        Preference {
            kind,
            by_email: own.map_or(kind.usually_by_email(), |(_, by_email)| *by_email),
        }
    };
    Ok(NoticeKind::ALL.map(preference).into())
}

/// Sets which notices come by e-mail; kinds that are not named stay as they are.
pub async fn set_preferences(
    backend: &Backend,
    actor: &Actor,
    chosen: &[Preference],
) -> Result<Vec<Preference>> {
    let mut tx = backend.db.begin().await?;
    for preference in chosen {
        db::notices::set_preference(&mut tx, actor.user, preference.kind, preference.by_email)
            .await?;
    }
    tx.commit().await?;
    preferences(backend, actor).await
}
