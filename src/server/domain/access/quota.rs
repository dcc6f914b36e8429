//! The quota gate: a call that a platform would refuse, because it told us that nothing is left, is
//! not made. It asks before a call what earlier answers told; a new token is never held up by it,
//! since what is counted there are reads.

use chrono::{DateTime, Duration, Utc};

use super::{Error, Result, platform_error};
use crate::server::Backend;
use crate::server::db::limits::Remaining;
use crate::server::db::{self, accounts::Account};
use crate::server::platform::{self, Entry};

/// A reset that is further away was misread, by us or by them.
const LONGEST: Duration = Duration::hours(24);
/// For so long it is believed that nothing is left. Then one call asks, and its answer counts anew.
const BELIEVED: Duration = Duration::minutes(15);
/// So long the others wait for that answer. One that never comes is asked for again by the next.
const ASKING: Duration = Duration::minutes(1);

/// Refuses a call for an account whose limits are used up, with the time at which they are not, or
/// at which it is asked whether they still are.
pub(super) async fn check(backend: &Backend, entry: &Entry, account: &Account) -> Result<()> {
    let limits = db::limits::of_call(&backend.db, account.id, &entry.provider).await?;
    let now = backend.clock.now();
    let until = match blocked_until(&limits, now) {
        None if may_ask(backend, entry, account, &limits, now).await? => return Ok(()),
        None => now + ASKING,
        Some(until) => until,
    };
    tracing::info!(platform = %entry.provider, account = %account.id, %until,
        "platform call deferred: quota exhausted");
    Err(refusal(entry, until))
}

/// Whether this call may go, though limits that are no longer believed are used up: one goes, and
/// the others wait for what it is answered.
async fn may_ask(
    backend: &Backend,
    entry: &Entry,
    account: &Account,
    limits: &[Remaining],
    now: DateTime<Utc>,
) -> Result<bool> {
    let as_if = now - BELIEVED + ASKING;
    for limit in limits.iter().filter(|limit| is_doubted(limit, now)) {
        let (id, provider) = (account.id, &entry.provider);
        if !db::limits::claim_question(&backend.db, id, provider, limit, as_if).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Used up, as it was told so long ago that it is no longer believed. One whose time has come is
/// full again, and needs no question.
fn is_doubted(limit: &Remaining, now: DateTime<Utc>) -> bool {
    limit.remaining <= 0
        && limit.observed_at + BELIEVED <= now
        && limit.resets_at.is_some_and(|reset| reset > now && reset - now <= LONGEST)
}

fn refusal(entry: &Entry, until: DateTime<Utc>) -> Error {
    let detail = "nothing is left of a limit that it told".into();
    platform_error(entry, platform::Error::RateLimited { until, detail })
}

/// When the last of the limits that are used up is full again, or asked about. One without a time
/// says nothing: then only asking tells. One that was told in the future was told by a clock that
/// was wrong, and counts as told now.
fn blocked_until(limits: &[Remaining], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    limits
        .iter()
        .filter(|limit| limit.remaining <= 0)
        .filter_map(|limit| {
            let reset = limit.resets_at.filter(|reset| *reset - now <= LONGEST)?;
            Some(reset.min(limit.observed_at.min(now) + BELIEVED))
        })
        .filter(|until| *until > now)
        .max()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits() -> impl Strategy<Value = Vec<Remaining>> {
        let minutes = prop_oneof![
            Just(None),
            (-3_000i64..3_000).prop_map(Some),
            prop_oneof![Just(i64::from(i32::MIN)), Just(i64::from(i32::MAX))].prop_map(Some),
        ];
        let limit = (-2i64..3, minutes, -30i64..5).prop_map(|(remaining, minutes, seen)| {
            let at = |minutes| DateTime::UNIX_EPOCH + Duration::minutes(minutes);
            let (name, shared) = (String::new(), false);
            Remaining { name, shared, remaining, resets_at: minutes.map(at), observed_at: at(seen) }
        });
        prop::collection::vec(limit, 0..6)
    }

    proptest! {
        // H5: a call is held up exactly as long as one of its limits says so, and never for more
        // than a quarter of an hour since it was told, whatever was told.
        #[test]
        fn a_call_waits_for_the_last_of_the_limits_that_are_used_up(limits in limits()) {
            let now = DateTime::UNIX_EPOCH;
            let blocks = |limit: &Remaining, at: DateTime<Utc>| {
                limit.remaining <= 0
                    && limit.observed_at.min(now) + BELIEVED > at
                    && limit.resets_at.is_some_and(|reset| reset > at && reset <= now + LONGEST)
            };
            match blocked_until(&limits, now) {
                None => prop_assert!(!limits.iter().any(|limit| blocks(limit, now))),
                Some(until) => {
                    prop_assert!(until > now && until <= now + BELIEVED);
                    let just_before = until - Duration::milliseconds(1);
                    prop_assert!(limits.iter().any(|limit| blocks(limit, just_before)));
                    prop_assert!(!limits.iter().any(|limit| blocks(limit, until)));
                }
            }
        }

        // One that holds nobody up is asked about where only our belief has ended.
        #[test]
        fn what_is_doubted_holds_nobody_up_and_is_not_full(limits in limits()) {
            let now = DateTime::UNIX_EPOCH;
            for limit in limits {
                let believed = Remaining { observed_at: now, ..limit.clone() };
                let blocks = |limit: &Remaining| {
                    blocked_until(std::slice::from_ref(limit), now).is_some()
                };
                prop_assert_eq!(is_doubted(&limit, now), !blocks(&limit) && blocks(&believed));
            }
        }

        #[test]
        fn what_is_left_is_used(mut limits in limits()) {
            limits.iter_mut().for_each(|limit| limit.remaining = limit.remaining.abs() + 1);
            prop_assert_eq!(blocked_until(&limits, DateTime::UNIX_EPOCH), None);
        }
    }
}
