//! Numbers and times, of any size and form, in every place where an adapter reads one: nothing
//! panics, and what is believed fits into a calendar.

use std::collections::BTreeMap;

use chrono::Duration;
use huntaze::server::clock::Clock;
use huntaze::server::platform::{Client, Error, Limit, Registry, Result, TokenGrant, all};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::changes::{Change, Edit, Kind};
use super::interceptor::{Interceptor, Recorded};
use super::{TEST_ACCOUNTS, TestAccount, fields};
use crate::contract::{Stage, api, held};
use crate::support::cross_origin;
use crate::sweep::share::seed;

/// How many numbers are tried in each place.
const NUMBERS: u32 = 48;
const TEN_YEARS: Duration = Duration::days(3660);

/// Headers with a number in them, and what is around it.
const HEADERS: [(&str, Option<u16>, &str); 8] = [
    ("retry-after", Some(429), "{}"),
    ("x-rate-limit-reset", Some(429), "{}"),
    ("x-rate-limit-reset", None, "{}"),
    ("x-rate-limit-remaining", None, "{}"),
    ("x-ratelimit-reset", None, "{}"),
    ("x-ratelimit-remaining", None, "{}"),
    ("x-app-usage", None, r#"{"call_count":{}}"#),
    (
        "x-business-use-case-usage",
        None,
        r#"{"1":[{"call_count":1,"estimated_time_to_regain_access":{}}]}"#,
    ),
];

/// As a number or as text: whole ones of every length, fractions, and what is no number at all.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        (any::<bool>(), 0..40_u32, 0..10_u8).prop_map(|(negative, zeros, digit)| {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{digit}{}", "0".repeat(zeros as usize))
        }),
        any::<f64>()
            .prop_filter("JSON has no other", |number| number.is_finite())
            .prop_map(|number| json!(number).to_string()),
        // Seconds that some calendars hold, and others do not.
        (8_000_000_000_000_i64..8_300_000_000_000).prop_map(|number| number.to_string()),
        (0..1_000_000_000_000_i64).prop_map(|number| number.to_string()),
    ]
}

/// A platform's adapter, its sandbox, and the interceptor between them.
struct Bench {
    account: TestAccount,
    registry: Registry,
    interceptor: Interceptor,
    grant: TokenGrant,
    stage: Stage,
}

impl Bench {
    async fn of(account: TestAccount) -> Self {
        let stage = Stage::new().await;
        let interceptor = Interceptor::default();
        let base = cross_origin::start(stage.url(""), interceptor.router());
        let change = |settings: &mut huntaze::server::platform::Settings| {
            settings.base_url = Some(cross_origin::below(&base, account.provider));
            settings.browser_url = Some(stage.url(&format!("/{}", account.provider)));
            let platform = all().into_iter().find(|p| p.info().id == account.provider);
            let url = stage.url(&format!("/{}", account.provider));
            settings.own = platform.expect("a platform").sandbox_settings(&url);
        };
        let client = stage.client_with(account.provider, change);
        let registry = Registry::new(|_| client.clone());
        let platform = &registry.get(account.provider).expect("a platform").platform;
        let grant = if account.provider == "onlyfans" {
            let session = stage.session(account.allows).await;
            let fields: BTreeMap<String, String> =
                serde_json::from_value(session).expect("texts by name");
            platform.accept(&fields).unwrap_or_else(|wrong| panic!("{wrong:?}"))
        } else {
            stage.connect(platform.as_ref(), &client, account.allows).await
        };
        Self { account, registry, interceptor, grant, stage }
    }

    fn client(&self) -> Client {
        self.registry.get(self.account.provider).expect("a platform").client()
    }

    /// Renews the grant and reads the account: what was believed of times.
    async fn ask(&self) -> (Result<TokenGrant>, Result<()>, Vec<Limit>) {
        let entry = self.registry.get(self.account.provider).expect("a platform");
        let platform = entry.platform.as_ref();
        let renewed = platform.refresh(&self.client(), &held(&self.grant)).await;
        let api = api(platform, &self.client(), &self.grant);
        let read = platform.list_profiles(&api).await.map(drop);
        (renewed, read, api.limits())
    }

