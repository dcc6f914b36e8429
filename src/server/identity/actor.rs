//! Who a request is from, and what their role lets them do.

use crate::model::{SessionId, UserId, WorkspaceId};
use crate::server::db;
use crate::server::error::{Error, Result};

/// The person behind a request, and the workspace they act in. Every query is scoped by it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who is logged in.
    pub user: UserId,
    /// The workspace of the session.
    pub workspace: WorkspaceId,
    /// The session that the cookie or the token stands for.
    pub session: SessionId,
    /// In this workspace.
    pub role: Role,
    /// As they call themselves.
    pub name: String,
    /// As normalised at registration.
    pub email: String,
    /// The address is known to be theirs.
    pub verified: bool,
    /// An IANA name such as `Europe/Paris`.
    pub time_zone: String,
    /// The workspace's plan, which limits how many accounts it holds.
    pub tier: String,
    /// Runs this server: the configuration names the address, and it is verified.
    pub operator: bool,
    /// The platform of an attempt to connect that has not come back.
    pub open_flow: Option<String>,
    /// Notices not read yet, the newest one's title, and platforms in trouble: every page shows
    /// them.
    pub unread: i64,
    /// Nothing when all are read.
    pub newest: Option<String>,
    /// Of platforms on which the workspace has accounts.
    pub troubles: Vec<db::incidents::Trouble>,
    /// Identified by a bearer token, which no other site can make a browser send.
    pub by_bearer: bool,
}

/// What somebody may do in a workspace; each may do what the ones before it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Only looks.
    Viewer,
    /// Connects, changes and disconnects accounts.
    Editor,
    /// Also reads the workspace's audit log.
    Owner,
}

impl Actor {
    /// Refuses who may only look.
    pub fn may_change(&self) -> Result<()> {
        if self.role >= Role::Editor { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Whether the workspace is theirs to look into.
    pub fn is_owner(&self) -> bool {
        self.role == Role::Owner
    }

    /// Who may finish a choice that this actor began.
    pub fn owner(&self) -> db::pending::Owner {
        db::pending::Owner { session: self.session, user: self.user, workspace: self.workspace }
    }
}
