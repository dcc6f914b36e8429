//! YouTube: the whole way, from the consent page to the revocation.

mod answers;
mod troubles;

use huntaze::model::Reason;
use huntaze::server::platform::youtube::YouTube;
use secrecy::ExposeSecret;
use serde_json::json;

use super::world::Told::{AccessRefused, CodeRefused, Reconnect, Rejected, Unavailable};
use super::world::{World, assert_told};

const INES: &str = "UCx4Qe7mVtR2nYp0LwHs3ABg";
const KOFI: &str = "UCk0f1C00ksTvEry7uesday_";
const QUIET_TRAINS: &str = "UC2wLr8aNq5yXbVd4mJtZ6Hc";
const TOBIAS_WITHOUT_CHANNEL: &str = "112609745530018847259";

// C7: the channel is fetched and shown, with the four permissions.
#[tokio::test]
async fn kofi_connects_his_channel() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(KOFI).await;
    assert_eq!(grant.scopes.len(), 4);
    assert!(grant.refresh.is_some());
    assert_eq!(grant.expires_in.map(|life| life.num_seconds()), Some(3_599));
    assert_eq!(grant.refresh_expires_in, None, "nobody said that the consent ends");
    assert_eq!(grant.grant_key.as_deref(), Some("117340058821946670128"));

    let found = world.candidates(&grant).await.expect("his channel");
    let [profile] = found.as_slice() else { panic!("one grant is one channel") };
    assert_eq!((profile.id.as_str(), profile.name.as_str()), (KOFI, "Kofi Cooks"));
    assert_eq!(profile.handle, "@koficooks");
    assert!(profile.avatar_url.as_ref().is_some_and(|url| url.contains(KOFI)));
    assert_eq!(profile.metadata["subscribers"], json!(3_240_000), "YouTube tells three digits");
    assert_eq!(profile.metadata["uploads_playlist"], json!("UUk0f1C00ksTvEry7uesday_"));
    let facts = world.platform.describe_metadata(&profile.metadata);
    assert!(facts.contains(&("Subscribers".into(), "about 3,240,000".into())), "{facts:?}");

    let again = world.profile(&grant, KOFI).await;
    assert_eq!(again.expect("the same channel").id, KOFI);
}

// C7: what is hidden is said to be hidden, never shown as zero.
#[tokio::test]
async fn hidden_subscribers_are_not_made_up() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(QUIET_TRAINS).await;
    let found = world.candidates(&grant).await.expect("the channel");
    assert_eq!(found[0].metadata.get("subscribers"), None);
    let facts = world.platform.describe_metadata(&found[0].metadata);
    assert!(facts.contains(&("Subscribers".into(), "hidden by the channel".into())));
    assert!(facts.iter().any(|(_, value)| value.contains("15 minutes")), "{facts:?}");
}

// C4, S1
#[tokio::test]
async fn the_consent_page_is_asked_for_offline_access_and_pkce() {
    let world = World::of(&YouTube).await;
    let first = world.asked(false);
    assert_eq!(first["access_type"], "offline");
    assert_eq!(first["prompt"], "consent");
    assert_eq!(first["code_challenge_method"], "S256");
    assert_eq!(first["code_challenge"].len(), 43);
    assert_eq!(first["scope"].split(' ').count(), 4);
    assert!(!first.contains_key("include_granted_scopes"));
    assert_eq!(world.asked(true)["prompt"], "consent select_account");
}

// C4: the line "callback access_denied".
#[tokio::test]
async fn cancelling_comes_back_as_access_denied() {
    let world = World::of(&YouTube).await;
    let callback = world.consent(&[("account", KOFI), ("decision", "deny")]).await;
    assert_eq!(callback.get("error"), Some("access_denied"));
}

// C7: the line "401 youtubeSignupRequired / no items", in both its forms.
#[tokio::test]
async fn a_google_account_without_a_channel_gets_its_own_explanation() {
    for signup_required in [false, true] {
        let world = World::of(&YouTube).await;
        world.order("switches", json!({ "signupRequired": signup_required })).await;
        let grant = world.allow(TOBIAS_WITHOUT_CHANNEL).await;
        let expected = Rejected("no YouTube channel", "Create one at youtube.com");
        assert_told("no channel", world.candidates(&grant).await, &expected);
        // A connected account whose channel is gone later is another matter.
        let gone = world.profile(&grant, KOFI).await;
        let expected =
            Reconnect(Reason::RefusedByPlatform, "no longer has the channel", "Reconnect");
        assert_told("the channel is gone", gone, &expected);
    }
}

