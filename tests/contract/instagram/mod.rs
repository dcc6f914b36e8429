//! Instagram: the whole way, from the consent page to the revocation.

mod answers;
mod portfolios;
mod troubles;

use huntaze::model::Reason;
use huntaze::server::platform::Settings;
use huntaze::server::platform::instagram::Instagram;
use serde_json::json;

use super::same;
use super::world::Told::{CodeRefused, Configuration, Reconnect, Rejected, Unavailable};
use super::world::{World, assert_told};

const INES_WITH_TWO_PAGES: &str = "10221873645091827";
const KOFI: &str = "10160442918375506";
const QUIET_TRAINS_ONE_OF_TWO: &str = "10158736620194471";
const TOBIAS_WITHOUT_PAGE: &str = "10223310057748192";
const LUNA_NOT_LINKED: &str = "10225561480937715";
const PRIYA_MAY_NOT_PUBLISH: &str = "10157290348816629";

const KOFI_COOKS: &str = "17841401173629085";

// C5: one Page with an account needs no choice; the token lives 60 days; ids are in the metadata.
#[tokio::test]
async fn kofi_connects_the_instagram_account_behind_his_page() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    assert_eq!(grant.expires_in.map(|life| life.num_days()), Some(59), "the long-lived token");
    assert!(grant.refresh.is_none());
    assert_eq!(grant.grant_key.as_deref(), Some(KOFI));
    let data_access = grant.refresh_expires_in.expect("the end of data access").num_hours();
    assert!((89 * 24..=90 * 24).contains(&data_access), "{data_access} hours");

    let found = world.candidates(&grant).await.expect("his account");
    let [profile] = found.as_slice() else { panic!("one account") };
    assert_eq!((profile.id.as_str(), profile.name.as_str()), (KOFI_COOKS, "Kofi Cooks"));
    assert_eq!(
        (profile.handle.as_str(), profile.detail.as_str()),
        ("@koficooks", "Page: Kofi Cooks")
    );
    assert_eq!(profile.metadata["ig_business_id"], KOFI_COOKS);
    assert_eq!(profile.metadata["page_id"], "281990473365102");
    assert_eq!(profile.metadata["followers"], json!(1_204_551));
    let facts = world.platform.describe_metadata(&profile.metadata);
    assert!(facts.contains(&("Followers".into(), "1,204,551".into())), "{facts:?}");
    assert_eq!(world.profile(&grant, KOFI_COOKS).await.expect("the same account").id, KOFI_COOKS);
}

// C5: two accounts are a choice; what can't be connected is not offered.
#[tokio::test]
async fn several_pages_are_a_choice_among_those_with_an_account() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(INES_WITH_TWO_PAGES).await;
    let found = world.candidates(&grant).await.expect("two accounts");
    let choices: Vec<_> = found.iter().map(|profile| profile.detail.as_str()).collect();
    assert_eq!(choices, ["Page: Inês Paints", "Page: Atelier Carvalho"]);

    let grant = world.allow(QUIET_TRAINS_ONE_OF_TWO).await;
    let found = world.candidates(&grant).await.expect("the linked one, with CREATE_CONTENT alone");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].handle, "@quiettrains");
}

// C5: the line "no Pages / no instagram_business_account", and no task: three explanations.
#[tokio::test]
async fn no_page_no_link_and_no_task_are_told_apart() {
    let world = World::of(&Instagram).await;
    let rows = [
        (TOBIAS_WITHOUT_PAGE, Rejected("shared no Page", "create a Page")),
        (LUNA_NOT_LINKED, Rejected("not linked to an Instagram", "Link one in the Instagram app")),
        (PRIYA_MAY_NOT_PUBLISH, Rejected("may not publish", "Ask the owner of the Page")),
    ];
    for (account, expected) in rows {
        let grant = world.allow(account).await;
        assert_told(account, world.candidates(&grant).await, &expected);
    }
}

// C5: an account that is connected already and no longer behind a Page asks to be reconnected.
#[tokio::test]
async fn a_connected_account_that_is_no_longer_linked_asks_to_reconnect() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(LUNA_NOT_LINKED).await;
    let expected = Reconnect(Reason::RefusedByPlatform, "no longer shows", "reconnect Instagram");
    assert_told("unlinked", world.profile(&grant, KOFI_COOKS).await, &expected);
}

// C4, S1
#[tokio::test]
async fn the_dialog_is_asked_by_scopes_or_by_configuration_never_by_both() {
    let world = World::of(&Instagram).await;
    let asked = world.asked(false);
    assert_eq!(asked["scope"].split(',').count(), 8);
    assert!(!asked.contains_key("config_id") && !asked.contains_key("code_challenge"));

    let configured = |settings: &mut Settings| {
        settings.own.insert("config_id".into(), "4711".into());
    };
    let world = World::with(&Instagram, configured).await;
    let asked = world.asked(false);
    assert_eq!(asked["config_id"], "4711");
    assert!(!asked.contains_key("scope"));
    let grant = world.allow(KOFI).await;
    assert_eq!(world.candidates(&grant).await.expect("his account").len(), 1);
}

