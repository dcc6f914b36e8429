//! Instagram: every line of its table of errors that concerns connecting and refreshing, from the
//! sandbox's answer to the sentence shown.

use huntaze::model::Reason;
use huntaze::server::platform::instagram::Instagram;

use super::KOFI;
use crate::contract::world::Told::{
    CodeRefused, Configuration, NeedsAction, RateLimited, Reconnect, Unavailable,
};
use crate::contract::world::{Asked, Line, World};

const PAGES: &str = "GET /v26.0/me/accounts";
const TOKEN: &str = "POST /v26.0/oauth/access_token";

/// Every line of the table that can meet any call, by Graph code and subcode.
fn rows() -> Vec<Line> {
    let refused = Reason::RefusedByPlatform;
    let missing =
        || Reconnect(Reason::MissingPermissions, "permission is missing", "leave every switch on");
    let notice = || NeedsAction(Reason::NeedsAction, "shows a notice", "Open the Instagram app");
    let confirm = || Reconnect(Reason::Locked, "confirm something", "Log in at facebook.com");
    vec![
        ("400", Some("190"), Reconnect(refused, "Facebook ended", "Reconnect Instagram")),
        (
            "400",
            Some("190/458"),
            Reconnect(Reason::Revoked, "removed in your Facebook settings", "Reconnect"),
        ),
        ("400", Some("190/459"), confirm()),
        ("400", Some("190/460"), Reconnect(refused, "password was changed", "Reconnect Instagram")),
        ("401", Some("190/463"), Reconnect(Reason::RanOut, "expired", "Reconnect Instagram")),
        ("400", Some("190/464"), confirm()),
        ("400", Some("190/467"), Reconnect(refused, "Facebook ended", "Reconnect Instagram")),
        ("400", Some("190/492"), Reconnect(refused, "lost your role", "Ask the owner of the Page")),
        ("400", Some("102"), Reconnect(refused, "Facebook ended", "Reconnect Instagram")),
        ("403", Some("10"), missing()),
        ("403", Some("200"), missing()),
        ("403", Some("299"), missing()),
        ("400", Some("3"), Configuration),
        (
            "400",
            Some("100/33"),
            Reconnect(refused, "no longer exists or is no longer shared", "reconnect"),
        ),
        ("400", Some("4"), RateLimited),
        ("400", Some("17"), RateLimited),
        ("400", Some("32"), RateLimited),
        ("400", Some("613"), RateLimited),
        ("400", Some("80002"), RateLimited),
        ("400", Some("341"), RateLimited),
        ("400", Some("4/2207051"), RateLimited),
        ("400", Some("368"), RateLimited),
        ("400", Some("25/2207050"), notice()),
        ("500", Some("1"), Unavailable),
        // A server in trouble says many things; none of them ends a connection.
        ("500", Some("190/458"), Unavailable),
        ("503", Some("10"), Unavailable),
        ("503", Some("2"), Unavailable),
        ("400", Some("-1/2207001"), Unavailable),
        ("400", Some("-2/2207003"), Unavailable),
        ("garbage", None, Unavailable),
        ("cut", None, Unavailable),
    ]
}

/// What only the token endpoint says. Code 1 is an outage as long as the app's own token is taken.
fn rows_of_the_token_endpoint() -> [Line; 4] {
    [
        ("400", Some("1"), Unavailable),
        ("400", Some("191"), Configuration),
        ("400", Some("100/36008"), Configuration),
        ("400", Some("101"), Configuration),
    ]
}

// C4, T7
#[tokio::test]
async fn each_refusal_of_a_code_is_told_apart() {
    let world = World::of(&Instagram).await;
    world.assert_table(TOKEN, Asked::Exchange(KOFI), rows_of_the_token_endpoint()).await;
    let used = [("400", Some("100/36009"), CodeRefused), ("500", Some("100"), Unavailable)];
    world.assert_table(TOKEN, Asked::Exchange(KOFI), used).await;
}

// C5, C14, T7
#[tokio::test]
async fn each_refusal_to_show_the_account_has_its_reason_and_next_step() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    world.assert_table(PAGES, Asked::Account(&grant), rows()).await;
}

// C3, T7
#[tokio::test]
async fn each_refusal_to_extend_has_its_reason_and_next_step() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    world.assert_table(TOKEN, Asked::Refresh(&grant), rows()).await;
    world.assert_table(TOKEN, Asked::Refresh(&grant), rows_of_the_token_endpoint()).await;
}

// T7: an account suspected of spam is left alone for a day, although code 4 alone is a minute.
#[tokio::test]
async fn suspected_spam_pauses_for_a_day() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    let mut pauses = Vec::new();
    for code in ["4", "4/2207051"] {
        world.trouble(PAGES, "400", Some(code)).await;
        let error = world.candidates(&grant).await.expect_err("a limit");
        let huntaze::server::platform::Error::RateLimited { until, .. } = error else {
            panic!("{code}: {error}")
        };
        pauses.push((until - world.client.now()).num_minutes());
    }
    assert!(pauses[0] <= 1 && (1_438..=1_440).contains(&pauses[1]), "{pauses:?}");
}

// S1, S9: our token goes only where the list of Pages was asked for.
#[tokio::test]
async fn failures_hold_no_secret() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    world.assert_failures_hold_no(&grant, &["EAA"]).await;
}
