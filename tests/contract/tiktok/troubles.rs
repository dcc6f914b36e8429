//! TikTok: every line of its table of errors that concerns connecting and refreshing, from the
//! sandbox's answer to the sentence shown.

use huntaze::model::Reason;
use huntaze::server::platform::tiktok::TikTok;

use super::{CREATOR, INES};
use crate::contract::world::Told::{
    AccessRefused, CodeRefused, Configuration, RateLimited, Reconnect, Unavailable,
};
use crate::contract::world::{Asked, World, assert_told};

const TOKEN: &str = "POST /v2/oauth/token/";
const USER: &str = "GET /v2/user/info/";

// C3, T7: every answer of the token endpoint to a refresh, with its own status and with 200.
#[tokio::test]
async fn each_refusal_to_refresh_has_its_reason_and_next_step() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(INES).await;
    let expired = || Reconnect(Reason::RefusedByPlatform, "has expired", "Reconnect TikTok");
    let rows = [
        ("400", Some("invalid_grant"), expired()),
        ("400", Some("access_denied"), expired()),
        ("401", Some("invalid_client"), Configuration),
        ("400", Some("unauthorized_client"), Configuration),
        ("400", Some("invalid_request"), Configuration),
        ("400", Some("unsupported_grant_type"), Configuration),
        ("400", Some("server_error"), Unavailable),
        ("400", Some("temporarily_unavailable"), Unavailable),
        ("500", None, Unavailable),
        ("500", Some("invalid_grant"), Unavailable),
        ("503", None, Unavailable),
        ("503", Some("invalid_client"), Unavailable),
        ("garbage", None, Unavailable),
        ("cut", None, Unavailable),
    ];
    world.assert_table(TOKEN, Asked::Refresh(&grant), rows).await;
}

// C4, T7: the same while connecting.
#[tokio::test]
async fn each_refusal_of_a_code_is_told_apart() {
    let world = World::of(&TikTok).await;
    let rows = [
        ("400", Some("invalid_grant"), CodeRefused),
        ("401", Some("invalid_client"), Configuration),
        ("400", Some("unauthorized_client"), Configuration),
        ("400", Some("temporarily_unavailable"), Unavailable),
        ("503", None, Unavailable),
        ("garbage", None, Unavailable),
    ];
    world.assert_table(TOKEN, Asked::Exchange(INES), rows).await;
}

// C6, C14, T7: every answer of the API that concerns the account.
#[tokio::test]
async fn each_refusal_to_show_the_account_has_its_reason_and_next_step() {
    let world = World::of(&TikTok).await;
    let grant = world.allow(INES).await;
    let missing =
        || Reconnect(Reason::MissingPermissions, "one more permission", "leave all boxes ticked");
    let rows = [
        ("401", None, AccessRefused(Reason::RefusedByPlatform, "Reconnect TikTok")),
        ("401", Some("scope_not_authorized"), missing()),
        ("400", Some("scope_permission_missed"), missing()),
        ("429", None, RateLimited),
        ("500", None, Unavailable),
        ("500", Some("access_token_invalid"), Unavailable),
        ("503", None, Unavailable),
        ("503", Some("scope_not_authorized"), Unavailable),
        ("garbage", None, Unavailable),
        ("cut", None, Unavailable),
    ];
    world.assert_table(USER, Asked::Account(&grant), rows).await;
    // A token that dies between the two calls is not hidden by what is forgiven of the second.
    world.trouble(CREATOR, "401", None).await;
    let expected = AccessRefused(Reason::RefusedByPlatform, "Reconnect TikTok");
    assert_told("creator info 401", world.candidates(&grant).await, &expected);
}
