//! TikTok: an app without the Display API, as new ones are since 2026 (TryPost #315), and a server
//! that asks only for what its app was given.

use huntaze::server::platform::tiktok::TikTok;
use reqwest::header::LOCATION;
use serde_json::json;

use super::{CREATOR, INES};
use crate::contract::world::World;

const USER: &str = "GET /v2/user/info/";

/// What such an app can ask for.
const WITHOUT_DISPLAY_API: [&str; 3] = ["user.info.basic", "video.upload", "video.publish"];

async fn new_app(scopes: Option<&[&str]>) -> World {
    let scopes = scopes.map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect());
    let world = World::with(&TikTok, |settings| settings.scopes = scopes).await;
    world.order("switches", json!({ "noDisplayApi": true })).await;
    world
}

// C4, C18: TikTok sends people back at once, with a bare word; the callback tells operators.
#[tokio::test]
async fn asking_a_new_app_for_everything_ends_the_consent() {
    let world = new_app(None).await;
    let (page, _) = world.consent_page(false);
    let answer = world.stage.http.get(page).send().await.expect("an answer");
    let back = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).expect("a way back");
    let back = url::Url::parse(back).expect("an address");
    assert_eq!(back.query(), Some("error=scope&state=state-of-this-flow"));
}

// C6: with what the app was given, the account connects: its name from the basic scope, its handle
// from what it may post. Nothing is asked for that was not granted.
#[tokio::test]
async fn a_new_app_connects_with_what_it_was_given() {
    let world = new_app(Some(&WITHOUT_DISPLAY_API)).await;
    assert_eq!(world.asked(false)["scope"], WITHOUT_DISPLAY_API.join(","));
    let grant = world.allow(INES).await;
    assert_eq!(grant.scopes, WITHOUT_DISPLAY_API);
    let found = world.candidates(&grant).await.expect("her account");
    assert_eq!((&*found[0].name, &*found[0].handle), ("Inês Paints", "@ines.paints"));
    assert_eq!(found[0].metadata.get("followers"), None);
    assert_eq!(found[0].metadata["posting"]["state"], "allowed");
    assert_eq!(world.refresh(&grant).await.expect("a new pair").scopes, WITHOUT_DISPLAY_API);
    assert_eq!(world.stage.calls("tiktok", USER).await, 1);
}

// The same with the identity alone: posting is neither asked for nor missed.
#[tokio::test]
async fn the_identity_alone_is_enough_to_connect() {
    let world = new_app(Some(&["user.info.basic"])).await;
    let grant = world.allow(INES).await;
    let found = world.candidates(&grant).await.expect("her account");
    assert_eq!((found[0].name.as_str(), found[0].handle.as_str()), ("Inês Paints", ""));
    assert_eq!(world.stage.calls("tiktok", CREATOR).await, 0);
}
