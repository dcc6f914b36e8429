//! How often somebody may ask (requirement S5): so many times in a minute, which begins with the
//! first; and how soon they may guess a secret once more. Counted in this process, and, where Redis
//! is configured, once more in Redis, so that all processes share a count. Without Redis, or while
//! it is away, this process' own count goes on.

#![warn(missing_docs)]

mod memory;
mod queue;
mod shared;
mod throttle;

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use uuid::Uuid;

pub use queue::{Admission, RunPermit, WorkQueue};
pub use shared::Shared;

use super::clock::Clock;
use super::config;
use crate::model::{SessionId, UserId};
use memory::Memory;
use throttle::Throttles;

/// Length of the window in which requests are counted; limits are per minute.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Passwords that are hashed at once, so that each core has one to begin with.
const HASHES_PER_CORE: usize = 2;
/// And that wait for it: about a second's work. Nobody waits longer than people would.
const HASHES_WAITING: usize = 16;

/// What is counted apart from one another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Class {
    /// Everything from one address.
    Address,
    /// Everything of one person that has no count of its own.
    Person,
    /// Where passwords and links of mails are tried.
    Auth,
    /// Beginning and finishing connections.
    OAuth,
    /// The status endpoint, which programs poll.
    Status,
    /// Refreshing and testing an account: each is a call to its platform.
    AccountCalls,
}

impl Class {
    const ALL: [Self; 6] =
        [Self::Address, Self::Person, Self::Auth, Self::OAuth, Self::Status, Self::AccountCalls];

    /// The class of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// The name that [`Class::named`] reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Person => "person",
            Self::Auth => "auth",
            Self::OAuth => "oauth",
            Self::Status => "status",
            Self::AccountCalls => "account_calls",
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LimitKey {
    /// Somebody who is logged in, on all their devices.
    Person(UserId),
    /// A caller's address, as [`LimitKey::at`] shortens it.
    Address(IpAddr),
    /// An e-mail address, whosever it is, by its hash: tables and Redis hold no addresses of
    /// people.
    Mailbox(u128),
    /// A browser in which somebody was logged in before.
    Device(Uuid),
    /// One login, where somebody who is in has to give the password once more.
    Session(SessionId),
    /// One of a few, for strangers while the table is full.
    Slot(u64),
}

impl LimitKey {
    /// A household has a /64 of IPv6 and may take any address of it: it counts as one.
    pub fn at(ip: IpAddr) -> Self {
        Self::Address(match ip.to_canonical() {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
            v4 => v4,
        })
    }

    /// An e-mail address as it was normalised.
    pub fn email(email: &str) -> Self {
        let hash = super::identity::hash(email);
        Self::Mailbox(hash.iter().take(16).fold(0, |all, byte| all << 8 | u128::from(*byte)))
    }

    fn to_key(self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::Address(ip) => ip.to_string(),
            Self::Mailbox(hash) => format!("{hash:032x}"),
            Self::Device(id) => id.to_string(),
            Self::Session(id) => id.to_string(),
            Self::Slot(slot) => slot.to_string(),
        }
    }
}

type Key = (Class, LimitKey);

/// Requests of a window so far, this one included, and when the window ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Counted {
    count: u32,
    ends_in: Duration,
}

/// What the rate limit decided about a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateLimitDecision {
    /// The class that it was counted in.
    pub class: Class,
    /// Requests in a [`WINDOW`].
    pub limit: u32,
    /// How many more pass in this window; 0 as well when this one was refused.
    pub remaining: u32,
    /// When everything is as it was at the beginning.
    pub reset: Duration,
    /// This request is over the limit and has to be answered with 429.
    pub refused: bool,
}

/// Counters of requests and of guesses at secrets, one for the whole process.
pub struct Limits {
    clock: Clock,
    configured: config::Limits,
    memory: Memory,
    throttles: Throttles,
    /// Hashing passwords: each hash takes 19 MiB and a core for tens of milliseconds.
    pub passwords: WorkQueue,
    /// Redis' counts; nothing where none is configured.
    pub shared: Option<Shared>,
}

impl Limits {
    /// Starts with empty counts; the queue for passwords is sized by the cores of the machine.
    pub fn new(configured: config::Limits, clock: Clock, shared: Option<Shared>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let passwords = WorkQueue::new(HASHES_PER_CORE * cores, HASHES_WAITING * cores);
        let (memory, throttles) = (Memory::default(), Throttles::default());
        Self { clock, configured, memory, throttles, passwords, shared }
    }

    /// Counts a request. Nothing: this class has no limit.
    pub async fn count(&self, class: Class, who: LimitKey) -> Option<RateLimitDecision> {
        let limit = self.limit(class)?;
        let here = self.memory.count((class, who), self.clock.now());
        // Refused here already, it is refused everywhere: Redis has counted at least as many.
        let counted = match &self.shared {
            Some(shared) if here.count <= limit => shared.count((class, who)).await.unwrap_or(here),
            _ => here,
        };
        Some(RateLimitDecision {
            class,
            limit,
            remaining: limit.saturating_sub(counted.count),
            reset: counted.ends_in,
            refused: counted.count > limit,
        })
    }

    /// Somebody begins to try a secret, and it is taken for a wrong try. `Err`: it is too soon, by
    /// so much.
    pub async fn begin_try(&self, who: LimitKey) -> Result<(), Duration> {
        let free = self.configured.password_attempts;
        if free == 0 {
            return Ok(());
        }
        self.throttles.begin(who, free, self.clock.now())?;
        let Some(shared) = &self.shared else { return Ok(()) };
        // What was refused elsewhere was no try here.
        shared
            .begin_try(who, free)
            .await
            .unwrap_or(Ok(()))
            .inspect_err(|_| self.throttles.take_back(who, self.clock.now()))
    }

    /// The try that was just begun was a right one: it does not count.
    pub async fn take_back(&self, who: LimitKey) {
        self.throttles.take_back(who, self.clock.now());
        if let Some(shared) = &self.shared {
            shared.take_back(who).await;
        }
    }

    fn limit(&self, class: Class) -> Option<u32> {
        Some(max_requests(&self.configured, class)).filter(|max| *max > 0)
    }
}

/// As many requests as fit into a window.
pub fn max_requests(limits: &config::Limits, class: Class) -> u32 {
    match class {
        Class::Address => limits.address,
        Class::Person => limits.person,
        Class::Auth => limits.auth,
        Class::OAuth => limits.oauth,
        Class::Status => limits.status,
        Class::AccountCalls => limits.account_calls,
    }
}
