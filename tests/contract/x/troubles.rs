//! What goes wrong, from the answer of the sandbox to the sentence for the person.

use super::*;
use crate::contract::world::Told::{Configuration, Unavailable};
use crate::contract::world::{Asked, World};

// C4, S1: used, late and with another verifier.
#[tokio::test]
async fn a_code_that_was_used_is_late_or_is_not_ours_means_begin_again() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let code = stage.allow(&X, &client, INES, None).await;
    X.exchange(&client, &code).await.expect("a grant");
    assert_eq!(kind(X.exchange(&client, &code).await), "code refused");

    let late = stage.allow(&X, &client, INES, None).await;
    stage.advance(Duration::seconds(31)).await;
    assert_eq!(kind(X.exchange(&client, &late).await), "code refused");

    let mut stolen = stage.allow(&X, &client, INES, None).await;
    stolen.verifier = Some(secret(&"other-".repeat(8)));
    assert_eq!(kind(X.exchange(&client, &stolen).await), "code refused");
}

// T7: a wrong client secret is the operator's to mend; the creator is not blamed.
#[tokio::test]
async fn a_wrong_client_secret_is_a_matter_of_configuration() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let grant = stage.connect(&X, &client, INES).await;
    let code = stage.allow(&X, &client, INES, None).await;
    let wrong = stage.client_with("x", |settings| settings.client_secret = secret("wrong"));
    assert_eq!(kind(X.exchange(&wrong, &code).await), "configuration");
    assert_eq!(kind(X.refresh(&wrong, &held(&grant)).await), "configuration");
    assert_eq!(kind(X.revoke(&wrong, &held(&grant)).await), "configuration");
}

// C8: suspended and locked are told apart, and neither is healed by reconnecting.
#[tokio::test]
async fn a_suspended_and_a_locked_account_are_told_what_to_do_at_x() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    for (account, expected, words) in [
        (MAX_SUSPENDED, Reason::Suspended, ["suspended", "Appeal"]),
        (PRIYA_LOCKED, Reason::Locked, ["locked", "unlock it"]),
    ] {
        let grant = stage.connect(&X, &client, account).await;
        let (kind, reason, message) = told(X.list_profiles(&api(&X, &client, &grant)).await);
        assert_eq!((kind, reason), ("needs action", Some(expected)));
        assert_says(&message, &words);
        assert_says(&message, &["Test"]);
    }
}

// C8: permission problems have a reason of their own.
#[tokio::test]
async fn a_missing_permission_is_named_and_one_that_is_there_is_not() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let code = stage.allow(&X, &client, INES, Some("tweet.read offline.access")).await;
    let limited = X.exchange(&client, &code).await.expect("a grant");
    let (kind_of, reason, message) = told(X.list_profiles(&api(&X, &client, &limited)).await);
    assert_eq!((kind_of, reason), ("reconnect", Some(Reason::MissingPermissions)));
    assert_says(&message, &["see your profile", "Reconnect"]);

    let grant = stage.connect(&X, &client, INES).await;
    stage.trouble("x", ME, "403", None).await;
    let (kind, _, message) = told(X.list_profiles(&api(&X, &client, &grant)).await);
    assert_eq!(kind, "rejected");
    assert_says(&message, &["X refused", "reconnect"]);
}

// C8, T7
#[tokio::test]
async fn a_token_that_is_no_users_asks_to_reconnect() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let mut grant = stage.connect(&X, &client, INES).await;
    grant.access = secret("garbage");
    let (kind, reason, message) = told(X.list_profiles(&api(&X, &client, &grant)).await);
    assert_eq!((kind, reason), ("reconnect", Some(Reason::RefusedByPlatform)));
    assert_says(&message, &["Reconnect"]);
}

// T7: money, quotas and enrolment of the app are the operator's.
#[tokio::test]
async fn what_x_withholds_from_the_app_is_not_told_as_the_creators_fault() {
    let world = World::of(&X).await;
    let grant = world.allow(INES).await;
    let rows = [
        ("402", None, Configuration),
        ("429", Some("usage-capped"), Configuration),
        ("403", Some("client-not-enrolled"), Configuration),
        ("403", Some("official-client-forbidden"), Configuration),
    ];
    world.assert_table(ME, Asked::Account(&grant), rows).await;
}

// C8, H5
#[tokio::test]
async fn asked_to_slow_down_we_name_the_time_that_x_gave() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let grant = stage.connect(&X, &client, INES).await;
    stage.trouble("x", ME, "429", None).await;
    let Err(Error::RateLimited { until, .. }) = X.list_profiles(&api(&X, &client, &grant)).await
    else {
        panic!("X is not to be asked")
    };
    assert!(until - client.now() > Duration::minutes(14), "{until}");
    stage.trouble("x", TOKEN, "429", None).await;
    assert_eq!(kind(X.refresh(&client, &held(&grant)).await), "rate limited");
}

// T7, H5: reading is repeated, a token is asked for once.
#[tokio::test]
async fn when_x_is_down_nothing_is_blamed_on_the_account() {
    let world = World::of(&X).await;
    let grant = world.allow(INES).await;
    let down = || ["500", "502", "503", "cut", "garbage"].map(|kind| (kind, None, Unavailable));
    world.assert_table(ME, Asked::Account(&grant), down()).await;
    world.assert_table(TOKEN, Asked::Exchange(INES), down()).await;
    world.assert_table(TOKEN, Asked::Refresh(&grant), down()).await;

    let calls = async || (world.stage.calls("x", ME).await, world.stage.calls("x", TOKEN).await);
    let before = calls().await;
    world.assert_table("", Asked::Account(&grant), [("503", None, Unavailable)]).await;
    world.assert_table("", Asked::Refresh(&grant), [("503", None, Unavailable)]).await;
    let after = calls().await;
    assert_eq!((after.0 - before.0, after.1 - before.1), (4, 1));
}

// S2: an error names the platform's words, never what was sent.
#[tokio::test]
async fn no_error_quotes_a_token_or_a_code() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let mut code = stage.allow(&X, &client, INES, None).await;
    code.code = secret("canary-code");
    let held = Credential {
        access: secret("canary-access"),
        refresh: Some(secret("canary-refresh")),
        grant_key: None,
    };
    let closed = stage.client_with("x", |settings| {
        settings.base_url = Some("http://127.0.0.1:1/x".parse().expect("an address"))
    });
    for client in [&client, &closed] {
        let errors = [X.exchange(client, &code).await.err(), X.refresh(client, &held).await.err()];
        for error in errors {
            let error = error.expect("it had to fail");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }
}
