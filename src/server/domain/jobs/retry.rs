//! How an attempt at a job ends, and when it is made again.

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;

use crate::server::Backend;
use crate::server::domain::Error;

/// How an attempt ended, as its handler says: it knows the error, the worker only settles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// Not done yet: once more at this time.
    Again {
        /// Not before this.
        at: DateTime<Utc>,
        /// A sentence for the operators' page, without secrets.
        reason: String,
    },
    /// Not done, and trying again is of no use: a dead letter for the operators.
    Failed {
        /// A sentence for the operators' page, without secrets.
        reason: String,
    },
}

impl Outcome {
    /// When the next attempt is due, if there is one.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Again { at, .. } => Some(*at),
            Self::Done | Self::Failed { .. } => None,
        }
    }
}

/// How often a kind of job is tried, and how long it pauses in between.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetryPolicy {
    /// The pause after the first failure; it doubles up to the longest.
    pub first_pause: Duration,
    /// Before the jitter, which only shortens it.
    pub longest_pause: Duration,
    /// After so many attempts it is a dead letter; nothing: never.
    pub max_attempts: Option<i64>,
}

/// How a job is retried unless its line says otherwise.
pub const DEFAULT: RetryPolicy = RetryPolicy {
    first_pause: Duration::seconds(10),
    longest_pause: Duration::hours(1),
    max_attempts: Some(12),
};

/// What becomes of a job after a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryDecision {
    /// Once more after this pause, jitter included.
    After(Duration),
    /// There have been enough attempts: a dead letter.
    GiveUp,
}

impl RetryPolicy {
    /// `attempts` counts the one that just failed, `jitter` is a random number in 0..1.
    pub fn decide(&self, attempts: i64, jitter: f64) -> RetryDecision {
        if self.is_exhausted(attempts) {
            return RetryDecision::GiveUp;
        }
        let doubled = self.first_pause * 2i32.pow(attempts.clamp(1, 24) as u32 - 1);
        let pause = doubled.min(self.longest_pause);
        // Between half and whole, so that what failed together does not come back together.
        RetryDecision::After(
            pause / 2
                + Duration::milliseconds((pause.num_milliseconds() as f64 / 2.0 * jitter) as i64),
        )
    }

    /// Whether there have been enough attempts.
    pub fn is_exhausted(&self, attempts: i64) -> bool {
        self.max_attempts.is_some_and(|max| attempts >= max)
    }
}

/// One attempt at a job, as its handler sees it.
pub struct Attempt<'a> {
    /// What the handler works with.
    pub backend: &'a Backend,
    /// The policy of the job's kind.
    pub policy: RetryPolicy,
    /// Counts this one.
    pub number: i64,
    /// The correlation id of what caused the job.
    pub reference: &'a str,
}

impl Attempt<'_> {
    /// What failed may pass: once more after the policy's pause, unless there have been enough
    /// attempts.
    pub fn retry(&self, reason: impl Into<String>) -> Outcome {
        let reason = reason.into();
        match self.policy.decide(self.number, rand::rng().random()) {
            RetryDecision::After(pause) => {
                Outcome::Again { at: self.backend.clock.now() + pause, reason }
            }
            RetryDecision::GiveUp => Outcome::Failed { reason },
        }
    }

    /// The same for an error of the domain, logged once. Where it says when asking again is worth
    /// it, nobody asks sooner.
    pub fn retry_after(&self, error: Error) -> Outcome {
        let not_before = error.again();
        match (self.retry(error.into_app_error(self.reference).sentence), not_before) {
            (Outcome::Again { at, reason }, Some(not_before)) => {
                Outcome::Again { at: at.max(not_before), reason }
            }
            (outcome, _) => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::JOBS;
    use super::*;

    proptest! {
        // Retries: never sooner than half the first pause, never later than the longest, and
        // growing until then.
        #[test]
        fn a_pause_grows_within_its_bounds(at in 0..JOBS.len(), attempts in 1i64..1_000,
            jitter in 0.0..1.0f64) {
            let policy = JOBS[at].retry_policy();
            match policy.decide(attempts, jitter) {
                RetryDecision::GiveUp => prop_assert!(policy.is_exhausted(attempts)),
                RetryDecision::After(pause) => {
                    prop_assert!(policy.max_attempts.is_none_or(|max| attempts < max));
                    prop_assert!(pause >= policy.first_pause / 2, "{pause}");
                    prop_assert!(pause <= policy.longest_pause, "{pause}");
                    if let RetryDecision::After(next) = policy.decide(attempts + 1, jitter) {
                        prop_assert!(next >= pause, "{next} after {pause}");
                    }
                }
            }
        }

        // Retries: what failed together is spread over half of its pause.
        #[test]
        fn failures_of_one_moment_spread(attempts in 1i64..11) {
            let pause = |jitter| match DEFAULT.decide(attempts, jitter) {
                RetryDecision::After(pause) => pause,
                RetryDecision::GiveUp => Duration::zero(),
            };
            let (soonest, latest) = (pause(0.0), pause(1.0));
            prop_assert!(latest == soonest * 2, "{soonest} {latest}");
        }
    }
}
