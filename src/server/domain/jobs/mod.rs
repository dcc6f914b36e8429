//! Work that outlives the request that caused it: written down in the transaction that causes it,
//! done afterwards, at least once.
//!
//! A job holds ids and nothing else: whoever does it reads what is true by then. So every handler
//! may run twice, and the same job requested twice while it waits is one job. To add one: a line in
//! [`Job`], one in [`Job::priority`] and [`Job::retry_policy`] where it differs, one in the
//! worker's `handlers`.

#![warn(missing_docs)]

mod retry;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Result;
use crate::model::{AccountId, WorkspaceId};
use crate::server::Backend;
use crate::server::db::{self, Signal, Tx};
use crate::server::request_context;

pub use retry::{Attempt, DEFAULT, Outcome, RetryDecision, RetryPolicy};

/// Everything that is done in the background.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Ends a grant at its platform; the credential is in `pending_revocations` alone.
    Revoke {
        /// A row of `pending_revocations`.
        id: Uuid,
    },
    /// Fetches the picture of an account that was just connected.
    FetchAvatar {
        /// Where the account is looked up: every query is scoped by it.
        workspace: WorkspaceId,
        /// Read again when the job runs; it may be gone by then.
        account: AccountId,
    },
    /// Sees that every written revocation has its job, and none is kept beyond its day.
    FindRevocations,
    /// Revokes consents whose choice nobody made.
    RevokeExpiredChoices,
    /// Sends one mail of the outbox.
    SendMail {
        /// A row of `outgoing_emails`, and the Message-ID of the mail.
        id: Uuid,
    },
    /// Early warnings, and platforms that have been in trouble for long.
    ProcessNotices,
    /// Tells of an account that broke.
    AnnounceBroken {
        /// A row of `incidents`, of the account.
        incident: Uuid,
    },
    /// Tells of an account that works again.
    AnnounceRecovered {
        /// The incident that ended.
        incident: Uuid,
    },
    /// Tells the workspaces with accounts on a platform that it has been down for long.
    AnnounceOutage {
        /// The platform's incident, which may be over by then.
        incident: Uuid,
    },
    /// Tells those who were told of an outage that it is over.
    AnnounceRecovery {
        /// The platform's incident that ended.
        incident: Uuid,
    },
    /// Tells of accounts that broke while their platform refused many.
    AnnounceHeldBack {
        /// The platform's incident of refusing, which ended.
        incident: Uuid,
    },
    /// Answers those who forgot their passwords.
    AnswerResets,
    /// Attempts to connect that ended an hour ago.
    PurgeFlows,
    /// Sessions that ended or that nobody used for [`crate::server::identity::IDLE`].
    PurgeSessions,
    /// Lines of the audit log that are older than the configuration keeps them.
    PurgeAudit,
    /// Answers that were kept for a day.
    PurgeAnswers,
    /// Links of mails that have expired.
    PurgeEmailTokens,
    /// Notices and incidents that are old enough.
    PurgeNotices,
    /// Dead letters, of mail as well.
    PurgeDead,
}

/// The smallest number goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// Somebody is waiting for it.
    High = 0,
    /// Revocations and news of incidents: soon, though nobody is waiting on a page.
    Normal = 1,
    /// Tidying up, and mails that go to many.
    Low = 2,
}

/// What recurs is never given up: the next round would only begin anew.
const RECURRING: RetryPolicy = RetryPolicy {
    first_pause: Duration::seconds(30),
    longest_pause: Duration::minutes(10),
    max_attempts: None,
};

impl Job {
    fn priority(&self) -> Priority {
        match self {
            Self::FetchAvatar { .. } | Self::SendMail { .. } | Self::AnswerResets => Priority::High,
            Self::Revoke { .. }
            | Self::AnnounceBroken { .. }
            | Self::AnnounceRecovered { .. }
            | Self::AnnounceOutage { .. }
            | Self::AnnounceRecovery { .. }
            | Self::AnnounceHeldBack { .. } => Priority::Normal,
            _ => Priority::Low,
        }
    }

