//! What all platforms share.

use std::fs;

use serde_json::json;

use super::Client;
use crate::sandbox::{Options, Sandbox, oauth, reddit, registry::ALL};

// X1: a restart finds every account as it was.
#[tokio::test]
async fn a_restart_changes_nothing_and_the_file_holds_no_token() {
    let client = Client::new();
    let (access, refresh) = reddit::tests::connect(&client, "4k2mf9qd").await;
    client.advance(60).await;
    let before = client.get("/control/state", &[]).await.json();

    let client = client.restarted();
    let after = client.get("/control/state", &[]).await.json();
    assert_eq!((&after["grants"], &after["clockOffsetSeconds"]), (&before["grants"], &json!(60)));
    assert_eq!(reddit::tests::me(&client, &access).await.status, 200);
    let file = client.file();
    assert!(!file.contains(&access) && !file.contains(&refresh));

    client.control("reset", json!({})).await;
    let fresh = client.get("/control/state", &[]).await.json();
    assert_eq!(
        (&fresh["grants"], &fresh["calls"], &fresh["clockOffsetSeconds"]),
        (&json!([]), &json!({}), &json!(0))
    );
}

// X1
#[test]
fn a_spoilt_file_stops_the_start_with_its_name_and_the_way_out() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    fs::write(folder.path().join("sandbox.json"), "{").expect("the folder can be written");
    let options = Options {
        data_dir: folder.path().into(),
        public_url: "http://localhost".parse().expect("an address"),
    };
    let error = Sandbox::open(options).err().expect("half a file is no state").to_string();
    assert!(error.contains("sandbox.json") && error.contains("Delete it"), "{error}");
}

// S1: the example of RFC 7636, appendix B.
#[test]
fn the_challenge_is_the_one_of_the_rfc() {
    let challenge = oauth::s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(challenge.as_deref(), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    assert_eq!(oauth::s256("too-short"), None);
}

// X1
#[tokio::test]
async fn every_account_has_a_picture() {
    let client = Client::new();
    for twin in ALL {
        for account in (twin.accounts)() {
            let picture = client.get(&format!("/avatars/{}/{}", twin.id, account.id), &[]).await;
            assert_eq!(
                (picture.status.as_u16(), picture.header("content-type")),
                (200, "image/png")
            );
        }
    }
    assert_eq!(client.get("/avatars/x/nobody", &[]).await.status, 404);
}
