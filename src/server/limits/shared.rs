//! Counts that several processes share, in Redis. A request waits for it a tenth of a second at
//! most; while it is away it is left alone for a moment at a time.

use std::sync::Mutex;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult, Script};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{Counted, Key, LimitKey, WINDOW, throttle};

const PATIENCE: Duration = Duration::from_millis(100);
/// How long nobody asks a Redis that did not answer.
const REST: Duration = Duration::from_secs(2);

/// Counts, and begins the window with the first; both or neither.
const COUNT: &str = "
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}";

/// Begins a try: how many milliseconds it is too soon, or 0. The pause is a key that ends by
/// itself.
const TRY: &str = "
local left = redis.call('PTTL', KEYS[2])
if left > 0 then
  return left
end
local over = redis.call('INCR', KEYS[1]) - tonumber(ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if over >= 0 then
  local pause = math.min(tonumber(ARGV[3]) * 2 ^ math.min(over, 10), tonumber(ARGV[4]))
  redis.call('SET', KEYS[2], '', 'PX', string.format('%d', pause))
end
return 0";

const TAKE_BACK: &str = "
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('DECR', KEYS[1]) <= 0 then
  redis.call('DEL', KEYS[1])
end
return redis.call('DEL', KEYS[2])";

/// Counts in Redis; after a failure it is left alone for a moment.
pub struct Shared {
    redis: ConnectionManager,
    count: Script,
    attempt: Script,
    take_back: Script,
    /// Until when it is left alone; nothing while it answers.
    away: Mutex<Option<Instant>>,
}

impl Shared {
    /// Connects when it is first needed: a server starts without its Redis.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(url: &SecretString) -> RedisResult<Self> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        let redis =
            ConnectionManager::new_lazy_with_config(Client::open(url.expose_secret())?, config)?;
        Ok(Self {
            redis,
            count: Script::new(COUNT),
            attempt: Script::new(TRY),
            take_back: Script::new(TAKE_BACK),
            away: Mutex::default(),
        })
    }

    /// The shared count, or nothing while Redis is away.
    pub(super) async fn count(&self, (class, who): Key) -> Option<Counted> {
        if self.is_left_alone() {
            return None;
        }
        let key = format!("huntaze:limit:{}:{}", class.as_str(), who.to_key());
        let window = milliseconds(WINDOW);
        let mut redis = self.redis.clone();
        let answer = self
            .asked(self.count.key(key).arg(window).invoke_async::<(u32, u64)>(&mut redis))
            .await?;
        Some(Counted { count: answer.0, ends_in: Duration::from_millis(answer.1) })
    }

    /// Begins a try; nothing while Redis is away.
    pub(super) async fn begin_try(&self, who: LimitKey, free: u32) -> Option<Result<(), Duration>> {
        if self.is_left_alone() {
            return None;
        }
        let (tries, next) = keys(who);
        let mut redis = self.redis.clone();
        let mut attempt = self.attempt.key(tries);
        let attempt = attempt.key(next).arg(free);
        for span in [throttle::MEMORY, throttle::FIRST, throttle::LONGEST] {
            attempt.arg(milliseconds(span));
        }
        let left = self.asked(attempt.invoke_async::<u64>(&mut redis)).await?;
        Some(if left == 0 { Ok(()) } else { Err(Duration::from_millis(left)) })
    }

    pub(super) async fn take_back(&self, who: LimitKey) {
        if self.is_left_alone() {
            return;
        }
        let (tries, next) = keys(who);
        let mut redis = self.redis.clone();
        self.asked(self.take_back.key(tries).key(next).invoke_async::<()>(&mut redis)).await;
    }

    /// How long it takes to answer; nothing if it does not.
    pub async fn ping(&self) -> Option<Duration> {
        // A connection that broke is mended after it has failed once.
        for _ in 0..2 {
            let (mut redis, began) = (self.redis.clone(), Instant::now());
            if self.asked(redis::cmd("PING").query_async::<()>(&mut redis)).await.is_some() {
                return Some(began.elapsed());
            }
        }
        None
    }

    async fn asked<T>(&self, answer: impl Future<Output = RedisResult<T>>) -> Option<T> {
        let outcome = match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        self.remember(outcome.as_ref().err().map(String::as_str));
        outcome.ok()
    }

    fn is_left_alone(&self) -> bool {
        self.away
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .is_some_and(|until| Instant::now() < until)
    }

    /// Logs when it goes and when it is back, once each.
    fn remember(&self, trouble: Option<&str>) {
        let now = trouble.map(|_| Instant::now() + REST);
        let before = std::mem::replace(
            &mut *self.away.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
            now,
        );
        match (before, trouble) {
            (None, Some(error)) => {
                tracing::warn!("Redis is unavailable, rate limits are per process: {error}")
            }
            (Some(_), None) => tracing::info!("Redis is available again, rate limits are shared"),
            _ => {}
        }
    }
}

/// Where tries are counted, and the pause until the next. In braces what a cluster keeps together.
fn keys(who: LimitKey) -> (String, String) {
    let who = who.to_key();
    (format!("huntaze:tries:{{{who}}}"), format!("huntaze:pause:{{{who}}}"))
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
