//! What has to hold after any crash.

use serde_json::Value;

use super::creator::{Creator, Place};
use super::world::{Node, World};

/// How an account stands: the two ways that are allowed.
#[derive(PartialEq, Eq, Debug)]
pub enum Standing {
    /// Its platform answered with the stored credential.
    Works,
    /// It says why not.
    Says(String),
}

/// No account is silently lost: it works, or it says why not.
pub async fn standing(node: &Node, creator: &Creator, place: Place) -> Standing {
    let tested = creator.test(node, place).await.expect("a live server");
    if tested.status == 200 && tested.data()["ok"] == true {
        return Standing::Works;
    }
    let shown =
        creator.integration(node, place).await.unwrap_or_else(|| panic!("{place:?} is gone"));
    let broken = shown["status"] == "error" || shown["status"] == "expired";
    match shown["reason"].as_str().filter(|_| broken) {
        Some(reason) => Standing::Says(reason.to_owned()),
        None => {
            panic!("{place:?} does not work and does not say why: {} after {}", shown, tested.body)
        }
    }
}

/// The sealed credentials of an account, in hexadecimal.
pub async fn sealed(world: &World, place: Place) -> Vec<String> {
    let rows = world.look.rows("oauth_accounts").await;
    let row = rows
        .iter()
        .find(|row| row.contains(place.id))
        .unwrap_or_else(|| panic!("no row of {place:?}"))
        .to_lowercase();
    let blobs = row.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() > 64);
    blobs.map(str::to_owned).collect()
}

/// A disconnected account has no credential anywhere but in a revocation that waits for its
/// platform.
pub async fn assert_gone(world: &World, sealed: &[String]) {
    assert!(!sealed.is_empty(), "there was a credential to look for");
    for row in world.rows().await.iter().filter(|row| !row.starts_with("pending_revocations:")) {
        assert!(
            !sealed.iter().any(|blob| row.contains(blob)),
            "a credential outlived its account in {}",
            table(row)
        );
    }
}

/// No token stands anywhere in the clear. Only what follows a platform's own prefix is one.
pub async fn assert_no_plain_token(world: &World) {
    for row in world.rows().await {
        for prefix in ["xua.", "act.", "rft.", "ya29.", "1//0g", "eaa"] {
            let plain =
                row.match_indices(prefix).any(|(at, _)| is_secret(&row[at + prefix.len()..]));
            assert!(!plain, "a token of the kind {prefix} in the clear in {}", table(&row));
        }
    }
}

/// Random text of the sandbox: long, without a word's end.
fn is_secret(text: &str) -> bool {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte ==
        b'-').count() >= 32
        // A run of hexadecimal digits is a sealed blob.
        && !text.bytes().take(32).all(|byte| byte.is_ascii_hexdigit())
}

fn table(row: &str) -> &str {
    row.split(':').next().unwrap_or_default()
}

/// Accounts and flows stand once, and no claimed flow can be claimed again.
pub async fn assert_connected_once(world: &World, shown: &Value, place: Place) {
    assert!(shown.is_object(), "{place:?} is not connected");
    let rows = world.look.rows("oauth_accounts").await;
    assert_eq!(
        rows.iter().filter(|row| row.contains(place.id)).count(),
        1,
        "one row for {place:?}"
    );
    let waiting = world.look.rows("pending_connections").await;
    assert_eq!(waiting, Vec::<String>::new(), "no credential waits for a choice");
}
