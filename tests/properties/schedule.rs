//! T4, T7: the laws of the schedule and of the pauses.

use chrono::{Duration, TimeZone, Utc};
use huntaze::server::domain::access::{due_at, lead, next_try, pause};
use huntaze::server::platform::RefreshKind;
use proptest::prelude::*;

fn refreshing() -> impl Strategy<Value = RefreshKind> {
    prop_oneof![Just(RefreshKind::Rotates), Just(RefreshKind::Kept), Just(RefreshKind::Extends)]
}

proptest! {
    #[test]
    fn never_later_than_the_lead_and_never_before_half_the_life(how in refreshing(),
        life in 1i64..400 * 86_400, chance in 0.0f64..=1.0) {
        let issued = Utc.timestamp_opt(1_800_000_000, 0).single().expect("a time");
        let (life, end) = (Duration::seconds(life), issued + Duration::seconds(life));
        let at = due_at(how, issued, Some(end), chance).expect("a time");
        prop_assert!(at >= issued + life / 2 && at <= end);
        // Never later than the lead before the end, but for a life that is hardly longer than its
        // lead: that is halved.
        prop_assert!(at <= (end - lead(how, life)).max(issued + life / 2));
    }

    #[test]
    fn a_storm_is_spread(chances in proptest::collection::vec(0.0f64..=1.0, 200)) {
        // Two hundred tokens of two hours, issued together: no minute gets more than the chances
        // put there.
        let issued = Utc.timestamp_opt(1_800_000_000, 0).single().expect("a time");
        let at = |chance| due_at(RefreshKind::Rotates, issued, Some(issued + Duration::hours(2)),
            chance).expect("a time");
        let spread = at(0.0) - at(1.0);
        prop_assert_eq!(spread, Duration::minutes(12));
        for chance in chances {
            let share = (spread.num_seconds() as f64 * chance) as i64;
            prop_assert!(((at(0.0) - at(chance)).num_seconds() - share).abs() <= 1);
        }
    }

    #[test]
    fn pauses_grow_are_never_too_short_and_never_endless(failures in 1i64..100_000,
        chance in 0.0f64..=1.0) {
        let now = pause(failures, chance);
        prop_assert!(now >= Duration::seconds(45) && now <= Duration::minutes(30));
        prop_assert!(pause(failures + 1, chance) >= now);
        prop_assert!(now >= pause(failures, 0.0) * 3 / 4 - Duration::milliseconds(1));
    }

    #[test]
    fn nobody_comes_back_before_the_platform_wants(failures in 1i64..100_000, wait in 0i64..86_400,
        chances in (0.0f64..=1.0, 0.0f64..=1.0)) {
        let now = Utc.timestamp_opt(1_800_000_000, 0).single().expect("a time");
        let until = now + Duration::seconds(wait);
        let next = next_try(now, failures, Some(until), chances.0);
        prop_assert!(next > until && next >= now + Duration::seconds(45), "not before it was asked \
            for, nor at once");
        prop_assert!(next <= until.max(now) + Duration::minutes(30), "and not for ever");
        prop_assert!(next_try(now, failures + 1, Some(until), chances.0) >= next, "later after \
            more failures");
        prop_assert_eq!(next_try(now, failures, None, chances.0), now + pause(failures, chances.0));
        // Those that were asked together spread.
        let other = next_try(now, failures, Some(until), chances.1);
        prop_assert!((chances.0 - chances.1).abs() < 0.01 || next != other);
    }
}
