//! A line of the audit log (requirement S7): who did what, when, from where, and what came of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::model::audit::{Action, AuditResult};
use crate::model::{AccountId, UserId, WorkspaceId};
use crate::server::Backend;
use crate::server::db::{accounts::Account, audit::AuditRow};
use crate::server::error::Error;
use crate::server::identity::Actor;
use crate::server::request_context::{self, RequestContext};

/// Of texts that come from outside - names on platforms, labels - so much is kept.
const LONGEST: usize = 300;

/// Who did what nobody asked for.
const OURSELVES: &str = "Huntaze";
/// Who works with the command on the server itself: whoever may read the key file may do
/// everything.
const AT_THE_SERVER: &str = "An operator on the server";

/// What somebody did, or tried to. Where it came from is added when it is recorded.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    workspace: Option<WorkspaceId>,
    user: Option<UserId>,
    actor: String,
    pub(super) action: Action,
    result: AuditResult,
    account: Option<AccountId>,
    subject: String,
    detail: String,
    /// Nobody's browser caused it, although a request may have brought it to light.
    unasked: bool,
}

impl AuditEvent {
    /// Something a person did in their workspace.
    pub fn by(actor: &Actor, action: Action) -> Self {
        Self {
            user: Some(actor.user),
            actor: actor.name.clone(),
            ..Self::of_workspace(Some(actor.workspace), action)
        }
    }

    /// Something somebody did who is not logged in (yet).
    pub fn by_user(
        workspace: Option<WorkspaceId>,
        user: UserId,
        name: &str,
        action: Action,
    ) -> Self {
        Self { user: Some(user), actor: name.to_owned(), ..Self::of_workspace(workspace, action) }
    }

    /// Something the server did by itself, or found out: an access that ended, or works again.
    pub fn by_itself(workspace: WorkspaceId, action: Action) -> Self {
        Self {
            actor: OURSELVES.into(),
            unasked: true,
            ..Self::of_workspace(Some(workspace), action)
        }
    }

    /// Something that was done with the command on the server itself.
    pub fn at_the_server(action: Action) -> Self {
        Self { actor: AT_THE_SERVER.into(), ..Self::of_workspace(None, action) }
    }

    /// Something an operator did to the server and not to a workspace.
    pub fn by_operator(actor: &Actor, action: Action) -> Self {
        Self { workspace: None, ..Self::by(actor, action) }
    }

    /// Something nobody known did. Without a workspace it is for the operators.
    pub fn of_workspace(workspace: Option<WorkspaceId>, action: Action) -> Self {
        Self {
            workspace,
            user: None,
            actor: String::new(),
            action,
            result: AuditResult::Done,
            account: None,
            subject: String::new(),
            detail: String::new(),
            unasked: false,
        }
    }

    /// The account it was done to, as people know it.
    pub fn on(self, backend: &Backend, account: &Account) -> Self {
        let platform = backend
            .platforms
            .get(account.provider.as_str())
            .map_or("", |entry| entry.info().name.as_ref());
        let called = if account.handle.is_empty() { &account.name } else { &account.handle };
        Self { account: Some(account.id), subject: format!("{called} on {platform}"), ..self }
    }

    /// What it was done to, when that is no account.
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..self }
    }

    /// More about it, in our own words. Never anything secret.
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// It did not work, and why, as the person was told.
    pub fn failed(self, error: &Error) -> Self {
        self.refused(error.sentence())
    }

    /// The same in a sentence that stands already.
    pub fn refused(self, sentence: impl Into<String>) -> Self {
        Self { result: AuditResult::Failed, ..self.saying(sentence) }
    }

    pub(super) fn into_row(self, now: DateTime<Utc>) -> (Option<WorkspaceId>, AuditRow) {
        let context = request_context::current();
        let from = if self.unasked {
            RequestContext { reference: context.reference, ..RequestContext::default() }
        } else {
            context
        };
        let line = AuditRow {
            id: Uuid::now_v7(),
            occurred_at: now,
            action: self.action,
            result: self.result,
            user_id: self.user,
            actor: shorten(&self.actor),
            account_id: self.account,
            subject: shorten(&self.subject),
            detail: shorten(&self.detail),
            ip: from.ip.map(|ip| ip.to_string()).unwrap_or_default(),
            user_agent: shorten(&from.user_agent),
            reference: from.reference,
        };
        (self.workspace, line)
    }
}

fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
