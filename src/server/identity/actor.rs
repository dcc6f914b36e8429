//! Who a request is from, and what their role lets them do.

use crate::model::{SessionId, UserId, WorkspaceId};
use crate::server::db;
use crate::server::error::{Error, Result};

/// The person behind a request, and the workspace they act in. Every query is scoped by it.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: UserId,
    pub workspace: WorkspaceId,
    pub session: SessionId,
    pub role: Role,
    pub name: String,
    pub email: String,
    /// The address is known to be theirs.
    pub verified: bool,
    pub time_zone: String,
    pub tier: String,
    pub operator: bool,
    /// The platform of an attempt to connect that has not come back.
    pub open_flow: Option<String>,
    /// Notices not read yet, the newest one's title, and platforms in trouble: every page shows
    /// them.
    pub unread: i64,
    pub newest: Option<String>,
    pub troubles: Vec<db::incidents::Trouble>,
    /// Identified by a bearer token, which no other site can make a browser send.
    pub by_bearer: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    Viewer,
    Editor,
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

    pub fn owner(&self) -> db::pending::Owner {
        db::pending::Owner { session: self.session, user: self.user, workspace: self.workspace }
    }
}
