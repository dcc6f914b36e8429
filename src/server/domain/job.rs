//! Work that outlives the request that caused it: written down in the transaction that causes it,
//! done afterwards, at least once.
//!
//! A job holds ids and nothing else: whoever does it reads what is true by then. So every handler
//! may run twice, and the same job asked for twice while it waits is one job. To add one: a line in
//! [`Job`], one in [`Job::law`] where it differs, one in the worker's `run`.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Result;
use crate::model::{AccountId, WorkspaceId};
use crate::server::Backend;
use crate::server::db::{self, Signal, Tx};
use crate::server::origin;

/// Everything that is done in the background.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Ends a grant at its platform; the credential is in `pending_revocations` alone.
    Revoke {
        id: Uuid,
    },
    /// Fetches the picture of an account that was just connected.
    FetchAvatar {
        workspace: WorkspaceId,
        account: AccountId,
    },
    /// Sees that every written revocation has its job, and none is kept beyond its day.
    FindRevocations,
    /// Gives back consents whose choice nobody made.
    GiveBackChoices,
    /// Sends the mail that is due.
    SendMail,
    EraseFlows,
    EraseSessions,
    EraseAudit,
    /// Lets go of answers that were kept for a day.
    EraseAnswers,
    EraseLinks,
    /// Early warnings, and platforms that have been in trouble for long.
    LookAfterNotices,
    /// Answers those who forgot their passwords.
    AnswerResets,
}

/// The smallest number goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// Somebody is waiting for it.
    Soon = 0,
    Normal = 1,
    /// Tidying up.
    Whenever = 2,
}

/// How a kind of job is treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Law {
    pub priority: Priority,
    /// The pause after the first failure; it doubles up to the longest.
    pub first: Duration,
    pub longest: Duration,
    /// After so many attempts it is a dead letter; nothing: never.
    pub most: Option<i64>,
}

/// How a job is treated unless its line says otherwise.
pub const USUAL: Law = Law {
    priority: Priority::Normal,
    first: Duration::seconds(10),
    longest: Duration::hours(1),
    most: Some(12),
};
/// What recurs is never given up: the next round would only begin anew.
const SWEEP: Law = Law {
    priority: Priority::Whenever,
    first: Duration::seconds(30),
    longest: Duration::minutes(10),
    most: None,
};

impl Job {
    pub fn law(&self) -> Law {
        match self {
            // The end of its row ends it, after a day.
            Self::Revoke { .. } => Law {
                first: Duration::minutes(1),
                longest: Duration::hours(2),
                most: None,
                ..USUAL
            },
            Self::FetchAvatar { .. } => Law { priority: Priority::Soon, ..USUAL },
            Self::SendMail | Self::AnswerResets => Law { priority: Priority::Soon, ..SWEEP },
            Self::FindRevocations
            | Self::GiveBackChoices
            | Self::EraseFlows
            | Self::EraseSessions
            | Self::EraseAudit
            | Self::EraseAnswers
            | Self::EraseLinks
            | Self::LookAfterNotices => SWEEP,
        }
    }

    /// The job as the table keeps it.
    pub fn text(&self) -> String {
        // Names and ids always serialise.
        serde_json::to_string(self).expect("ids serialise")
    }

