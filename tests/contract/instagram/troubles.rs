//! Instagram: every line of its table of errors that concerns connecting and refreshing, from the
//! sandbox's answer to the sentence shown.

use huntaze::model::Reason;
use huntaze::server::platform::instagram::Instagram;

use super::KOFI;
use crate::contract::world::Told::{Configuration, NeedsAction, RateLimited, Reconnect, Unavailable};
use crate::contract::world::{World, assert_told};

const PAGES: &str = "GET /v26.0/me/accounts";
const TOKEN: &str = "POST /v26.0/oauth/access_token";

/// Every line of the table that can meet any call, by Graph code and subcode.
fn rows() -> Vec<(&'static str, &'static str, crate::contract::world::Told)> {
    let refused = Reason::RefusedByPlatform;
    let missing = || Reconnect(Reason::MissingPermissions, "permission is missing", "leave every switch on");
    let notice = || NeedsAction(Reason::NeedsAction, "shows a notice", "Open the Instagram app");
    let confirm = || Reconnect(Reason::Locked, "confirm something", "Log in at facebook.com");
    vec![
        ("400", "190", Reconnect(refused, "Facebook ended", "Reconnect Instagram")),
        ("400", "190/458", Reconnect(Reason::Revoked, "removed in your Facebook settings", "Reconnect")),
        ("400", "190/459", confirm()),
        ("400", "190/460", Reconnect(refused, "password was changed", "Reconnect Instagram")),
        ("401", "190/463", Reconnect(Reason::RanOut, "expired", "Reconnect Instagram")),
        ("400", "190/464", confirm()),
        ("400", "190/467", Reconnect(refused, "Facebook ended", "Reconnect Instagram")),
        ("400", "190/492", Reconnect(refused, "lost your role", "Ask the owner of the Page")),
        ("400", "102", Reconnect(refused, "Facebook ended", "Reconnect Instagram")),
        ("403", "10", missing()),
        ("403", "200", missing()),
        ("403", "299", missing()),
        ("400", "3", Configuration),
        ("400", "100/33", Reconnect(refused, "no longer exists or is no longer shared", "reconnect")),
        ("400", "4", RateLimited),
        ("400", "17", RateLimited),
        ("400", "32", RateLimited),
        ("400", "613", RateLimited),
        ("400", "80002", RateLimited),
        ("400", "341", RateLimited),
        ("400", "4/2207051", RateLimited),
        ("400", "368", RateLimited),
        ("400", "25/2207050", notice()),
        ("500", "1", Unavailable),
        ("503", "2", Unavailable),
        ("400", "-1/2207001", Unavailable),
        ("400", "-2/2207003", Unavailable),
        ("garbage", "", Unavailable),
        ("cut", "", Unavailable),
    ]
}

// C5, C14, T7
#[tokio::test]
async fn each_refusal_to_show_the_account_has_its_reason_and_next_step() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    for (kind, code, expected) in rows() {
        world.trouble(PAGES, kind, Some(code).filter(|code| !code.is_empty())).await;
        assert_told(&format!("{kind} {code}"), world.candidates(&grant).await, &expected);
    }
}

// C3, T7
#[tokio::test]
async fn each_refusal_to_extend_has_its_reason_and_next_step() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    for (kind, code, expected) in rows() {
        world.trouble(TOKEN, kind, Some(code).filter(|code| !code.is_empty())).await;
        assert_told(&format!("{kind} {code}"), world.refresh(&grant).await, &expected);
    }
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
        let huntaze::server::platform::Error::RateLimited { until, .. } = error else { panic!("{code}: {error}") };
        pauses.push((until - world.client.now()).num_minutes());
    }
    assert!(pauses[0] <= 1 && (1_438..=1_440).contains(&pauses[1]), "{pauses:?}");
}

// S1, S9: our token goes only where the list of Pages was asked for.
#[tokio::test]
async fn failures_hold_no_secret() {
    let world = World::of(&Instagram).await;
    let grant = world.allow(KOFI).await;
    for kind in ["400", "401", "503", "garbage", "cut"] {
        world.trouble("/", kind, None).await;
        let errors = [world.refresh(&grant).await.err(), world.candidates(&grant).await.err()];
        for error in errors.into_iter().flatten() {
            let text = format!("{error:?} {error}");
            assert!(!text.contains("EAA") && !text.contains("127.0.0.1"), "{text}");
        }
    }
}
