//! T3, T4: a token is refreshed from the beginning of its lead time on, to the microsecond, and not
//! before.

use chrono::{DateTime, Duration, TimeZone, Utc};
use huntaze::server::domain::access::is_due;
use huntaze::server::platform::RefreshKind;
use proptest::prelude::*;

/// The leads, said a second time and in another way.
fn lead(refreshing: RefreshKind, life: Duration) -> Duration {
    let five_minutes = Duration::minutes(5);
    match refreshing {
        RefreshKind::Rotates => five_minutes,
        RefreshKind::Kept if life / 20 > five_minutes => life / 20,
        RefreshKind::Kept => five_minutes,
        RefreshKind::Extends => life / 3,
    }
}

fn refreshing() -> impl Strategy<Value = RefreshKind> {
    prop_oneof![Just(RefreshKind::Rotates), Just(RefreshKind::Kept), Just(RefreshKind::Extends)]
}

fn issued() -> impl Strategy<Value = DateTime<Utc>> {
    (1_700_000_000_000_000i64..1_900_000_000_000_000)
        .prop_map(|at| Utc.timestamp_micros(at).single().expect("a time in range"))
}

/// From a second to more than a year, as platforms give them.
fn life() -> impl Strategy<Value = Duration> {
    (1i64..400 * 86_400).prop_map(Duration::seconds)
}

/// Dense near the edge, where mistakes live, and up to a year beyond.
fn distance() -> impl Strategy<Value = Duration> {
    prop_oneof![0i64..3, 0i64..31_536_000_000_000].prop_map(Duration::microseconds)
}

proptest! {
    #[test]
    fn never_due_before_the_lead_and_always_from_it_on(how in refreshing(), issued in issued(),
        life in life(), far in distance()) {
        let end = issued + life;
        let edge = end - lead(how, life);
        prop_assert!(!is_due(how, issued, Some(end), edge - far - Duration::microseconds(1)));
        prop_assert!(is_due(how, issued, Some(end), edge + far));
    }

    #[test]
    fn an_expired_token_is_always_due(how in refreshing(), issued in issued(), life in life(),
        far in distance()) {
        prop_assert!(is_due(how, issued, Some(issued + life), issued + life + far));
    }

    #[test]
    fn a_token_without_an_end_is_never_due(how in refreshing(), issued in issued(),
        far in distance()) {
        prop_assert!(!is_due(how, issued, None, issued + far));
    }
}