    /// `None`: a job of another version of us.
    pub fn read(text: &str) -> Option<Self> {
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
    pub fn at(self, time: DateTime<Utc>) -> Order {
        Order { at: Some(time), ..self.into() }
    }

    /// The same, with another priority than its kind's.
    pub fn priority(self, priority: Priority) -> Order {
        Order { priority, ..self.into() }
    }
}

/// A job with its time and its place in the row.
pub struct Order {
    job: Job,
    /// Now, unless it is said.
    at: Option<DateTime<Utc>>,
    priority: Priority,
}

impl From<Job> for Order {
    fn from(job: Job) -> Self {
        Self { priority: job.law().priority, job, at: None }
    }
}

/// Orders a job, to be done once this transaction is committed, and never if it is not.
pub async fn enqueue(backend: &Backend, tx: &mut Tx, order: impl Into<Order>) -> Result<()> {
    let (order, now) = (order.into(), backend.clock.now());
    let run_at = order.at.unwrap_or(now);
    let reference = origin::current().reference;
    let new = db::jobs::New {
        kind: order.job.kind(),
        payload: order.job.text(),
        priority: order.priority as i64,
        run_at,
        reference: if reference.is_empty() { origin::new_reference() } else { reference },
    };
    db::jobs::enqueue(tx, &new, now).await?;
    if run_at <= now {
        tx.signal(Signal::Jobs);
    }
    Ok(())
}

/// Takes a job back that still waits, because what it was to do has been done.
pub async fn withdraw(tx: &mut Tx, job: &Job) -> Result<()> {
    Ok(db::jobs::withdraw(tx, &job.text()).await?)
}

/// What becomes of a job that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Tried again after a pause.
    After(Duration),
    /// A dead letter, for the operators to look at.
    Dead,
}

impl Law {
    /// The one place that decides. `attempts` counts the one that just failed, `dice` is a random
    /// number in 0..1.
    pub fn after(&self, attempts: i64, dice: f64) -> Verdict {
        if self.is_over(attempts) {
            return Verdict::Dead;
        }
        let doubled = self.first * 2i32.pow(attempts.clamp(1, 24) as u32 - 1);
        let pause = doubled.min(self.longest);
        // Between half and whole, so that what failed together does not come back together.
        Verdict::After(
            pause / 2
                + Duration::milliseconds((pause.num_milliseconds() as f64 / 2.0 * dice) as i64),
        )
    }

    /// Whether there have been enough attempts.
    pub fn is_over(&self, attempts: i64) -> bool {
        self.most.is_some_and(|most| attempts >= most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JOBS: [Job; 12] = [
        Job::FetchAvatar { workspace: WorkspaceId(Uuid::nil()), account: AccountId(Uuid::nil()) },
        Job::Revoke { id: Uuid::nil() },
        Job::FindRevocations,
        Job::GiveBackChoices,
        Job::SendMail,
        Job::EraseFlows,
        Job::EraseSessions,
        Job::EraseAudit,
        Job::EraseAnswers,
        Job::EraseLinks,
        Job::LookAfterNotices,
        Job::AnswerResets,
    ];

    #[test]
    fn every_job_reads_back_and_has_a_kind() {
        for job in JOBS {
            assert_eq!(Job::read(&job.text()), Some(job.clone()));
            assert!(job.text().contains(&format!("\"kind\":\"{}\"", job.kind())), "{}", job.text());
        }
        assert_eq!(Job::read(r#"{"kind":"of_another_version"}"#), None);
    }

    proptest! {
        // Retry laws: never sooner than half the first pause, never later than the longest, and
        // growing until then.
        #[test]
        fn a_pause_grows_within_its_bounds(at in 0..JOBS.len(), attempts in 1i64..1_000,
            dice in 0.0..1.0f64) {
            let law = JOBS[at].law();
            match law.after(attempts, dice) {
                Verdict::Dead => prop_assert!(law.most.is_some_and(|most| attempts >= most)),
                Verdict::After(pause) => {
                    prop_assert!(law.most.is_none_or(|most| attempts < most));
                    prop_assert!(pause >= law.first / 2 && pause <= law.longest, "{pause}");
                    if let Verdict::After(next) = law.after(attempts + 1, dice) {
                        prop_assert!(next >= pause, "{next} after {pause}");
                    }
                }
            }
        }

        // Retry laws: what failed together is spread over half of its pause.
        #[test]
        fn failures_of_one_moment_spread(attempts in 1i64..11) {
            let pause = |dice| match USUAL.after(attempts, dice) {
                Verdict::After(pause) => pause,
                Verdict::Dead => Duration::zero(),
            };
            let (soonest, latest) = (pause(0.0), pause(1.0));
            prop_assert!(latest == soonest * 2, "{soonest} {latest}");
        }
    }
}
