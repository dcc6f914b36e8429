//! The latest calls to a platform, as one process heard them: whether they say that the platform is
//! silent.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Duration, Utc};

use crate::model::AccountId;

/// So many calls are looked at, none older than this.
const KEPT: usize = 20;
const FRESH: Duration = Duration::hours(1);
/// Fewer failures say nothing.
const LEAST: usize = 5;

#[derive(Clone, Debug, Default)]
pub(super) struct Latest(VecDeque<Call>);

#[derive(Clone, Copy, Debug)]
struct Call {
    account: AccountId,
    silent: bool,
    at: DateTime<Utc>,
}

impl Latest {
    pub(super) fn add(&mut self, account: AccountId, silent: bool, at: DateTime<Utc>) {
        self.0.push_back(Call { account, silent, at });
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// Of how many accounts nothing was answered, where at least five of the latest calls and at
    /// least half of them were in vain.
    pub(super) fn silent_accounts(&self, now: DateTime<Utc>) -> Option<i64> {
        let fresh: Vec<_> = self.0.iter().filter(|call| call.at + FRESH > now).collect();
        let silent: Vec<_> = fresh.iter().filter(|call| call.silent).collect();
        let accounts: HashSet<_> = silent.iter().map(|call| call.account).collect();
        (silent.len() >= LEAST && silent.len() * 2 >= fresh.len()).then_some(accounts.len() as i64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn latest(calls: &[(u8, bool)]) -> Option<i64> {
        let (mut latest, now) = (Latest::default(), DateTime::UNIX_EPOCH);
        for (account, silent) in calls {
            latest.add(AccountId(Uuid::from_u128((*account).into())), *silent, now);
        }
        latest.silent_accounts(now)
    }

    // H5: an outage that swallows every other call is one, and an answer now and then hides
    // nothing.
    #[test]
    fn half_of_the_calls_in_vain_is_trouble_and_fewer_are_not() {
        assert_eq!(latest(&[(1, true); 4]), None, "four say nothing");
        assert_eq!(latest(&[(1, true); 5]), Some(1));
        let every_other: Vec<_> = (0..10).map(|n| (n, n % 2 == 0)).collect();
        assert_eq!(latest(&every_other), Some(5));
        let every_third: Vec<_> = (0..20).map(|n| (n, n % 3 == 0)).collect();
        assert_eq!(latest(&every_third), None);
    }

    proptest! {
        // H5: whatever was heard before, twenty answers in a row say that the platform is there,
        // and twenty times nothing that it is not.
        #[test]
        fn the_latest_calls_decide(before in prop::collection::vec((0..5u8, any::<bool>()), 0..60),
            account in 0..5u8) {
            let after = |silent| latest(&[before.clone(), vec![(account, silent); KEPT]].concat());
            prop_assert_eq!((after(false), after(true)), (None, Some(1)));
        }

        #[test]
        fn what_is_old_says_nothing(calls in prop::collection::vec(0..5u8, 5..60)) {
            let (mut latest, now) = (Latest::default(), DateTime::UNIX_EPOCH);
            calls.iter().for_each(|account|
                latest.add(AccountId(Uuid::from_u128((*account).into())), true, now));
            prop_assert!(latest.silent_accounts(now).is_some());
            prop_assert_eq!(latest.silent_accounts(now + FRESH), None);
        }
    }
}
