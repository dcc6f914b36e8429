//! What goes wrong, from the answer of the sandbox to the sentence for the person.

use super::*;

// C10: a session of another browser is refused, told why, and not tried again.
#[tokio::test]
async fn values_of_another_browser_end_the_session_and_say_so() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    for (field, value) in
        [("userAgent", "Mozilla/5.0 (another browser)".to_owned()), ("xBc", "0".repeat(40))]
    {
        let mut fields = log_in(&stage, MARA).await;
        fields.insert(field.into(), value);
        let before = stage.calls("onlyfans", ME).await;
        let (kind, reason, message) = told(
            onlyfans.list_profiles(&api(&onlyfans, &client, &paste(&onlyfans, &fields))).await,
        );
        assert_eq!((kind, reason), ("reconnect", Some(Reason::SessionEnded)));
        assert_says(&message, &["session ended", "fresh values", "same browser"]);
        assert_eq!(stage.calls("onlyfans", ME).await - before, 1);
    }
}

// C10
#[tokio::test]
async fn values_of_two_logins_are_told_apart_from_an_ended_session() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let mut fields = log_in(&stage, MARA).await;
    let cookie =
        fields["cookie"].replace(&format!("auth_id={MARA}"), &format!("auth_id={TOBIAS_FAN}"));
    fields.insert("cookie".into(), cookie);
    let (kind, reason, message) =
        told(onlyfans.list_profiles(&api(&onlyfans, &client, &paste(&onlyfans, &fields))).await);
    assert_eq!((kind, reason), ("reconnect", Some(Reason::SessionEnded)));
    assert_says(&message, &["different logins", "one browser"]);
}

// C10, T7: logged out (200 with isAuth false) and thrown out (401) are the same to Mara.
#[tokio::test]
async fn a_session_that_ended_asks_for_fresh_values() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    for end in ["onlyfans/expire", "onlyfans/revoke"] {
        let grant = connected(&stage, &onlyfans, MARA).await;
        stage.control(end, json!({ "account": MARA })).await;
        let (kind, reason, message) = told(onlyfans.refresh(&client, &held(&grant)).await);
        assert_eq!((kind, reason), ("reconnect", Some(Reason::SessionEnded)), "{end}");
        assert_says(&message, &["session ended", "Log in at onlyfans.com", "fresh values"]);
    }
}

// C10: the session is good; reconnecting would not help.
#[tokio::test]
async fn an_identity_check_is_finished_at_onlyfans_and_then_tested() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let grant = connected(&stage, &onlyfans, MARA).await;
    stage.control("onlyfans/switches", json!({ "identityCheck": true })).await;
    let outcomes = [onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await, {
        stage.trouble("onlyfans", ME, "400", Some("105")).await;
        onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await
    }];
    for outcome in outcomes {
        let (kind, reason, message) = told(outcome);
        assert_eq!((kind, reason), ("needs action", Some(Reason::NeedsAction)));
        assert_says(&message, &["identity check", "browser", "Test"]);
    }
    stage.calm().await;
    stage.control("onlyfans/switches", json!({ "identityCheck": false })).await;
    onlyfans
        .list_profiles(&api(&onlyfans, &client, &grant))
        .await
        .expect("the session was good all along");
}

// C10, T7: a new web build is the operator's matter, and new rules from their address heal it by
// themselves.
#[tokio::test]
async fn new_rules_are_fetched_when_the_old_ones_are_refused() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let grant = connected(&stage, &onlyfans, MARA).await;
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the account");
    stage.control("onlyfans/switches", json!({ "newRules": true })).await;
    assert_eq!(
        kind(onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await),
        "configuration"
    );
    onlyfans
        .list_profiles(&api(&onlyfans, &client, &grant))
        .await
        .expect("signed by the new rules");

    stage.trouble("onlyfans", ME, "401", Some("Please refresh the page")).await;
    assert_eq!(
        kind(onlyfans.refresh(&client, &held(&grant)).await),
        "configuration",
        "whatever the status"
    );
}

