//! How soon a secret may be guessed once more: the first tries at once, then after pauses that
//! double. The policy, and the counts of this process. Whoever guesses names whose secret it is, so
//! there is an end to how many are remembered.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{LimitKey, WINDOW};

/// The pause after the last of the free tries.
pub const FIRST: Duration = Duration::from_secs(60);
/// With it a person's password is guessed 24 times a day at most, by however many.
pub const LONGEST: Duration = Duration::from_secs(60 * 60);
/// Tries are forgotten so long after the last one.
pub const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// About 5 MB.
const MAX_ENTRIES: usize = 50_000;
const SLOTS: u64 = 1024;

/// The pause after so many wrong tries.
fn pause(tries: u32, free: u32) -> Duration {
    match tries.checked_sub(free) {
        Some(over) => (FIRST * 2u32.pow(over.min(10))).min(LONGEST),
        None => Duration::ZERO,
    }
}

struct Throttle {
    tries: u32,
    next_at: DateTime<Utc>,
    forgotten_at: DateTime<Utc>,
}

pub struct Throttles {
    throttles: Mutex<Known>,
    /// Random, so that nobody can choose whose slot they share.
    hasher: RandomState,
    max_entries: usize,
}

#[derive(Default)]
struct Known {
    by_who: HashMap<LimitKey, Throttle>,
    swept_at: DateTime<Utc>,
}

impl Default for Throttles {
    fn default() -> Self {
        Self { throttles: Mutex::default(), hasher: RandomState::new(), max_entries: MAX_ENTRIES }
    }
}

impl Throttles {
    /// A try begins and is taken for a wrong one; or it is too soon, by so much.
    pub fn begin(&self, who: LimitKey, free: u32, now: DateTime<Utc>) -> Result<(), Duration> {
        let mut known = self.throttles.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let who = self.effective_key(&mut known, who, free, now);
        let throttle = known.by_who.entry(who).or_insert(Throttle {
            tries: 0,
            next_at: now,
            forgotten_at: now,
        });
        if now < throttle.next_at {
            return Err((throttle.next_at - now).to_std().unwrap_or_default());
        }
        throttle.tries =
            if throttle.forgotten_at <= now { 1 } else { throttle.tries.saturating_add(1) };
        throttle.next_at = now + pause(throttle.tries, free);
        throttle.forgotten_at = now + MEMORY;
        Ok(())
    }

    /// The try that was just begun was right, or was none after all.
    pub fn take_back(&self, who: LimitKey, now: DateTime<Utc>) {
        let mut known = self.throttles.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let who = if known.by_who.contains_key(&who) { who } else { self.slot(who) };
        if let Some(throttle) = known.by_who.get_mut(&who) {
            throttle.tries = throttle.tries.saturating_sub(1);
            throttle.next_at = now;
        }
    }

    fn slot(&self, who: LimitKey) -> LimitKey {
        LimitKey::Slot(self.hasher.hash_one(who) % SLOTS)
    }

    /// While the table is full, those that have met no pause yet are forgotten first: who tries
    /// names by the thousand loses their own.
    fn effective_key(
        &self,
        known: &mut Known,
        who: LimitKey,
        free: u32,
        now: DateTime<Utc>,
    ) -> LimitKey {
        if known.by_who.len() < self.max_entries || known.by_who.contains_key(&who) {
            return who;
        }
        if known.swept_at + WINDOW <= now {
            known
                .by_who
                .retain(|_, throttle| throttle.tries >= free && throttle.forgotten_at > now);
            known.swept_at = now;
        }
        if known.by_who.len() < self.max_entries { who } else { self.slot(who) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const ADA: LimitKey = LimitKey::Mailbox(1);

    fn start() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    // S5: whatever anybody does, with whatever patience: so many free tries, then one for each
    // pause.
    #[test]
    fn pauses_double_up_to_an_hour() {
        let (throttles, mut now) = (Throttles::default(), start());
        let mut waited = Vec::new();
        for _ in 0..13 {
            if let Err(left) = throttles.begin(ADA, 5, now) {
                waited.push(left.as_secs() / 60);
                assert_eq!(
                    throttles.begin(ADA, 5, now + left - TimeDelta::seconds(1)),
                    Err(Duration::from_secs(1))
                );
                now += left;
                assert_eq!(throttles.begin(ADA, 5, now), Ok(()));
            }
        }
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 60, 60]);
        let a_day = (0..24 * 60)
            .filter(|minute| throttles.begin(ADA, 5, now + TimeDelta::minutes(60 + minute)).is_ok())
            .count();
        assert_eq!(a_day, 24);
    }

    // S5: a day of rest, and everything is as it was; what was right did not count.
    #[test]
    fn tries_are_forgotten_and_right_ones_never_counted() {
        let (throttles, now) = (Throttles::default(), start());
        for _ in 0..100 {
            assert_eq!(throttles.begin(ADA, 2, now), Ok(()));
            throttles.take_back(ADA, now);
        }
        assert!(
            throttles.begin(ADA, 2, now).is_ok()
                && throttles.begin(ADA, 2, now).is_ok()
                && throttles.begin(ADA, 2, now).is_err()
        );
        assert_eq!(throttles.begin(LimitKey::Mailbox(2), 2, now), Ok(()), "nobody else waits");
        let tomorrow = now + TimeDelta::days(1);
        assert!(
            throttles.begin(ADA, 2, tomorrow).is_ok() && throttles.begin(ADA, 2, tomorrow).is_ok()
        );
    }

    // S5: names by the thousand fill a table of a fixed size, and lift nobody's pause.
    #[test]
    fn strangers_do_not_fill_the_memory() {
        let (throttles, now) = (Throttles { max_entries: 100, ..Throttles::default() }, start());
        assert!(throttles.begin(ADA, 2, now).is_ok() && throttles.begin(ADA, 2, now).is_ok());
        for n in 2..10_000 {
            throttles.begin(LimitKey::Mailbox(n), 2, now + TimeDelta::milliseconds(n as i64)).ok();
        }
        let kept = throttles.throttles.lock().expect("the table").by_who.len();
        assert!(kept <= 100 + usize::try_from(SLOTS).expect("few"), "{kept}");
        assert!(throttles.begin(ADA, 2, now + TimeDelta::seconds(30)).is_err(), "still waiting");
    }
}
