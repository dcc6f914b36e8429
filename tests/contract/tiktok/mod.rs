//! TikTok: the whole way, from the consent page to the revocation.

mod answers;
mod scopes;
mod troubles;

use huntaze::model::Reason;
use huntaze::server::platform::tiktok::TikTok;
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use super::same;
use super::world::Told::{AccessRefused, CodeRefused, Reconnect, Unavailable};
use super::world::{World, assert_told};

const INES: &str = "afd97af1-b87b-48b9-ac98-410a5e0c5344";
const KOFI: &str = "5d1e6c02-93f7-4b1a-8a40-27be0f3c9d18";
const LUNA_PRIVATE: &str = "e80b4f7d-1c39-4d52-b6f1-9a7c20d54e63";
const MAX_BANNED: &str = "3f9a0e6b-d741-4c82-8e2f-b5c6a7d81094";

const CREATOR: &str = "POST /v2/post/publish/creator_info/query/";
const REVOKE: &str = "POST /v2/oauth/revoke/";

fn fact(world: &World, metadata: &serde_json::Value, name: &str) -> Option<String> {
    let facts = world.platform.describe_metadata(metadata);
    facts.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

// C6: the account comes with what it may post.
#[tokio::test]
async fn kofi_connects_and_sees_what_his_account_may_post() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(KOFI).await;
    assert_eq!(grant.scopes.len(), 6);
    assert_eq!(grant.expires_in.map(|life| life.num_seconds()), Some(7_200));
    assert_eq!(grant.refresh_expires_in.map(|life| life.num_days()), Some(180));

    let found = world.candidates(&grant).await.expect("his account");
    let [profile] = found.as_slice() else { panic!("one grant is one account") };
    assert_eq!((profile.id.as_str(), profile.name.as_str()), (KOFI, "Kofi Cooks"));
    assert_eq!(profile.handle, "@koficooks");
    assert!(profile.issue.is_none());
    assert_eq!(profile.metadata["followers"], json!(5_104_233));
    let said = |name| fact(&world, &profile.metadata, name);
    assert_eq!(said("Who can see posts").as_deref(), Some("everyone, friends and only you"));
    assert_eq!(said("Turned off in TikTok").as_deref(), Some("duets and stitches"));
    assert_eq!(said("Longest video").as_deref(), Some("60 minutes"));
    assert_eq!(world.profile(&grant, KOFI).await.expect("the same account").id, KOFI);
}

// C6: connecting goes well, and the row says what is in the way.
#[tokio::test]
async fn a_private_account_connects_and_is_told_that_its_posts_can_not_be_public() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(LUNA_PRIVATE).await;
    let found = world.candidates(&grant).await.expect("her account");
    assert!(found[0].issue.is_none());
    let seen = fact(&world, &found[0].metadata, "Who can see posts").expect("it is said");
    assert!(seen.starts_with("Posts can't be public"), "{seen}");
}

// C6: the line `spam_risk_user_banned_from_posting`.
#[tokio::test]
async fn an_account_banned_from_posting_connects_with_that_standing() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(MAX_BANNED).await;
    let found = world.candidates(&grant).await.expect("his numbers are readable all the same");
    let (reason, message) = found[0].issue.as_ref().expect("something stands in its way");
    assert_eq!(*reason, Reason::NeedsAction);
    assert!(
        message.contains("blocked this account from posting")
            && message.contains("Open the TikTok app")
    );
    assert_eq!(found[0].metadata["posting"]["state"], "blocked");
}

// C6: the lines `spam_risk_too_many_posts` and `reached_active_user_cap`, and TikTok in trouble:
// none of them is in the way of connecting.
#[tokio::test]
async fn what_hinders_posting_today_does_not_hinder_connecting() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(INES).await;
    let rows = [
        ("403", Some("spam_risk_too_many_posts"), "daily_limit", "Tomorrow"),
        ("403", Some("reached_active_user_cap"), "app_full", "capacity is full today"),
        ("503", None, "unknown", "Test the connection"),
        ("429", None, "unknown", "Test the connection"),
        ("cut", None, "unknown", "Test the connection"),
    ];
    for (kind, reason, state, words) in rows {
        world.trouble(CREATOR, kind, reason).await;
        let found = world.candidates(&grant).await.expect("the account");
        assert_eq!(found[0].metadata["posting"]["state"], state, "{kind} {reason:?}");
        let said = fact(&world, &found[0].metadata, "Posting").expect("it is said");
        assert!(said.contains(words), "{said}");
    }
    // As TikTok itself says these: with status 200.
    world.stage.calm().await;
    for (switch, state) in [("tooManyPosts", "daily_limit"), ("userCapReached", "app_full")] {
        world.order("switches", json!({ switch: true })).await;
        let found = world.candidates(&grant).await.expect("the account");
        assert_eq!(found[0].metadata["posting"]["state"], state);
        world.order("switches", json!({ switch: false })).await;
    }
}