// C10: a file is read again when it changes; a bad one changes nothing.
#[tokio::test]
async fn a_changed_rule_file_is_picked_up_and_a_bad_one_keeps_the_last_good_rules() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.json");
    let (onlyfans, client) =
        (OnlyFans::default(), client_with_rules(&stage, file.to_str().expect("a path")));
    let grant = connected(&stage, &onlyfans, MARA).await;
    assert_eq!(
        kind(onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await),
        "configuration",
        "no rules at all"
    );
    assert_eq!(stage.calls("onlyfans", ME).await, 0, "nothing unsigned is sent");

    write(&file, &stage.get("/onlyfans/rules.json").await);
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the account");
    write(&file, &json!("{'single': quotes}"));
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the last good rules");
    std::fs::remove_file(&file).expect("removed");
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the last good rules");

    stage.control("onlyfans/switches", json!({ "newRules": true })).await;
    write(&file, &stage.get("/onlyfans/rules.json").await);
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the new rules");
}

fn write(file: &Path, rules: &Value) {
    std::fs::write(file, rules.to_string()).expect("written");
}

// C10: a clock that is wrong looks like rules that are old; the operator is told which it may be.
#[tokio::test]
async fn a_wrong_clock_is_named_to_the_operator() {
    let stage = Stage::new().await;
    let onlyfans = OnlyFans::default();
    let settings = client(&stage).settings().clone();
    let hour_ahead: DateTime<Utc> = client(&stage).now() + Duration::hours(1);
    let http = huntaze::server::platform::http::pool().expect("an HTTP client");
    let client = Client::new(http, settings.into(), Clock::fixed(hour_ahead), Retries::default());
    let grant = connected(&stage, &onlyfans, MARA).await;
    let Err(Error::Configuration { detail }) =
        onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await
    else {
        panic!("the signature was taken")
    };
    assert_says(&detail, &["clock", "rules"]);
}

// C10, T7: a wall is a stop sign; the session is left alone and the account stays connected.
#[tokio::test]
async fn blocked_busy_or_down_nothing_is_blamed_on_the_session_and_nothing_is_repeated() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let grant = connected(&stage, &onlyfans, MARA).await;
    let troubles = [
        ("403", None, "unavailable"),
        ("403", Some("json"), "unavailable"),
        ("garbage", None, "unavailable"),
        ("cut", None, "unavailable"),
        ("500", None, "unavailable"),
        ("503", None, "unavailable"),
        ("429", None, "rate limited"),
    ];
    for (trouble, reason, expected) in troubles {
        stage.trouble("onlyfans", ME, trouble, reason).await;
        let before = stage.calls("onlyfans", ME).await;
        assert_eq!(
            kind(onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await),
            expected,
            "{trouble} {reason:?}"
        );
        assert_eq!(stage.calls("onlyfans", ME).await - before, 1, "{trouble} {reason:?}");
    }
    stage.calm().await;
    onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect("the account");
}

// S2: no error and no field message repeats what was pasted.
#[tokio::test]
async fn no_error_quotes_the_session() {
    let stage = Stage::new().await;
    let (onlyfans, client) = (OnlyFans::default(), client(&stage));
    let fields = log_in(&stage, MARA).await;
    let mut grant = paste(&onlyfans, &fields);
    stage.control("onlyfans/revoke", json!({ "account": MARA })).await;
    let error =
        onlyfans.list_profiles(&api(&onlyfans, &client, &grant)).await.expect_err("refused");
    let text = format!("{error} {error:?}");
    assert!(!text.contains(&fields["xBc"]) && !text.contains("sess="), "{text}");
    grant.access = secret(&grant.access.expose_secret()[1..]);
    let (kind, reason, message) = told(onlyfans.refresh(&client, &held(&grant)).await);
    assert_eq!((kind, reason), ("reconnect", Some(Reason::Unreadable)));
    assert_says(&message, &["can't be read", "fresh values"]);
}
