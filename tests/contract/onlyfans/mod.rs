//! OnlyFans, row by row of its contract: no consent page and no token endpoint, but a pasted
//! session and signed calls.

mod troubles;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use huntaze::model::Reason;
use huntaze::server::clock::Clock;
use huntaze::server::platform::http::Retries;
use huntaze::server::platform::onlyfans::OnlyFans;
use huntaze::server::platform::{Client, Error, Platform, Settings, TokenGrant};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Stage, api, assert_says, held, kind, same, secret, told};

const MARA: &str = "216348905";
const KOFI_TWO_FACTOR: &str = "88120457";
const TOBIAS_FAN: &str = "402918336";
const ME: &str = "GET /api2/v2/users/me";

/// A client whose rules come from the sandbox's own address.
fn client(stage: &Stage) -> Client {
    client_with_rules(stage, stage.url("/onlyfans/rules.json").as_str())
}

fn client_with_rules(stage: &Stage, rules: &str) -> Client {
    stage.client_with("onlyfans", |settings| {
        settings.own.insert("rules".into(), rules.into());
    })
}

/// What somebody copies from the browser in which they are logged in.
async fn log_in(stage: &Stage, account: &str) -> BTreeMap<String, String> {
    let values = stage.get(&format!("/onlyfans/session?account={account}")).await;
    serde_json::from_value(values).expect("three texts")
}

fn paste(platform: &OnlyFans, fields: &BTreeMap<String, String>) -> TokenGrant {
    platform.accept(fields).unwrap_or_else(|errors| panic!("{errors:?}"))
}

async fn connected(stage: &Stage, platform: &OnlyFans, account: &str) -> TokenGrant {
    paste(platform, &log_in(stage, account).await)
}

// C10: what is pasted is checked against OnlyFans by one call, and stored as one secret.
#[tokio::test]
async fn mara_pastes_her_session_and_sees_her_page() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    for account in [MARA, KOFI_TWO_FACTOR] {
        let grant = connected(&stage, &onlyfans, account).await;
        assert!(grant.expires_in.is_none() && grant.refresh.is_none() && grant.scopes.is_empty());
        let api = api(&onlyfans, &client, &grant);
        let found = onlyfans.list_profiles(&api).await.expect("the account");
        assert_eq!(found.iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>(), [account]);
        assert!(api.renewed().is_none(), "nothing was replaced");
        onlyfans.check_metadata(&found[0].metadata).expect("good metadata");
        let kept = found[0].metadata.to_string();
        assert!(
            !["@example.com", "127.0.0.1", "csrf", "ws"]
                .iter()
                .any(|private| kept.contains(private)),
            "{kept}"
        );
    }
    assert_eq!(stage.calls("onlyfans", ME).await, 2);

    let grant = connected(&stage, &onlyfans, MARA).await;
    let mara = onlyfans.profile(&api(&onlyfans, &client, &grant), MARA).await.expect("the account");
    assert_eq!((mara.name.as_str(), mara.handle.as_str()), ("Mara Velvet", "@maravelvet"));
    let facts = onlyfans.describe_metadata(&mara.metadata);
    assert_eq!(facts[0], ("Fans".into(), "1,842".into()));
    assert!(facts.contains(&("Subscription".into(), "$9.99 a month".into())), "{facts:?}");
}

// C10
#[tokio::test]
async fn a_fan_account_connects_and_is_told_what_it_lacks() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let grant = connected(&stage, &onlyfans, TOBIAS_FAN).await;
    let tobias =
        onlyfans.profile(&api(&onlyfans, &client, &grant), TOBIAS_FAN).await.expect("the account");
    assert_eq!(
        onlyfans.describe_metadata(&tobias.metadata),
        [("Account".into(), "Fan account: no creator statistics".into())]
    );
}

// C10: off until the operator says otherwise, and nothing without rules.
#[test]
fn onlyfans_is_off_by_default() {
    let onlyfans = OnlyFans::default();
    let missing = |enabled, rules: Option<&str>| {
        onlyfans.missing_settings(&Settings {
            enabled,
            own: rules.map(|rules| ("rules".into(), rules.into())).into_iter().collect(),
            ..Settings::default()
        })
    };
    assert_eq!(missing(None, None), ["enabled", "rules"]);
    assert_eq!(missing(Some(true), None), ["rules"]);
    assert_eq!(missing(Some(false), Some("rules.json")), ["enabled"]);
    assert_eq!(missing(Some(true), Some("rules.json")), Vec::<&str>::new());
}

// C10: the time is signed in seconds where the operator says so.
#[tokio::test]
async fn the_time_may_be_signed_in_seconds() {
    let stage = Stage::new().await;
    let onlyfans = OnlyFans::default();
    let rules = stage.url("/onlyfans/rules.json").to_string();
    let client = stage.client_with("onlyfans", |settings| {
        settings.own.insert("rules".into(), rules.into());
        settings.own.insert("time_in_seconds".into(), true.into());
    });
    let grant = connected(&stage, &onlyfans, MARA).await;
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the account");
}

// C10, T6: a session that OnlyFans replaces in the middle of a call is kept, or the next call would
// fail.
#[tokio::test]
async fn a_replaced_session_is_handed_back_to_be_stored() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let mut grant = connected(&stage, &onlyfans, MARA).await;
    stage.control("onlyfans/switches", json!({ "rotatesSession": true })).await;

    let reading = api(&onlyfans, &client, &grant);
    onlyfans.list_profiles(&reading).await.expect("the account");
    let renewed = reading.renewed().expect("a new session");
    assert!(!same(&renewed, &grant.access));
    grant.access = renewed;

    let checked = onlyfans.refresh(&client, &held(&grant)).await.expect("still logged in");
    assert!(checked.expires_in.is_none() && !same(&checked.access, &grant.access));
    onlyfans.refresh(&client, &held(&checked)).await.expect("still logged in");
    assert_eq!(
        kind(onlyfans.refresh(&client, &held(&grant)).await),
        "reconnect",
        "the replaced one is dead"
    );
}

// C11: a browser's session is its owner's to end.
#[tokio::test]
async fn disconnecting_does_not_log_mara_out_of_her_browser() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let grant = connected(&stage, &onlyfans, MARA).await;
    assert!(!onlyfans.revoke(&client, &held(&grant)).await.expect("nothing to do"));
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the account");
}
