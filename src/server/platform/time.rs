//! Times that come from outside, bounded at the door: nothing is stored that a calendar does not
//! hold, and no number of a platform ends the process.
//!
//! A value that makes no sense - negative, zero where that means nothing, more than ten years -
//! counts as not told.

use chrono::{DateTime, Duration, Utc};

/// Nothing that a platform promises lasts longer.
pub const MAX_LIFETIME: Duration = Duration::days(3_652);
/// The longest wait that is believed before an ordinary call.
pub const MAX_CALL_WAIT: Duration = Duration::hours(24);
/// The same before a token is renewed: an account must not end over a wrong number.
pub const MAX_REFRESH_WAIT: Duration = Duration::hours(1);

/// How long something lives, from a number of seconds.
pub fn lifetime(seconds: f64) -> Option<Duration> {
    bounded_lifetime(whole_seconds(seconds)?)
}

/// The same for a life that was worked out from other times.
pub fn bounded_lifetime(life: Duration) -> Option<Duration> {
    (life > Duration::zero() && life <= MAX_LIFETIME).then_some(life)
}

/// A wait from a number of seconds. An instant in its place (seconds since 1970) is longer than ten
/// years, and so counts as not told.
pub fn wait(seconds: f64, longest: Duration) -> Option<Duration> {
    let wait = whole_seconds(seconds.ceil())?;
    (wait >= Duration::zero() && wait <= MAX_LIFETIME).then(|| wait.min(longest))
}

/// The wait until an instant. One that has passed was not told.
pub fn wait_until(at: DateTime<Utc>, now: DateTime<Utc>, longest: Duration) -> Option<Duration> {
    bounded_lifetime(at.signed_duration_since(now)).map(|wait| wait.min(longest))
}

/// An instant from seconds since 1970: at most ten years back or ahead.
pub fn instant(seconds: f64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = DateTime::from_timestamp(whole_seconds(seconds)?.num_seconds(), 0)?;
    bounded_instant(at, now)
}

/// The same for an instant that was read otherwise.
pub fn bounded_instant(at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let is_told = at.signed_duration_since(now).abs() <= MAX_LIFETIME;
    is_told.then_some(at)
}

/// The instant so long after now. A calendar that ends before it has no such instant: then it is
/// now.
pub fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now.checked_add_signed(wait).unwrap_or(now)
}

/// Whole seconds, rounded towards zero.
fn whole_seconds(seconds: f64) -> Option<Duration> {
    // `as` saturates, and `try_seconds` refuses what a duration can't hold.
    seconds.is_finite().then(|| Duration::try_seconds(seconds as i64))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).expect("a time")
    }

    // R2: zero, negative and absurd lives are not told.
    #[test]
    fn a_life_is_told_only_up_to_ten_years() {
        for (told, life) in [
            (7_200.0, Some(7_200)),
            (7_200.9, Some(7_200)),
            (315_532_800.0, Some(315_532_800)),
            (0.0, None),
            (0.4, None),
            (-1.0, None),
            (900_000_000_000.0, None),
            (1e13, None),
            (1e300, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(lifetime(told), life.map(Duration::seconds), "{told}");
        }
    }

    // The same: an instant where a wait is customary, and a wait that nobody would sit through.
    #[test]
    fn a_wait_is_believed_up_to_its_cap() {
        for (told, seconds) in [
            (4.0, Some(4)),
            (0.2, Some(1)),
            (0.0, Some(0)),
            (90_000.0, Some(86_400)),
            (1_779_746_533.0, None),
            (1e13, None),
            (-5.0, None),
        ] {
            assert_eq!(wait(told, MAX_CALL_WAIT), seconds.map(Duration::seconds), "{told}");
        }
        let hour = Some(MAX_REFRESH_WAIT);
        assert_eq!(wait(90_000.0, MAX_REFRESH_WAIT), hour);
        assert_eq!(wait_until(after(now(), MAX_CALL_WAIT), now(), MAX_REFRESH_WAIT), hour);
        assert_eq!(wait_until(now(), now(), MAX_CALL_WAIT), None, "it has passed");
    }

    proptest! {
        // R2: no number from outside overflows, and none is kept that a calendar lacks.
        #[test]
        fn no_number_from_outside_overflows(told in any::<f64>(), ahead in any::<i64>()) {
            let year = 366 * 86_400;
            for told in [told, ahead as f64] {
                if let Some(life) = lifetime(told) {
                    prop_assert!(now().checked_add_signed(life).is_some());
                    prop_assert!(life.num_seconds() <= 10 * year && life > Duration::zero());
                }
                if let Some(wait) = wait(told, MAX_CALL_WAIT) {
                    prop_assert!(wait >= Duration::zero() && wait <= MAX_CALL_WAIT);
                }
                if let Some(at) = instant(told, now()) {
                    prop_assert!(at.timestamp() >= 0 && at - now() <= MAX_LIFETIME);
                }
            }
        }
    }
}
