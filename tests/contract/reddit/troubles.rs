//! What goes wrong, from the answer of the sandbox to the sentence for the person.

use super::*;
use crate::contract::world::Told::Unavailable;
use crate::contract::world::{Asked, World};

// C4: Reddit answers 200 for a code it refuses.
#[tokio::test]
async fn a_code_that_was_used_or_is_late_means_begin_again() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let code = stage.allow(&Reddit, &client, MARA, None).await;
    Reddit.exchange(&client, &code).await.expect("a grant");
    assert_eq!(kind(Reddit.exchange(&client, &code).await), "code refused");
    let late = stage.allow(&Reddit, &client, MARA, None).await;
    stage.advance(Duration::seconds(601)).await;
    assert_eq!(kind(Reddit.exchange(&client, &late).await), "code refused");
}

// T7
#[tokio::test]
async fn a_wrong_client_secret_is_a_matter_of_configuration() {
    let stage = Stage::new().await;
    let right = client(&stage);
    let grant = stage.connect(&Reddit, &right, MARA).await;
    let code = stage.allow(&Reddit, &right, MARA, None).await;
    let wrong = stage.client_with("reddit", |settings| {
        name_agent(settings);
        settings.client_secret = secret("wrong");
    });
    assert_eq!(kind(Reddit.exchange(&wrong, &code).await), "configuration");
    assert_eq!(kind(Reddit.refresh(&wrong, &held(&grant)).await), "configuration");
    assert_eq!(kind(Reddit.revoke(&wrong, &held(&grant)).await), "configuration");
}

// C9, C4: the missing permission is named.
#[tokio::test]
async fn a_missing_permission_is_named_in_words() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let code = stage.allow(&Reddit, &client, MARA, Some("submit")).await;
    let grant = Reddit.exchange(&client, &code).await.expect("a grant");
    let (kind, reason, message) = told(Reddit.list_profiles(&api(&Reddit, &client, &grant)).await);
    assert_eq!((kind, reason), ("reconnect", Some(Reason::MissingPermissions)));
    assert_says(&message, &["See your username and karma", "Reconnect"]);
}

// C9, C3: a suspended account connects and says so, with its date.
#[tokio::test]
async fn tobi_sees_until_when_reddit_suspended_him() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, TOBI_SUSPENDED).await;
    let tobi =
        Reddit.profile(&api(&Reddit, &client, &grant), TOBI_SUSPENDED).await.expect("the account");
    let (reason, message) = tobi.issue.expect("an issue");
    let day = (client.now() + Duration::days(3)).format("%-d %B %Y").to_string();
    assert_eq!(reason, Reason::Suspended);
    assert_says(&message, &["suspended", &day, "appeal", "Test"]);

    let grant = stage.connect(&Reddit, &client, QUICK_SUSPENDED_FOR_GOOD).await;
    let gone = Reddit
        .profile(&api(&Reddit, &client, &grant), QUICK_SUSPENDED_FOR_GOOD)
        .await
        .expect("the account");
    assert_says(&gone.issue.expect("an issue").1, &["for good", "Appeal"]);
}

// C9
#[tokio::test]
async fn a_plain_refusal_says_where_to_look() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    stage.trouble("reddit", ME, "403", None).await;
    let (kind, _, message) = told(Reddit.list_profiles(&api(&Reddit, &client, &grant)).await);
    assert_eq!(kind, "rejected");
    assert_says(&message, &["Reddit refused", "reddit.com"]);
}

// T7: a page instead of data means that Reddit does not like the server, not the person.
#[tokio::test]
async fn blocked_with_a_page_the_operator_is_told() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    for status in ["403", "429"] {
        let code = stage.allow(&Reddit, &client, MARA, None).await;
        stage.trouble("reddit", "", status, Some("blocked")).await;
        assert_eq!(
            kind(Reddit.list_profiles(&api(&Reddit, &client, &grant)).await),
            "configuration",
            "{status}"
        );
        assert_eq!(kind(Reddit.exchange(&client, &code).await), "configuration", "{status}");
        assert_eq!(kind(Reddit.refresh(&client, &held(&grant)).await), "configuration", "{status}");
        stage.calm().await;
    }
}

// H5: a 429 is a page as well, but it says how long to wait.
#[tokio::test]
async fn asked_to_slow_down_we_wait_as_long_as_reddit_says() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    stage.trouble("reddit", "", "429", None).await;
    let Err(Error::RateLimited { until, .. }) =
        Reddit.list_profiles(&api(&Reddit, &client, &grant)).await
    else {
        panic!("Reddit is not to be asked")
    };
    let wait = until - client.now();
    assert!(wait > Duration::seconds(2) && wait <= Duration::seconds(4), "{wait}");
    assert_eq!(kind(Reddit.refresh(&client, &held(&grant)).await), "rate limited");
}

// T7, H5: and a token is asked for once.
#[tokio::test]
async fn when_reddit_is_down_nothing_is_blamed_on_the_account() {
    let world = World::with(&Reddit, name_agent).await;
    let grant = world.allow(MARA).await;
    let down = || ["500", "503", "520", "cut", "garbage"].map(|kind| (kind, None, Unavailable));
    world.assert_table(ME, Asked::Account(&grant), down()).await;
    world.assert_table(TOKEN, Asked::Exchange(MARA), down()).await;
    let before = world.stage.calls("reddit", TOKEN).await;
    world.assert_table(TOKEN, Asked::Refresh(&grant), down()).await;
    assert_eq!(world.stage.calls("reddit", TOKEN).await - before, 5);
}
