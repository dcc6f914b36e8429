//! X, row by row of its contract.

mod troubles;

use chrono::Duration;
use huntaze::model::Reason;
use huntaze::server::platform::x::X;
use huntaze::server::platform::{Authorize, Credential, Error, Platform};
use oauth2::CsrfToken;
use serde_json::json;

use super::{Stage, api, assert_says, held, kind, redirect, same, secret, told};

const INES: &str = "1427750916318339072";
const KOFI: &str = "84610273";
const LUNA_PROTECTED: &str = "1699034417765195776";
const MAX_SUSPENDED: &str = "1288316504429182976";
const PRIYA_LOCKED: &str = "733482019";
const TOKEN: &str = "/2/oauth2/token";
const ME: &str = "/2/users/me";

// C8: Inês connects; her profile is read and its rate limit told.
#[tokio::test]
async fn ines_connects_and_sees_her_account_and_how_many_calls_are_left() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let grant = stage.connect(&X, &client, INES).await;
    assert_eq!((grant.expires_in, grant.refresh_expires_in), (Some(Duration::hours(2)), None));
    assert_eq!(
        grant.scopes,
        ["users.read", "tweet.read", "tweet.write", "media.write", "offline.access"]
    );
    assert!(grant.refresh.is_some());

    let api = api(&X, &client, &grant);
    let found = X.list_profiles(&api).await.expect("the account");
    let [ines] = &found[..] else { panic!("one account, not {}", found.len()) };
    assert_eq!(
        (ines.id.as_str(), ines.name.as_str(), ines.handle.as_str()),
        (INES, "Inês Carvalho", "@ines_draws")
    );
    assert!(ines.avatar_url.as_ref().is_some_and(|url| url.contains("/avatars/x/")));
    X.check_metadata(&ines.metadata).expect("good metadata");
    assert!(X.describe_metadata(&ines.metadata).contains(&("Followers".into(), "18,420".into())));

    let [limit] = &api.limits()[..] else { panic!("one limit") };
    assert_eq!(
        (limit.name.as_str(), limit.limit, limit.remaining),
        ("Profile reads", Some(75), 74)
    );
    let resets_in = limit.resets_at.expect("a time") - client.now();
    assert!(resets_in > Duration::minutes(14) && resets_in <= Duration::minutes(15), "{resets_in}");
}

// C8: X renames metrics; both generations are read, and facts speak of what the account is.
#[tokio::test]
async fn posts_are_counted_under_the_old_and_the_new_name() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let grant = stage.connect(&X, &client, KOFI).await;
    let api_of = api(&X, &client, &grant);
    for new_names in [false, true] {
        stage.control("x/switches", json!({ "newMetricNames": new_names })).await;
        let kofi = X.profile(&api_of, KOFI).await.expect("the account");
        let facts = X.describe_metadata(&kofi.metadata);
        assert!(facts.contains(&("Posts published".into(), "15,322".into())), "{facts:?}");
        assert!(facts.contains(&("Verified".into(), "Yes".into())), "{facts:?}");
    }
    let luna = stage.connect(&X, &client, LUNA_PROTECTED).await;
    let luna = X.profile(&api(&X, &client, &luna), LUNA_PROTECTED).await.expect("the account");
    assert!(
        X.describe_metadata(&luna.metadata).iter().any(|(_, value)| value.starts_with("Protected"))
    );
}

// T3, T6: every refresh brings a new pair; a replay of the old one may end the whole grant.
#[tokio::test]
async fn refreshing_rotates_and_a_replay_asks_to_reconnect() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let first = stage.connect(&X, &client, INES).await;
    stage.advance(Duration::seconds(7_201)).await;
    assert_eq!(kind(X.list_profiles(&api(&X, &client, &first)).await), "access refused");

    let second = X.refresh(&client, &held(&first)).await.expect("a new pair");
    assert!(!same(&first.access, &second.access));
    assert!(!same(
        &first.refresh.clone().expect("a token"),
        &second.refresh.clone().expect("a new token")
    ));
    X.profile(&api(&X, &client, &second), INES).await.expect("the account");

    let (kind_of, reason, message) = told(X.refresh(&client, &held(&first)).await);
    assert_eq!((kind_of, reason), ("reconnect", Some(Reason::RefusedByPlatform)));
    assert_says(&message, &["X no longer accepts", "Reconnect"]);
    assert_eq!(
        kind(X.refresh(&client, &held(&second)).await),
        "reconnect",
        "the whole family is gone"
    );
}

// T7: without offline.access there is nothing to refresh with.
#[tokio::test]
async fn access_without_the_permission_to_stay_ends_by_itself() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let code = stage.allow(&X, &client, INES, Some("users.read tweet.read")).await;
    let grant = X.exchange(&client, &code).await.expect("a grant");
    assert_eq!((grant.scopes.len(), grant.refresh.is_none()), (2, true));
    let (kind, reason, message) = told(X.refresh(&client, &held(&grant)).await);
    assert_eq!((kind, reason), ("reconnect", Some(Reason::RanOut)));
    assert_says(&message, &["limited time", "Reconnect"]);
}

// C11: revoking ends both tokens, and what is dead already counts as ended.
#[tokio::test]
async fn disconnecting_ends_the_access_at_x() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let grant = stage.connect(&X, &client, INES).await;
    assert!(X.revoke(&client, &held(&grant)).await.expect("revoked"));
    assert_eq!(kind(X.list_profiles(&api(&X, &client, &grant)).await), "access refused");
    assert_eq!(kind(X.refresh(&client, &held(&grant)).await), "reconnect");
    assert!(X.revoke(&client, &held(&grant)).await.expect("still revoked"));
    stage.trouble("x", "/2/oauth2/revoke", "503", None).await;
    assert_eq!(kind(X.revoke(&client, &held(&grant)).await), "unavailable");
}

// C4
#[tokio::test]
async fn cancelling_comes_back_without_a_code() {
    let stage = Stage::new().await;
    let client = stage.client("x");
    let (verifier, state) = (secret(&"v".repeat(43)), CsrfToken::new("s".into()));
    let page = X.authorize(
        &client,
        &Authorize {
            redirect_uri: &redirect(&X),
            state: &state,
            verifier: Some(&verifier),
            again: false,
        },
    );
    let back = stage.decide(&page, &[("decision", "deny")]).await;
    assert!(back.contains(&("error".into(), "access_denied".into())), "{back:?}");
    assert!(!back.iter().any(|(name, _)| name == "code"), "{back:?}");
}
