//! Where people are logged in.

use super::{Error, Result};
use crate::model::audit::Action;
use crate::model::{SessionId, SessionView, UserId};
use crate::server::Backend;
use crate::server::db;
use crate::server::domain::accounts;
use crate::server::domain::events::{self, AuditEvent};
use crate::server::domain::sweep::Sweep;
use crate::server::identity::{self, Actor};
use crate::server::locale::Locale;

/// Ends one of the person's own sessions.
pub async fn revoke_session(backend: &Backend, actor: &Actor, id: SessionId) -> Result<()> {
    let action = if id == actor.session { Action::Logout } else { Action::SessionRevoked };
    let ended = end(backend, actor.user, id, AuditEvent::by(actor, action)).await?;
    if ended { Ok(()) } else { Err(Error::NotFound("session")) }
}

/// Ends every session of the person but the one that asks.
pub async fn revoke_other_sessions(backend: &Backend, actor: &Actor) -> Result<usize> {
    let devices = db::sessions::of_user(&backend.db, actor.user, backend.clock.now()).await?;
    let (mut ended, mut sweep) = (0, Sweep::default());
    for device in devices.iter().filter(|device| device.id != actor.session) {
        let event = AuditEvent::by(actor, Action::SessionRevoked);
        match end(backend, actor.user, device.id, event).await {
            Ok(is_ended) => ended += usize::from(is_ended),
            Err(error) => sweep.record(Err(error)),
        }
    }
    sweep.finish().map(|()| ended)
}

/// Ends a session of this person, with all that lives by it; `event` tells of it.
pub(super) async fn end(
    backend: &Backend,
    user: UserId,
    id: SessionId,
    event: AuditEvent,
) -> Result<bool> {
    let devices = db::sessions::of_user(&backend.db, user, backend.clock.now()).await?;
    let Some(device) = devices.into_iter().find(|device| device.id == id) else { return Ok(false) };
    accounts::revoke_pending(backend, db::pending::of_session(&backend.db, id).await?).await?;
    let mut tx = backend.db.begin().await?;
    let ended = db::sessions::delete(&mut tx, id, user).await?;
    if ended {
        events::record(backend, &mut tx, event.about(device_name(&device.user_agent))).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Before all sessions of a person end: grants that wait for a choice are revoked at the platforms.
pub(super) async fn revoke_pending_choices(backend: &Backend, user: UserId) -> Result<()> {
    accounts::revoke_pending(backend, db::pending::of_user(&backend.db, user).await?).await
}

/// The devices on which the person is logged in.
pub async fn sessions(backend: &Backend, actor: &Actor) -> Result<Vec<SessionView>> {
    let now = backend.clock.now();
    let reader = Locale::new(now, &actor.time_zone);
    let devices = db::sessions::of_user(&backend.db, actor.user, now).await?;
    let view = |device: db::sessions::Device| SessionView {
        id: device.id,
        device: device_name(&device.user_agent),
        current: device.id == actor.session,
        started: reader.day(device.created_at),
        seen: reader.relative(device.last_seen_at),
    };
    Ok(devices.into_iter().map(view).collect())
}

/// "Firefox on Windows", as far as a User-Agent tells.
pub fn device_name(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // Order matters: Edge and Opera also say Chrome, Chrome also says Safari, and iPhones also say
    // Mac.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "A program".to_owned(),
    }
}

/// The job: sessions that ended or that nobody used.
pub async fn purge_sessions(backend: &Backend) -> Result<()> {
    let now = backend.clock.now();
    db::sessions::delete_ended(&backend.db, now, now - identity::IDLE).await?;
    Ok(())
}
