//! T4, T7: the laws of the schedule and of the pauses.

use chrono::{Duration, TimeZone, Utc};
use huntaze::server::domain::accounts::{due_at, lead, pause};
use huntaze::server::platform::Refreshing;
use proptest::prelude::*;

fn refreshing() -> impl Strategy<Value = Refreshing> {
    prop_oneof![Just(Refreshing::Rotates), Just(Refreshing::Kept), Just(Refreshing::Extends)]
}

proptest! {
    #[test]
    fn never_later_than_the_lead_and_never_before_half_the_life(how in refreshing(), life in 1i64..400 * 86_400, chance in 0.0f64..=1.0) {
        let issued = Utc.timestamp_opt(1_800_000_000, 0).single().expect("a time");
        let (life, end) = (Duration::seconds(life), issued + Duration::seconds(life));
        let at = due_at(how, issued, Some(end), chance).expect("a time");
        prop_assert!(at >= issued + life / 2 && at <= end);
        // A life hardly longer than its lead is halved instead.
        let roomy = life / 2 > lead(how, life) + Duration::minutes(2);
        prop_assert!(!roomy || at <= end - lead(how, life));
    }

    #[test]
    fn a_storm_is_spread(chances in proptest::collection::vec(0.0f64..=1.0, 200)) {
        // Two hundred tokens of two hours, issued together: no minute gets more than the chances put there.
        let issued = Utc.timestamp_opt(1_800_000_000, 0).single().expect("a time");
        let at = |chance| due_at(Refreshing::Rotates, issued, Some(issued + Duration::hours(2)), chance).expect("a time");
        let spread = at(0.0) - at(1.0);
        prop_assert_eq!(spread, Duration::minutes(12));
        for chance in chances {
            let share = (spread.num_seconds() as f64 * chance) as i64;
            prop_assert!(((at(0.0) - at(chance)).num_seconds() - share).abs() <= 1);
        }
    }

    #[test]
    fn pauses_grow_are_never_too_short_and_never_endless(failures in 1i64..100_000, chance in 0.0f64..=1.0) {
        let now = pause(failures, chance);
        prop_assert!(now >= Duration::seconds(45) && now <= Duration::minutes(30));
        prop_assert!(pause(failures + 1, chance) >= now);
        prop_assert!(now >= pause(failures, 0.0) * 3 / 4 - Duration::milliseconds(1));
    }
}