// C4, S1: a desktop app proves itself by a challenge in hexadecimal, a web app sends none.
#[tokio::test]
async fn pkce_follows_from_the_redirect_uri() {
    let mut world = World::of(&TikTok).await;
    let desktop = world.asked(false);
    assert_eq!(desktop["client_key"], huntaze::sandbox::CLIENT_ID);
    assert!(!desktop.contains_key("client_id") && !desktop.contains_key("disable_auto_auth"));
    assert_eq!(desktop["scope"].split(',').count(), 6);
    assert_eq!(desktop["code_challenge_method"], "S256");
    assert!(desktop["code_challenge"].len() == 64, "hexadecimal: {}", desktop["code_challenge"]);
    world.allow(INES).await;
    let mut code = world.fresh_code(INES).await;
    code.verifier = Some(huntaze::server::platform::oauth::verifier());
    assert_told("another's verifier", world.exchange(&code).await, &CodeRefused);

    let web = "https://huntaze.example/api/integrations/callback/tiktok";
    world.redirect = Url::parse(web).expect("a URL");
    assert!(!world.asked(false).contains_key("code_challenge"));
    assert_eq!(world.asked(true)["disable_auto_auth"], "1");
    world.allow(INES).await;
}

// C4: the line "callback error=access_denied".
#[tokio::test]
async fn cancelling_comes_back_as_access_denied() {
    let world = World::of(&TikTok).await;
    let callback = world.consent(&[("account", INES), ("decision", "deny")]).await;
    assert_eq!(callback.get("error"), Some("access_denied"));
}

// C4, C6: the line "granted scopes lack". Only fields whose scope was granted are asked for, or the
// whole call would fail.
#[tokio::test]
async fn unticked_boxes_leave_a_smaller_account() {
    let world = World::of(&TikTok).await;
    let callback = world
        .consent(&[("account", INES), ("decision", "allow"), ("scopes", "user.info.basic")])
        .await;
    assert_eq!(callback.get("scopes"), Some("user.info.basic"));
    let grant = world.exchange(&world.code(&callback)).await.expect("a grant");
    assert_eq!(grant.scopes, ["user.info.basic"]);
    let found = world.candidates(&grant).await.expect("the account");
    assert_eq!((found[0].name.as_str(), found[0].handle.as_str()), ("Inês Paints", ""));
    assert_eq!(found[0].metadata.get("followers"), None);
    assert_eq!(found[0].metadata.get("posting"), None);
    assert_eq!(world.stage.calls("tiktok", CREATOR).await, 0);

    let grant = world.allow_only(INES, "user.info.basic,video.publish").await;
    let found = world.candidates(&grant).await.expect("the account");
    assert_eq!(found[0].handle, "@ines.paints", "creator info names it too");
}

// C4: the line "`invalid_grant` on code", with any status.
#[tokio::test]
async fn a_used_code_is_refused_whatever_the_status() {
    for with_200 in [false, true] {
        let world = World::of(&TikTok).await;
        world.order("switches", json!({ "errorsWith200": with_200 })).await;
        let code = world.fresh_code(INES).await;
        assert!(code.code.expose_secret().contains("*2!"), "decoded once");
        world.exchange(&code).await.expect("the first time");
        assert_told("used twice", world.exchange(&code).await, &CodeRefused);
    }
}

// T10, T6: a refresh brings a new pair, and the token it used is dead.
#[tokio::test]
async fn a_refresh_replaces_both_tokens_and_kills_the_old_one() {
    for with_200 in [false, true] {
        let world = World::of(&TikTok).await;
        world.order("switches", json!({ "errorsWith200": with_200 })).await;
        let grant = world.allow(INES).await;
        world.order("expire", json!({ "account": INES })).await;
        let expected = AccessRefused(Reason::RefusedByPlatform, "Reconnect TikTok");
        assert_told("401 access_token_invalid", world.candidates(&grant).await, &expected);

        let fresh = world.refresh(&grant).await.expect("a new pair");
        let (old, new) = (grant.refresh.as_ref(), fresh.refresh.as_ref());
        assert!(!same(old.expect("one"), new.expect("another")));
        assert_eq!(world.candidates(&fresh).await.expect("the account")[0].id, INES);

        let expected = Reconnect(Reason::RefusedByPlatform, "has expired", "Reconnect TikTok");
        assert_told("invalid_grant", world.refresh(&grant).await, &expected);
    }
}

// C11
#[tokio::test]
async fn disconnecting_revokes_even_when_the_access_token_has_run_out() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(INES).await;
    assert!(world.revoke(&grant).await.expect("it is revoked"));
    let expected = Reconnect(Reason::RefusedByPlatform, "has expired", "Reconnect TikTok");
    assert_told("the grant is gone", world.refresh(&grant).await, &expected);
    assert!(world.revoke(&grant).await.expect("dead already counts as revoked"));

    let grant = world.allow(KOFI).await;
    world.order("expire", json!({ "account": KOFI })).await;
    assert!(world.revoke(&grant).await.expect("it is renewed to be revoked"));
    assert_told("the grant is gone", world.refresh(&grant).await, &expected);

    let grant = world.allow(INES).await;
    world.trouble(REVOKE, "503", None).await;
    assert_told("503", world.revoke(&grant).await, &Unavailable);
}

// T7: the person removed the app in TikTok's settings.
#[tokio::test]
async fn access_that_was_removed_at_tiktok_asks_to_reconnect() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(INES).await;
    world.order("revoke", json!({ "account": INES })).await;
    let expected = Reconnect(Reason::RefusedByPlatform, "access was removed", "Reconnect TikTok");
    assert_told("revoked", world.refresh(&grant).await, &expected);
}
