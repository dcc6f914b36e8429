//! Everything the sandbox remembers, and what all platforms ask of it.

mod fault;
mod grant;
mod redirect_uris;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::platform::{Lifetimes, Twin};

pub use fault::{Fault, FaultKind};
pub use grant::{Code, Grant};
pub use redirect_uris::{RedirectUris, is_registrable};

/// So many endpoints of a platform are counted one by one, and the rest under this name.
const ENDPOINTS: usize = 500;
const OTHERS: &str = "others";

/// The whole memory of the sandbox: one plain value, one file.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Seconds by which the sandbox is ahead of the system's clock.
    pub clock_offset: i64,
    /// Seconds by which the clocks of the callers are ahead of the system's: a test can move them
    /// along with the sandbox's.
    pub callers_offset: i64,
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
    pub redirect_uris: RedirectUris,
    windows: BTreeMap<String, Window>,
    /// When something that lasts began, by its name.
    beginnings: BTreeMap<String, i64>,
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

    /// An instant of the sandbox's clock as its callers are to read it: on their own clocks.
    pub fn wire_time(&self, instant: i64) -> i64 {
        let ahead = self.clock_offset.saturating_sub(self.callers_offset);
        instant.saturating_sub(ahead)
    }

    /// When what has this name began: the first time somebody asks.
    pub fn beginning(&mut self, name: &str) -> i64 {
        let now = self.now();
        *self.beginnings.entry(name.to_owned()).or_insert(now)
    }

    /// Counts a call. What is not served counts together: whoever tries out paths fills no memory.
    pub fn count_call(&mut self, platform: &str, call: &str) {
        let calls = self.calls.entry(platform.to_owned()).or_default();
        let name = if calls.len() < ENDPOINTS || calls.contains_key(call) { call } else { OTHERS };
        *calls.entry(name.to_owned()).or_default() += 1;
    }

    /// Begins anew. The app that runs with the sandbox stays registered.
    pub fn reset(&mut self) {
        let redirect_uris = std::mem::take(&mut self.redirect_uris).only_own();
        *self = Self { redirect_uris, ..Self::default() };
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
        let fresh = Window { ends: now.saturating_add(seconds), used: 0 };
        let window = self.windows.entry(key.to_owned()).or_insert(fresh);
        let within = window.used < limit;
        window.used = limit.min(window.used + 1);
        Allowance { used: window.used, remaining: limit - window.used, reset: window.ends, within }
    }
}
