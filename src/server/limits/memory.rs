//! The counts of this process. Strangers choose how many addresses they come from, so there is an
//! end to how many are remembered.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Counted, Key, LimitKey, WINDOW};

/// About 5 MB.
const MAX_ENTRIES: usize = 50_000;
const SLOTS: u64 = 1024;

struct Window {
    ends_at: DateTime<Utc>,
    count: u32,
}

pub struct Memory {
    windows: Mutex<Windows>,
    /// Random, so that nobody can choose whose slot they share.
    hasher: RandomState,
    max_entries: usize,
}

#[derive(Default)]
struct Windows {
    by_key: HashMap<Key, Window>,
    swept_at: DateTime<Utc>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { windows: Mutex::default(), hasher: RandomState::new(), max_entries: MAX_ENTRIES }
    }
}

impl Memory {
    pub fn count(&self, key: Key, now: DateTime<Utc>) -> Counted {
        let mut windows = self.windows.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        windows.sweep(now);
        let is_full =
            windows.by_key.len() >= self.max_entries && !windows.by_key.contains_key(&key);
        let key =
            if is_full { (key.0, LimitKey::Slot(self.hasher.hash_one(key) % SLOTS)) } else { key };
        let window =
            windows.by_key.entry(key).or_insert(Window { ends_at: now + WINDOW, count: 0 });
        if window.ends_at <= now {
            *window = Window { ends_at: now + WINDOW, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        Counted {
            count: window.count,
            ends_in: (window.ends_at - now).to_std().unwrap_or(Duration::ZERO),
        }
    }
}

impl Windows {
    /// Forgets what is over, once a window.
    fn sweep(&mut self, now: DateTime<Utc>) {
        if self.swept_at + WINDOW <= now {
            self.by_key.retain(|_, window| window.ends_at > now);
            self.swept_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration as Span;

    use super::super::Class;
    use super::*;

    fn stranger(n: u32) -> Key {
        (Class::Auth, LimitKey::at(std::net::Ipv4Addr::from_bits(n).into()))
    }

    // S5: a window begins with the first request, and the next one is fresh.
    #[test]
    fn a_window_lasts_a_minute() {
        let (memory, start) = (Memory::default(), DateTime::UNIX_EPOCH + Span::days(20_000));
        assert_eq!(memory.count(stranger(1), start), Counted { count: 1, ends_in: WINDOW });
        let later = start + Span::seconds(59);
        assert_eq!(
            memory.count(stranger(1), later),
            Counted { count: 2, ends_in: Duration::from_secs(1) }
        );
        assert_eq!(memory.count(stranger(2), later).count, 1);
        assert_eq!(memory.count(stranger(1), start + Span::seconds(60)).count, 1);
    }

    // S5: whoever comes from a million addresses fills a table of a fixed size, and is counted all
    // the same.
    #[test]
    fn strangers_do_not_fill_the_memory() {
        let (memory, now) = (
            Memory { max_entries: 100, ..Memory::default() },
            DateTime::UNIX_EPOCH + Span::days(20_000),
        );
        let highest = (0..100_000).map(|n| memory.count(stranger(n), now).count).max();
        let kept = memory.windows.lock().expect("the table").by_key.len();
        assert!(kept <= 100 + usize::try_from(SLOTS).expect("few"), "{kept}");
        assert!(highest > Some(50), "the late ones share their counts: {highest:?}");
        assert_eq!(
            memory.count(stranger(1), now).count,
            2,
            "who was there before is counted apart"
        );
        memory.count(stranger(1), now + Span::minutes(1));
        assert_eq!(
            memory.windows.lock().expect("the table").by_key.len(),
            1,
            "forgotten a minute later"
        );
    }

    #[test]
    fn a_household_is_counted_once() {
        let at = |text: &str| LimitKey::at(text.parse().expect("an address"));
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }
}