// C4: the line "callback access_denied".
#[tokio::test]
async fn cancelling_comes_back_as_access_denied() {
    let world = World::of(&Instagram).await;
    let callback = world.consent(&[("account", KOFI), ("decision", "deny")]).await;
    assert_eq!(callback.get("error"), Some("access_denied"));
    assert_eq!(callback.get("error_reason"), Some("user_denied"));
}

// C4, C5: the line "some permission not granted": all or nothing.
#[tokio::test]
async fn a_permission_left_out_is_named_and_nothing_connects() {
    let world = World::of(&Instagram).await;
    let grant = world.allow_only(KOFI, "instagram_basic,pages_show_list").await;
    assert!(!grant.scopes.iter().any(|scope| scope == "instagram_basic"), "Facebook grants none");
    let expected = Rejected("Nothing works without", "leave every switch on");
    assert_told("all or nothing", world.candidates(&grant).await, &expected);
}

// C4: a code works once.
#[tokio::test]
async fn a_code_is_good_for_one_exchange() {
    let world = World::of(&Instagram).await;
    let code = world.fresh_code(KOFI).await;
    world.exchange(&code).await.expect("the first time");
    assert_told("100/36009", world.exchange(&code).await, &CodeRefused);
    let code = world.fresh_code(KOFI).await;
    world.stage.advance(chrono::Duration::seconds(601)).await;
    assert_told("100/36007", world.exchange(&code).await, &CodeRefused);
    let mut code = world.fresh_code(KOFI).await;
    code.redirect_uri = code.redirect_uri.replace("127.0.0.1", "localhost");
    assert_told("100/36008", world.exchange(&code).await, &Configuration);
}

// C18, T7: credentials that the operator mistyped are the operator's to mend, also where a token is
// extended.
#[tokio::test]
async fn wrong_credentials_are_the_operators_matter() {
    let mut world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    let code = world.fresh_code(KOFI).await;
    world.client = world.stage.client_with("instagram", |s| s.client_secret = "wrong".into());
    assert_told("wrong secret", world.exchange(&code).await, &Configuration);
    assert_told("wrong secret", world.refresh(&grant).await, &Configuration);
}

// T10, T4: a token that lives is extended, the old one lives on, and the person's grant stays the
// same.
#[tokio::test]
async fn a_living_token_is_extended() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    world.stage.advance(chrono::Duration::seconds(40 * 86_400)).await;
    let fresh = world.refresh(&grant).await.expect("another 60 days");
    assert!(!same(&fresh.access, &grant.access));
    assert_eq!(fresh.expires_in.map(|life| life.num_days()), Some(59));
    assert_eq!(fresh.grant_key, grant.grant_key);
    assert_eq!(world.candidates(&fresh).await.expect("his account")[0].id, KOFI_COOKS);
    world.refresh(&grant).await.expect("a repeat is harmless");
}

// T7: the line "190 (any)" for 463: what has expired can't be extended.
#[tokio::test]
async fn an_expired_token_can_not_be_extended() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    world.stage.advance(chrono::Duration::seconds(5_183_945)).await;
    let expected = Reconnect(Reason::RanOut, "expired", "Reconnect Instagram");
    assert_told("190/463", world.refresh(&grant).await, &expected);
    assert_told("190/463", world.candidates(&grant).await, &expected);
}

// C11: revoking ends every account of the Facebook user, so the domain has to know whose grant it
// is.
#[tokio::test]
async fn revoking_removes_the_app_for_the_facebook_user() {
    let world = World::of(&Instagram).await;
    let (one, other) = (world.allow(KOFI).await, world.allow(KOFI).await);
    assert!(world.platform.revokes_whole_person());
    assert_eq!(one.grant_key, other.grant_key);
    assert!(world.revoke(&one).await.expect("it is revoked"));
    let expected = Reconnect(Reason::Revoked, "removed in your Facebook settings", "Reconnect");
    assert_told("190/458", world.refresh(&other).await, &expected);
    assert!(world.revoke(&one).await.expect("dead already counts as revoked"));

    let grant = world.allow(KOFI).await;
    world.trouble("DELETE /v26.0/", "503", Some("2")).await;
    assert_told("503", world.revoke(&grant).await, &Unavailable);
}

// C5, C11: without `debug_token` the token is as good, only whose it is stays unknown.
#[tokio::test]
async fn whose_grant_it_is_may_stay_unknown() {
    let world = World::of(&Instagram).await;
    let code = world.fresh_code(KOFI).await;
    world.trouble("GET /v26.0/debug_token", "cut", None).await;
    let grant = world.exchange(&code).await.expect("a grant");
    assert_eq!((grant.grant_key.as_deref(), grant.refresh_expires_in), (None, None));
    assert_eq!(world.candidates(&grant).await.expect("his account").len(), 1);
}

// C14: Facebook's allowance is told by its headers.
#[tokio::test]
async fn the_share_of_calls_is_read_from_the_headers() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    let api = world.api(&grant);
    world.platform.list_profiles(&api).await.expect("his account");
    let limits = api.limits();
    assert_eq!(limits.len(), 1, "{limits:?}");
    assert_eq!(limits[0].limit, Some(100));
    assert!((90..=100).contains(&limits[0].remaining), "{limits:?}");
}
