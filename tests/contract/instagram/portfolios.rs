//! Instagram: Pages that belong to a Business Portfolio (OpenPost #216), and permissions that are
//! left out.

use huntaze::server::platform::instagram::Instagram;
use serde_json::json;

use super::{KOFI, KOFI_COOKS, TOBIAS_WITHOUT_PAGE};
use crate::contract::world::Told::{Rejected, Unavailable};
use crate::contract::world::{World, assert_told};

const MARTA_OF_A_PORTFOLIO: &str = "10219984472036158";
const NORDLYS_KITCHEN_OWNED: &str = "17841433906127748";
const FJORD_FIKA_OF_A_CLIENT: &str = "17841468120093377";

const DEBUG: &str = "GET /v26.0/debug_token";
const PORTFOLIOS: &str = "/businesses";

async fn found(world: &World, account: &str) -> Vec<String> {
    let grant = world.allow(account).await;
    let found = world.candidates(&grant).await.expect("accounts");
    found.into_iter().map(|profile| profile.id).collect()
}

// C5: Facebook's list of her Pages is empty, and her accounts are found all the same.
#[tokio::test]
async fn marta_connects_accounts_whose_pages_belong_to_a_portfolio() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(MARTA_OF_A_PORTFOLIO).await;
    let found = world.candidates(&grant).await.expect("two accounts");
    let choices: Vec<_> = found.iter().map(|profile| profile.detail.as_str()).collect();
    assert_eq!(choices, ["Page: Nordlys Kitchen", "Page: Fjord & Fika"]);
    for account in [NORDLYS_KITCHEN_OWNED, FJORD_FIKA_OF_A_CLIENT] {
        let again = world.profile(&grant, account).await.expect("the same account");
        assert_eq!(again.id, account);
    }
}

// C5: each of the two ways to such a Page is enough without the other.
#[tokio::test]
async fn the_pages_ticked_and_those_of_the_portfolios_are_looked_for_separately() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(MARTA_OF_A_PORTFOLIO).await;
    let ids = async || {
        let found = world.candidates(&grant).await.expect("accounts");
        found.into_iter().map(|profile| profile.id).collect::<Vec<_>>()
    };
    world.trouble(DEBUG, "503", None).await;
    assert_eq!(ids().await, [NORDLYS_KITCHEN_OWNED, FJORD_FIKA_OF_A_CLIENT]);
    world.trouble(PORTFOLIOS, "403", Some("200")).await;
    assert_eq!(ids().await, [NORDLYS_KITCHEN_OWNED], "the portfolios are not shared with the app");
}

// T7: what could not be looked for is not said to be absent or gone.
#[tokio::test]
async fn a_search_that_was_cut_short_does_not_say_that_there_is_no_page() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(TOBIAS_WITHOUT_PAGE).await;
    for endpoint in [DEBUG, PORTFOLIOS] {
        world.trouble(endpoint, "503", None).await;
        assert_told(endpoint, world.candidates(&grant).await, &Unavailable);
        assert_told(endpoint, world.profile(&grant, KOFI_COOKS).await, &Unavailable);
    }
}

// A test of the connection costs most people one call.
#[tokio::test]
async fn whoever_has_the_page_themselves_is_not_looked_for_further() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    let before = world.stage.calls("instagram", "GET /v26.0/").await;
    world.profile(&grant, KOFI_COOKS).await.expect("his account");
    assert_eq!(world.stage.calls("instagram", "GET /v26.0/").await - before, 1);
}

// C5: without the optional permission people are told what stays out.
#[tokio::test]
async fn without_the_permission_pages_of_a_portfolio_stay_out_and_it_is_said() {
    let world = World::of(&Instagram).await;
    world.order("switches", json!({ "partialGrants": true })).await;
    let all = world.asked(false)["scope"].clone();
    let without = all.replace(",business_management", "");
    let grant = world.allow_only(MARTA_OF_A_PORTFOLIO, &without).await;
    let expected =
        Rejected("belongs to a Business Portfolio, it stays out", "leave that switch on");
    assert_told("no business_management", world.candidates(&grant).await, &expected);
    assert_eq!(world.stage.calls("instagram", PORTFOLIOS).await, 0, "nobody asks for it then");

    let info = world.platform.info();
    let optional = info.permissions.iter().filter(|permission| permission.without.is_some());
    let optional: Vec<_> = optional.map(|permission| permission.scope.as_ref()).collect();
    assert_eq!(optional, ["business_management", "pages_manage_metadata"]);
    assert!(info.reads.iter().any(|read| read.contains("Business Portfolios")), "it is said why");
}

// Decision 43: two permissions are needed for anything at all; without others the account connects.
#[tokio::test]
async fn two_permissions_are_enough_to_connect_and_one_is_not() {
    let world = World::of(&Instagram).await;
    world.order("switches", json!({ "partialGrants": true })).await;
    let grant = world.allow_only(KOFI, "instagram_basic,pages_show_list").await;
    assert_eq!(world.candidates(&grant).await.expect("his account")[0].id, KOFI_COOKS);
    let grant = world.allow_only(KOFI, "instagram_basic").await;
    let expected = Rejected("which Facebook Pages you manage", "leave every switch on");
    assert_told("no pages_show_list", world.candidates(&grant).await, &expected);
}

// C5: whoever has Pages of their own sees each once.
#[tokio::test]
async fn pages_that_are_found_in_several_ways_are_offered_once() {
    let world = World::of(&Instagram).await;
    assert_eq!(found(&world, KOFI).await, [KOFI_COOKS]);
}