    /// The good answers to all that, each call once.
    async fn record(&self) -> Vec<Recorded> {
        self.interceptor.take_recorded();
        let (renewed, read, _) = self.ask().await;
        assert!(renewed.is_ok() && read.is_ok(), "{:?}: {read:?}", self.account);
        self.interceptor.take_recorded()
    }

    /// The same with one number in one answer. What does not happen at the platform leaves the
    /// grant as it is.
    async fn check(&self, good: &Recorded, change: &Change) -> Result<(), String> {
        self.interceptor.replace(good, change, false);
        let (mut renewed, mut read, mut limits) = self.ask().await;
        // So many calls use a platform's window up; the next one begins with the hour.
        if !self.interceptor.was_asked() {
            self.stage.advance(Duration::hours(1)).await;
            (renewed, read, limits) = self.ask().await;
        }
        if !self.interceptor.restore() {
            return Err("it was not asked for".into());
        }
        let now = Clock::System.now();
        if let Ok(grant) = &renewed {
            for life in [grant.expires_in, grant.refresh_expires_in].into_iter().flatten() {
                if life < Duration::zero() || life > TEN_YEARS {
                    return Err(format!("a life of {life} is believed"));
                }
            }
        }
        for error in [renewed.err(), read.err()].into_iter().flatten() {
            if let Error::RateLimited { until, .. } = error
                && until - now > Duration::hours(25)
            {
                return Err(format!("a wait until {until} is believed"));
            }
        }
        for at in limits.iter().filter_map(|limit| limit.resets_at) {
            if (at - now).abs() > TEN_YEARS {
                return Err(format!("a reset at {at} is believed"));
            }
        }
        Ok(())
    }
}

/// Where there is a number, or a text of digits.
fn places_of_numbers(good: &Recorded) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(&good.answer.body) else { return Vec::new() };
    let is_number = |pointer: &String| match body.pointer(pointer) {
        Some(Value::Number(_)) => true,
        Some(Value::String(text)) => text.parse::<f64>().is_ok(),
        _ => false,
    };
    fields::pointers(&body).into_iter().filter(is_number).collect()
}

fn changes(good: &Recorded, number: &str, as_text: bool) -> Vec<Change> {
    let value: Value = if as_text {
        json!(number)
    } else {
        serde_json::from_str(number).unwrap_or_else(|_| json!(number))
    };
    let of_fields = places_of_numbers(good).into_iter().map(|pointer| Change {
        kind: Kind::Size,
        name: format!("{pointer} = {value}"),
        edit: Edit::Field { pointer, value: Some(value.clone()) },
    });
    let of_headers = HEADERS.into_iter().map(|(name, status, around)| Change {
        kind: Kind::Limits,
        name: format!("{name} = {number}"),
        edit: Edit::Header { status, name, value: around.replace("{}", number).into() },
    });
    of_fields.chain(of_headers).collect()
}

fn any_number_at(account: TestAccount) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let bench = runtime.block_on(Bench::of(account));
    let recorded = runtime.block_on(bench.record());
    assert!(!recorded.is_empty(), "{account:?}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases: NUMBERS, failure_persistence: None, ..Config::default() };
    let mut tried = 0;
    for good in &recorded {
        let mut runner = TestRunner::new_with_rng(config.clone(), rng.clone());
        let outcome = runner.run(&(number(), any::<bool>()), |(number, as_text)| {
            for change in changes(good, &number, as_text) {
                let checked = runtime.block_on(bench.check(good, &change));
                prop_assert!(checked.is_ok(), "{}: {checked:?}", change.name);
            }
            Ok(())
        });
        if let Err(wrong) = outcome {
            panic!("{account:?} {}: {wrong}", good.call);
        }
        tried += NUMBERS as usize * changes(good, "7", false).len();
    }
    println!("{tried} numbers at {} (seed {})", account.provider, seed());
}

macro_rules! numbers {
    ($($name:ident: $at:literal),*) => {$(
        // R2
        #[test]
        fn $name() {
            any_number_at(TEST_ACCOUNTS[$at]);
        }
    )*};
}
numbers! { instagram: 0, tiktok: 1, youtube: 2, x: 3, reddit: 4, onlyfans: 5 }
