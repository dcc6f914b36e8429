//! Reddit, row by row of its contract.

mod troubles;

use chrono::Duration;
use huntaze::model::Reason;
use huntaze::server::platform::reddit::Reddit;
use huntaze::server::platform::{Authorize, Client, Error, Platform, Settings};
use oauth2::CsrfToken;
use serde_json::json;

use super::{Stage, api, assert_says, held, kind, redirect, same, secret, told};

const MARA: &str = "4k2mf9qd";
const OLD_HARBOUR: &str = "6l5yz";
const TOBI_SUSPENDED: &str = "c0wq7r5v";
const QUICK_SUSPENDED_FOR_GOOD: &str = "2ep8dj6s";
const AGENT: &str = "web:com.example.huntaze:v1.0.0 (by /u/huntaze)";
const TOKEN: &str = "/api/v1/access_token";
const ME: &str = "GET /api/v1/me";

fn name_agent(settings: &mut Settings) {
    settings.own.insert("user_agent".into(), AGENT.into());
}

fn client(stage: &Stage) -> Client {
    stage.client_with("reddit", name_agent)
}

// C9: a permanent grant; identity and karma are read.
#[tokio::test]
async fn mara_connects_for_good_and_sees_her_karma() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    assert_eq!(grant.expires_in, Some(Duration::days(1)));
    assert_eq!(grant.scopes, ["identity", "submit", "read", "mysubreddits", "history", "flair"]);
    assert!(grant.refresh.is_some());

    let api = api(&Reddit, &client, &grant);
    let found = Reddit.list_profiles(&api).await.expect("the account");
    let [mara] = &found[..] else { panic!("one account, not {}", found.len()) };
    assert_eq!(
        (mara.id.as_str(), mara.name.as_str(), mara.handle.as_str()),
        (MARA, "mara_makes_pots", "u/mara_makes_pots")
    );
    assert!(
        mara.avatar_url.as_ref().is_some_and(|url| url.contains("&height=256")),
        "raw_json keeps addresses whole: {:?}",
        mara.avatar_url
    );
    assert!(mara.issue.is_none());
    Reddit.check_metadata(&mara.metadata).expect("good metadata");
    let facts = Reddit.describe_metadata(&mara.metadata);
    assert_eq!(
        facts[0],
        ("Karma".into(), "61,087 (48,210 from posts, 12,877 from comments)".into())
    );
    assert!(
        facts.contains(&("Followers".into(), "3,142".into()))
            && facts.contains(&("On Reddit since".into(), "March 2019".into())),
        "{facts:?}"
    );

    let [limit] = &api.limits()[..] else { panic!("one limit") };
    assert_eq!((limit.limit, limit.remaining), (Some(1_000), 999));
    let resets_in = limit.resets_at.expect("a time") - client.now();
    assert!(resets_in > Duration::minutes(9) && resets_in <= Duration::minutes(10), "{resets_in}");
}

// C9
#[tokio::test]
async fn an_old_account_without_a_profile_page_connects_too() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, OLD_HARBOUR).await;
    let harbour =
        Reddit.profile(&api(&Reddit, &client, &grant), OLD_HARBOUR).await.expect("the account");
    Reddit.check_metadata(&harbour.metadata).expect("good metadata");
    assert!(
        !Reddit.describe_metadata(&harbour.metadata).iter().any(|(name, _)| name == "Followers")
    );
}

// C9: the User-Agent rule. Without one the platform is not set up, and Reddit shows a page instead
// of data.
#[tokio::test]
async fn a_server_that_does_not_name_itself_is_told_so_and_blocked_by_reddit() {
    let stage = Stage::new().await;
    let unnamed = stage.client("reddit");
    assert_eq!(Reddit.missing_settings(unnamed.settings()), ["user_agent"]);
    assert_eq!(
        Reddit.missing_settings(&Settings::default()),
        ["client_id", "client_secret", "user_agent"]
    );
    assert_eq!(Reddit.missing_settings(client(&stage).settings()), Vec::<&str>::new());

    let named = client(&stage);
    let grant = stage.connect(&Reddit, &named, MARA).await;
    let code = stage.allow(&Reddit, &named, MARA, None).await;
    assert_eq!(kind(Reddit.exchange(&unnamed, &code).await), "configuration");
    assert_eq!(kind(Reddit.refresh(&unnamed, &held(&grant)).await), "configuration");
    assert_eq!(kind(Reddit.revoke(&unnamed, &held(&grant)).await), "configuration");
    assert_eq!(kind(Reddit.list_profiles(&api(&Reddit, &unnamed, &grant)).await), "configuration");
}

// T3, T6: the refresh token stays, whether or not it is said again.
#[tokio::test]
async fn a_refresh_token_is_kept_when_the_answer_does_not_repeat_it() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    stage.advance(Duration::seconds(86_400)).await;
    assert_eq!(kind(Reddit.list_profiles(&api(&Reddit, &client, &grant)).await), "access refused");

    let repeated = Reddit.refresh(&client, &held(&grant)).await.expect("a new access token");
    let kept = grant.refresh.clone().expect("a refresh token");
    assert!(repeated.refresh.as_ref().is_some_and(|token| same(token, &kept)));
    stage.control("reddit/switches", json!({ "refreshTokenInRefreshAnswer": false })).await;
    let renewed = Reddit.refresh(&client, &held(&grant)).await.expect("a new access token");
    assert!(renewed.refresh.is_none(), "nothing overwrites the one we have");
    Reddit.profile(&api(&Reddit, &client, &renewed), MARA).await.expect("the account");
}

// C3, T7: a dead refresh token answers a bare 400.
#[tokio::test]
async fn a_connection_removed_at_reddit_asks_to_reconnect() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    stage.control("reddit/revoke", json!({ "account": MARA })).await;
    let (kind, reason, message) = told(Reddit.refresh(&client, &held(&grant)).await);
    assert_eq!((kind, reason), ("reconnect", Some(Reason::Revoked)));
    assert_says(&message, &["revoked", "Reconnect"]);
}

// C11
#[tokio::test]
async fn disconnecting_ends_the_access_at_reddit() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let grant = stage.connect(&Reddit, &client, MARA).await;
    assert!(Reddit.revoke(&client, &held(&grant)).await.expect("revoked"));
    assert_eq!(
        kind(Reddit.list_profiles(&api(&Reddit, &client, &grant)).await),
        "access refused",
        "access ends with the refresh token"
    );
    assert_eq!(kind(Reddit.refresh(&client, &held(&grant)).await), "reconnect");
    assert!(Reddit.revoke(&client, &held(&grant)).await.expect("still revoked"));
}

// C4
#[tokio::test]
async fn cancelling_comes_back_without_a_code() {
    let stage = Stage::new().await;
    let client = client(&stage);
    let state = CsrfToken::new("s".into());
    let page = Reddit.authorize(
        &client,
        &Authorize {
            redirect_uri: &redirect(&Reddit),
            state: &state,
            verifier: None,
            again: false,
        },
    );
    let back = stage.decide(&page, &[("decision", "deny")]).await;
    assert!(back.contains(&("error".into(), "access_denied".into())), "{back:?}");
}