    /// Pauses and attempts of its kind.
    pub fn retry_policy(&self) -> RetryPolicy {
        match self {
            // The end of its row ends it, after a day.
            Self::Revoke { .. } => RetryPolicy {
                first_pause: Duration::minutes(1),
                longest_pause: Duration::hours(2),
                max_attempts: None,
            },
            // Given up by its handler when its mail is too old.
            Self::SendMail { .. } => RetryPolicy {
                first_pause: Duration::minutes(1),
                longest_pause: Duration::hours(1),
                max_attempts: None,
            },
            Self::FetchAvatar { .. }
            | Self::AnnounceBroken { .. }
            | Self::AnnounceRecovered { .. }
            | Self::AnnounceOutage { .. }
            | Self::AnnounceRecovery { .. }
            | Self::AnnounceHeldBack { .. } => DEFAULT,
            _ => RECURRING,
        }
    }

    /// The job as the table keeps it.
    pub fn payload(&self) -> String {
        // Names and ids always serialise.
        serde_json::to_string(self).expect("ids serialise")
    }

    /// `None`: a job of another version of us.
    pub fn from_payload(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Its name in the table, on the operators' page and in the metrics.
    pub fn kind(&self) -> String {
        let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(self) else {
            return String::new();
        };
        fields.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned()
    }

    /// The same, not before `time`.
    pub fn at(self, time: DateTime<Utc>) -> JobRequest {
        JobRequest { at: Some(time), ..self.into() }
    }

    /// The same, with another priority than its kind's.
    pub fn with_priority(self, priority: Priority) -> JobRequest {
        JobRequest { priority, ..self.into() }
    }
}

/// A job with its time and its place in the row.
pub struct JobRequest {
    job: Job,
    /// Now, unless it is said.
    at: Option<DateTime<Utc>>,
    priority: Priority,
}

impl From<Job> for JobRequest {
    fn from(job: Job) -> Self {
        Self { priority: job.priority(), job, at: None }
    }
}

/// Requests a job, to be done once this transaction is committed, and never if it is not.
pub async fn enqueue(backend: &Backend, tx: &mut Tx, request: impl Into<JobRequest>) -> Result<()> {
    let (request, now) = (request.into(), backend.clock.now());
    let run_at = request.at.unwrap_or(now);
    let reference = request_context::current().reference;
    let new = db::jobs::New {
        kind: request.job.kind(),
        payload: request.job.payload(),
        priority: request.priority as i64,
        run_at,
        reference: if reference.is_empty() { request_context::new_reference() } else { reference },
    };
    db::jobs::enqueue(tx, &new, now).await?;
    if run_at <= now {
        tx.signal(Signal::Jobs);
    }
    Ok(())
}

/// Withdraws a job that still waits, because what it was to do has been done.
pub async fn withdraw(tx: &mut Tx, job: &Job) -> Result<()> {
    Ok(db::jobs::withdraw(tx, &job.payload()).await?)
}

/// The job: deletes dead letters that operators had long enough to look at.
pub async fn purge_dead(backend: &Backend) -> Result<()> {
    let days = i64::from(backend.config.worker.dead_jobs_days);
    // More days than the calendar has: they are kept for ever.
    let Some(before) = backend.clock.now().checked_sub_signed(Duration::days(days)) else {
        return Ok(());
    };
    db::jobs::delete_dead(&backend.db, before).await?;
    db::outgoing_emails::delete_dead(&backend.db, before).await?;
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const JOBS: [Job; 19] = [
        Job::FetchAvatar { workspace: WorkspaceId(Uuid::nil()), account: AccountId(Uuid::nil()) },
        Job::Revoke { id: Uuid::nil() },
        Job::FindRevocations,
        Job::RevokeExpiredChoices,
        Job::SendMail { id: Uuid::nil() },
        Job::ProcessNotices,
        Job::AnnounceOutage { incident: Uuid::nil() },
        Job::AnnounceRecovery { incident: Uuid::nil() },
        Job::AnnounceBroken { incident: Uuid::nil() },
        Job::AnnounceRecovered { incident: Uuid::nil() },
        Job::AnnounceHeldBack { incident: Uuid::nil() },
        Job::AnswerResets,
        Job::PurgeFlows,
        Job::PurgeSessions,
        Job::PurgeAudit,
        Job::PurgeAnswers,
        Job::PurgeEmailTokens,
        Job::PurgeNotices,
        Job::PurgeDead,
    ];

    #[test]
    fn every_job_reads_back_and_has_a_kind() {
        for job in JOBS {
            assert_eq!(Job::from_payload(&job.payload()), Some(job.clone()));
            let kind = format!("\"kind\":\"{}\"", job.kind());
            assert!(job.payload().contains(&kind), "{}", job.payload());
        }
        assert_eq!(Job::from_payload(r#"{"kind":"of_another_version"}"#), None);
    }
}
