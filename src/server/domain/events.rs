//! What happened, written down once for all that follow it, in the transaction of the change: the
//! audit log gets its line, a platform's incident begins or ends, and open pages of those it
//! concerns look again. This module names no noun of the domain: whoever reacts reads the rows.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Result;
use crate::model::audit::{Action, Ended};
use crate::model::{Provider, WorkspaceId};
use crate::server::db::audit::AuditRow;
use crate::server::db::incidents::{self, Kind};
use crate::server::db::{self, Signal, Tx};

/// Something that happened.
pub enum Event {
    /// Somebody did something, or tried to; without a workspace it concerns the server.
    Action {
        workspace: Option<WorkspaceId>,
        line: Box<AuditRow>,
    },
    /// What pages show of a workspace is not what it was.
    WorkspaceChanged(WorkspaceId),
    /// A platform does not answer. Recorded again whenever the time of the next try is another one.
    PlatformDown {
        provider: Provider,
        next_try: DateTime<Utc>,
    },
    PlatformUp {
        provider: Provider,
    },
    /// A platform turns many accounts away.
    PlatformRefusing {
        provider: Provider,
    },
    /// And does not any more.
    PlatformAccepting {
        provider: Provider,
    },
}

/// Records an event: the incident that it began or ended, if it did.
pub async fn record(tx: &mut Tx, event: Event, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let incident = match event {
        Event::Action { workspace, line } => {
            db::audit::insert(tx, workspace, &line).await?;
            if let Some(workspace) = workspace.filter(|_| is_shown(&line)) {
                tx.signal(Signal::Workspace(workspace));
            }
            return Ok(None);
        }
        Event::WorkspaceChanged(workspace) => {
            tx.signal(Signal::Workspace(workspace));
            return Ok(None);
        }
        Event::PlatformDown { provider, next_try } => {
            incidents::platform(tx, &provider, Kind::Down, Some(next_try), now).await?
        }
        Event::PlatformUp { provider } => {
            incidents::end_platform(tx, &provider, Kind::Down, now).await?
        }
        Event::PlatformRefusing { provider } => {
            incidents::platform(tx, &provider, Kind::Refusing, None, now).await?
        }
        Event::PlatformAccepting { provider } => {
            incidents::end_platform(tx, &provider, Kind::Refusing, now).await?
        }
    };
    if incident.is_some() {
        tx.signal(Signal::Everywhere);
    }
    Ok(incident)
}

/// Whether pages of the workspace show what was done.
fn is_shown(line: &AuditRow) -> bool {
    let changes = matches!(
        line.action,
        Action::Connect
            | Action::Reconnect
            | Action::Disconnect
            | Action::Refresh
            | Action::Label
            | Action::EmailVerified
            | Action::EmailChanged
            | Action::Profile
            | Action::Settings
    );
    changes && line.result == Ended::Done
}
