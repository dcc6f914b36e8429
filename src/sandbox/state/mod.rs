//! Everything the sandbox remembers, and what all platforms ask of it.

mod fault;
mod grant;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::platform::{Lifetimes, Twin};

pub use fault::{Fault, FaultKind};
pub use grant::{Code, Grant};

/// The whole memory of the sandbox: one plain value, one file.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    /// Seconds by which the sandbox is ahead of the system's clock.
    pub clock_offset: i64,
    /// The system's time when this state was last looked at: within one look it is one instant.
    #[serde(skip)]
    pub looked_at: i64,
    pub codes: Vec<Code>,
    pub grants: Vec<Grant>,
    /// Calls by platform and `METHOD /path`.
    pub calls: BTreeMap<String, BTreeMap<String, u64>>,
    pub faults: Vec<Fault>,
    /// Lifetimes set by hand, by platform; the platform's own where absent.
    pub lifetimes: BTreeMap<String, Lifetimes>,
    /// Switches set by hand, by platform and name; the platform's default where absent.
    pub switches: BTreeMap<String, BTreeMap<String, bool>>,
    windows: BTreeMap<String, Window>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Window {
    ends: i64,
    used: u32,
}

/// Where a caller stands in a rate window after this call.
pub struct Allowance {
    pub used: u32,
    pub remaining: u32,
    /// End of the window, in seconds since 1970 on the sandbox's clock.
    pub reset: i64,
    /// False: this call was one too many.
    pub within: bool,
}

impl State {
    /// The sandbox's time.
    pub fn now(&self) -> i64 {
        self.looked_at.saturating_add(self.clock_offset)
    }

    pub fn lifetimes(&self, twin: &Twin) -> Lifetimes {
        let set = self.lifetimes.get(twin.id).copied().unwrap_or_default();
        Lifetimes {
            access: set.access.or(twin.lifetimes.access),
            refresh: set.refresh.or(twin.lifetimes.refresh),
        }
    }

    pub fn switch(&self, twin: &Twin, name: &str) -> bool {
        let set = self.switches.get(twin.id).and_then(|switches| switches.get(name));
        let default = || twin.switches.iter().any(|switch| switch.name == name && switch.default);
        set.copied().unwrap_or_else(default)
    }

    /// Counts one call against `limit` calls in `seconds`. `key` names who is counted for what.
    pub fn spend(&mut self, key: &str, limit: u32, seconds: i64) -> Allowance {
        let now = self.now();
        self.windows.retain(|_, window| now < window.ends);
        let fresh = Window { ends: now + seconds, used: 0 };
        let window = self.windows.entry(key.to_owned()).or_insert(fresh);
        let within = window.used < limit;
        window.used = limit.min(window.used + 1);
        Allowance { used: window.used, remaining: limit - window.used, reset: window.ends, within }
    }
}
