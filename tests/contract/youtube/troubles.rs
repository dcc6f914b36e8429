//! YouTube: every line of its table of errors that concerns connecting and refreshing, from the
//! sandbox's answer to the sentence shown.

use huntaze::model::Reason;
use huntaze::server::platform::youtube::YouTube;

use super::KOFI;
use crate::contract::world::Told::{
    AccessRefused, CodeRefused, Configuration, NeedsAction, RateLimited, Reconnect, Rejected,
    Unavailable,
};
use crate::contract::world::{Asked, World};

const CHANNELS: &str = "GET /youtube/v3/channels";
const TOKEN: &str = "POST /token";

// C3, T7: every answer of the token endpoint to a refresh.
#[tokio::test]
async fn each_refusal_to_refresh_has_its_reason_and_next_step() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(KOFI).await;
    let refused = Reason::RefusedByPlatform;
    let rows = [
        ("400", None, Reconnect(refused, "expired or was removed", "Reconnect YouTube")),
        ("400", Some("invalid_rapt"), Reconnect(refused, "Workspace", "Reconnect YouTube")),
        ("400", Some("admin_policy_enforced"), Reconnect(refused, "administrator", "reconnect")),
        ("401", None, Configuration),
        ("400", Some("redirect_uri_mismatch"), Configuration),
        ("401", Some("deleted_client"), Configuration),
        ("400", Some("unauthorized_client"), Configuration),
        ("429", None, RateLimited),
        ("500", None, Unavailable),
        ("500", Some("invalid_grant"), Unavailable),
        ("503", Some("invalid_rapt"), Unavailable),
        ("503", None, Unavailable),
        ("garbage", None, Unavailable),
        ("cut", None, Unavailable),
    ];
    world.assert_table(TOKEN, Asked::Refresh(&grant), rows).await;
}

// C4, T7: the same while connecting, where nothing is there yet to reconnect.
#[tokio::test]
async fn each_refusal_of_a_code_has_its_own_sentence() {
    let world = World::of(&YouTube).await;
    let rows = [
        ("400", None, CodeRefused),
        ("400", Some("invalid_rapt"), Rejected("Workspace", "Reconnect")),
        ("400", Some("admin_policy_enforced"), Rejected("administrator", "Ask them")),
        ("400", Some("redirect_uri_mismatch"), Configuration),
        ("401", None, Configuration),
        ("503", None, Unavailable),
    ];
    world.assert_table(TOKEN, Asked::Exchange(KOFI), rows).await;
}

// C7, C14, T7: every answer of the API that concerns an account as a whole.
#[tokio::test]
async fn each_refusal_to_show_the_channel_has_its_reason_and_next_step() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(KOFI).await;
    let refused = Reason::RefusedByPlatform;
    let missing = Reason::MissingPermissions;
    let rows = [
        ("401", None, AccessRefused(refused, "Reconnect YouTube")),
        ("401", Some("youtubeSignupRequired"), Rejected("no YouTube channel", "Create one")),
        (
            "403",
            Some("insufficientPermissions"),
            Reconnect(missing, "permission", "tick every box"),
        ),
        ("403", Some("quotaExceeded"), RateLimited),
        ("403", Some("dailyLimitExceeded"), RateLimited),
        ("403", Some("rateLimitExceeded"), RateLimited),
        ("403", Some("userRateLimitExceeded"), RateLimited),
        ("429", None, RateLimited),
        (
            "403",
            Some("authenticatedUserAccountSuspended"),
            NeedsAction(Reason::Suspended, "suspended", "test the connection"),
        ),
        (
            "403",
            Some("authenticatedUserAccountClosed"),
            NeedsAction(Reason::NeedsAction, "closed", "Recover it"),
        ),
        (
            "403",
            Some("authenticatedUserNotChannel"),
            NeedsAction(Reason::NeedsAction, "not a YouTube channel", "Create one"),
        ),
        ("403", Some("accessNotConfigured"), Configuration),
        ("403", Some("API_KEY_SERVICE_BLOCKED"), Configuration),
        ("403", None, Rejected("does not allow", "YouTube Studio")),
        ("500", None, Unavailable),
        ("500", Some("authenticatedUserAccountClosed"), Unavailable),
        ("503", Some("insufficientPermissions"), Unavailable),
        ("503", None, Unavailable),
        ("garbage", None, Unavailable),
        ("cut", None, Unavailable),
    ];
    world.assert_table(CHANNELS, Asked::Account(&grant), rows).await;
}

// S9: what is logged of a failure holds neither token nor address.
#[tokio::test]
async fn failures_hold_no_secret() {
    let world = World::of(&YouTube).await;
    let grant = world.allow(KOFI).await;
    world.assert_failures_hold_no(&grant, &["ya29.", "1//0g"]).await;
}
