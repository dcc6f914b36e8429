//! Times and numbers: absurd, negative, missing, fractional, as text, and huge.

use super::*;

/// Everything that a number can be where one is expected, and what no life and no wait is.
fn odd_numbers() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!("soon"),
        json!(-1),
        json!(-7200.5),
        json!("-7200"),
        json!(0),
        json!("0"),
        json!(0.25),
        json!(900_000_000_000_i64),
        json!("900000000000"),
        json!(10_000_000_000_000_i64),
        json!("10000000000000"),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(-1e300),
        json!("1e300"),
        json!("NaN"),
        json!("Infinity"),
        json!([7200]),
        json!({ "seconds": 7200 }),
        json!(true),
    ]
}

// R2: `expires_in` in every odd form is not told; the token that
// came with it is good.
#[tokio::test]
async fn an_odd_life_of_a_token_was_not_told() {
    let play = Play::new().await;
    for platform in WITH_TOKENS {
        for odd in odd_numbers() {
            for field in ["expires_in", "refresh_expires_in", "refresh_token_expires_in"] {
                let mut answer = token();
                answer[field] = odd.clone();
                play.answer(&Line::json(200, &answer)).await;
                for grant in [play.exchange(platform).await, play.refresh(platform).await] {
                    let grant = grant.unwrap_or_else(|e| panic!("{platform} {field} {odd}: {e}"));
                    let told = if field == "expires_in" {
                        grant.expires_in
                    } else {
                        grant.refresh_expires_in
                    };
                    assert_eq!(told, None, "{platform} {field} {odd}");
                    assert_eq!(grant.access.expose_secret(), "new");
                }
            }
        }
        for good in [json!(7200), json!("7200"), json!(7200.9), json!(" 7200 ")] {
            let mut answer = token();
            answer["expires_in"] = good.clone();
            play.answer(&Line::json(200, &answer)).await;
            let grant = play.refresh(platform).await.expect("a grant");
            assert_eq!(grant.expires_in, Some(chrono::Duration::hours(2)), "{platform} {good}");
        }
    }
}

fn headers() -> Vec<String> {
    let mut all: Vec<String> = odd_numbers().iter().map(Value::to_string).collect();
    all.extend(
        [
            "1779746533",
            "8210266876799",
            "90000",
            "4.5",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 21 Sep 2031 14:14:20 GMT",
            "Sun, 21 Sep 9999 14:14:20 GMT",
            "0",
        ]
        .map(str::to_owned),
    );
    all
}

// The same: whatever stands in a header of a limit, nobody waits longer than a day, nobody longer
// than an hour for a token, and no time is kept that a calendar does not hold.
#[tokio::test]
async fn no_header_holds_a_call_back_for_longer_than_its_cap() {
    let play = Play::new().await;
    let names = ["retry-after", "x-rate-limit-reset", "x-ratelimit-reset"];
    for platform in PLATFORMS {
        for value in headers() {
            for name in names {
                let line = Line::json(429, &json!({ "error": "slow" })).with(name, value.clone());
                play.answer(&line).await;
                let row = format!("{platform} {name}: {value}");
                assert_waits(&row, play.test(platform).await, chrono::Duration::hours(24));
                let refreshed = play.refresh(platform).await;
                let longest = if platform == "onlyfans" { 24 } else { 1 };
                assert_waits(&row, refreshed, chrono::Duration::hours(longest));
            }
        }
    }
}

#[track_caller]
fn assert_waits<T>(row: &str, outcome: Result<T, Error>, longest: chrono::Duration) {
    match outcome.err() {
        Some(Error::RateLimited { until, .. }) => {
            assert!(until >= now() && until <= now() + longest, "{row}: {until}");
        }
        other => panic!("{row}: {other:?}"),
    }
}

// The same for what a good answer tells of limits.
#[tokio::test]
async fn an_odd_limit_is_kept_without_what_is_odd() {
    let play = Play::new().await;
    for platform in WITH_TOKENS {
        for value in headers() {
            let line = [
                "x-rate-limit-limit",
                "x-rate-limit-remaining",
                "x-rate-limit-reset",
                "x-ratelimit-used",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
            ]
            .into_iter()
            .fold(Line::json(200, &profile(platform)), |line, name| line.with(name, value.clone()));
            play.answer(&line).await;
            let entry = play.entry(platform);
            let api = entry.api(held(platform).access, scopes(entry));
            entry.profile(&api, id(platform)).await.expect("the account");
            for limit in api.limits() {
                assert!(limit.remaining >= 0, "{value}: {limit:?}");
                let ends = limit.resets_at.unwrap_or(now());
                assert!(ends <= now() + chrono::Duration::days(3_653), "{value}: {limit:?}");
            }
        }
    }
}