// C4, C7: the line "granted scope incomplete".
#[tokio::test]
async fn unticked_boxes_are_seen_in_the_granted_scopes() {
    let world = World::of(&YouTube).await;
    let readonly = "https://www.googleapis.com/auth/youtube.readonly";
    let grant = world.allow_only(KOFI, readonly).await;
    assert_eq!(grant.scopes, [readonly]);
    assert_eq!(world.candidates(&grant).await.expect("it may read").len(), 1);

    let upload = "https://www.googleapis.com/auth/youtube.upload";
    let grant = world.allow_only(KOFI, upload).await;
    let expected = Reconnect(Reason::MissingPermissions, "one more permission", "tick every box");
    assert_told("403 insufficientPermissions", world.candidates(&grant).await, &expected);
}

// C4: a code works once, and only for whoever began.
#[tokio::test]
async fn a_code_is_good_for_one_exchange_by_who_began() {
    let world = World::of(&YouTube).await;
    let code = world.fresh_code(KOFI).await;
    world.exchange(&code).await.expect("the first time");
    assert_told("used twice", world.exchange(&code).await, &CodeRefused);

    let mut code = world.fresh_code(KOFI).await;
    code.verifier = Some(huntaze::server::platform::oauth::verifier());
    assert_told("another's verifier", world.exchange(&code).await, &CodeRefused);
}

// T10: the refresh token stays, and the account behind it too.
#[tokio::test]
async fn a_refresh_brings_a_new_access_token_and_keeps_the_rest() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(KOFI).await;
    world.order("expire", json!({ "account": KOFI })).await;
    let refused = world.candidates(&grant).await;
    assert_told("401 authError", refused, &AccessRefused(Reason::RefusedByPlatform, "Reconnect"));

    let fresh = world.refresh(&grant).await.expect("a new access token");
    assert!(fresh.refresh.is_none(), "an empty one keeps what we have");
    assert_ne!(fresh.access.expose_secret(), grant.access.expose_secret());
    assert_eq!(fresh.grant_key, grant.grant_key);
    assert_eq!(world.candidates(&fresh).await.expect("the channel")[0].id, KOFI);
}

// T3: a consent with an end says so, and the end comes.
#[tokio::test]
async fn a_consent_for_a_time_tells_its_end() {
    let world = World::of(&YouTube).await;
    world.order("lifetimes", json!({ "refreshSeconds": 604_800 })).await;
    let grant = world.allow(KOFI).await;
    assert_eq!(grant.refresh_expires_in.map(|life| life.num_days()), Some(7));
    world.stage.advance(chrono::Duration::seconds(604_801)).await;
    let expected =
        Reconnect(Reason::RefusedByPlatform, "expired or was removed", "Reconnect YouTube");
    assert_told("invalid_grant", world.refresh(&grant).await, &expected);
}

// C11: revoking ends every channel of the person, so the domain has to know whose grant it is.
#[tokio::test]
async fn revoking_one_channel_ends_the_persons_other_one() {
    let world = World::of(&YouTube).await;
    let (paints, cuts) = (world.allow(INES).await, world.allow("UC9bTz1KfWqD6uGcE8jN0vRw").await);
    assert!(world.platform.revokes_whole_person());
    assert_eq!(paints.grant_key, cuts.grant_key);
    assert!(world.revoke(&paints).await.expect("it is revoked"));
    let expected =
        Reconnect(Reason::RefusedByPlatform, "removed in your Google account", "Reconnect");
    assert_told("the other channel", world.refresh(&cuts).await, &expected);
    assert!(world.revoke(&paints).await.expect("dead already counts as revoked"));
}

// C11
#[tokio::test]
async fn a_revocation_that_google_does_not_take_is_not_called_done() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(KOFI).await;
    world.trouble("POST /revoke", "503", None).await;
    assert_told("503", world.revoke(&grant).await, &Unavailable);
}

// C11: without knowing whose grant it is, nobody may revoke, and the connection is good all the
// same.
#[tokio::test]
async fn whose_grant_it_is_may_stay_unknown() {
    let world = World::of(&YouTube).await;
    let code = world.fresh_code(KOFI).await;
    world.trouble("GET /tokeninfo", "cut", None).await;
    let grant = world.exchange(&code).await.expect("a grant");
    assert_eq!(grant.grant_key, None);
    assert_eq!(world.candidates(&grant).await.expect("the channel").len(), 1);
}
