//! Where consent pages lead back to: the addresses that are registered, to the byte.

use serde_json::json;

use super::{Client, callback, encoded};

/// The consent page of each platform that has one, with all it wants but the redirect URI.
const PAGES: [(&str, &str); 5] = [
    ("instagram", "v26.0/dialog/oauth?client_id=huntaze-sandbox&scope=instagram_basic"),
    (
        "tiktok",
        "v2/auth/authorize/?client_key=huntaze-sandbox&response_type=code&state=s-1\
        &scope=user.info.basic&code_challenge_method=S256\
        &code_challenge=13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3",
    ),
    (
        "youtube",
        "o/oauth2/v2/auth?client_id=huntaze-sandbox&response_type=code\
        &scope=https://www.googleapis.com/auth/youtube.readonly",
    ),
    (
        "x",
        "i/oauth2/authorize?client_id=huntaze-sandbox&response_type=code&state=s-1\
        &scope=users.read&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    ),
    (
        "reddit",
        "api/v1/authorize?client_id=huntaze-sandbox&response_type=code&state=s-1&scope=identity",
    ),
];

async fn status(client: &Client, platform: &str, page: &str, redirect_uri: &str) -> u16 {
    let redirect_uri = encoded(&[("redirect_uri", redirect_uri)]);
    client.get(&format!("/{platform}/{page}&{redirect_uri}"), &[]).await.status.as_u16()
}

// X1, S1: what a parser would make equal, or what nearly is, is another text.
#[tokio::test]
async fn only_the_registered_text_is_led_back_to() {
    let client = Client::new();
    for (platform, page) in PAGES {
        let own = callback(platform);
        assert_eq!(status(&client, platform, page, &own).await, 200, "{platform}");
        let path = format!("/api/integrations/callback/{platform}");
        for wrong in [
            own.replace("/callback/", "/./callback/"),
            own.replace("/callback/", "/x/../callback/"),
            own.replace("http://", "HTTP://"),
            own.replace("127.0.0.1", "127.1"),
            own.replace("127.0.0.1", "localhost"),
            own.replace("127.0.0.1", "user:pw@127.0.0.1"),
            own.replace(":3000", ":3001"),
            own.replace("/api", "/a\tpi"),
            format!("{own}/"),
            format!("{own}?next=/"),
            format!("{own}#"),
            format!(" {own}"),
            format!("https://APP.example{path}"),
            format!("https://app.example:443{path}"),
            format!("https://evil.example{path}"),
            path,
        ] {
            assert_eq!(status(&client, platform, page, &wrong).await, 400, "{platform}: {wrong:?}");
        }
    }
}

// X1: as at a platform's developer pages, addresses are registered one by one.
#[tokio::test]
async fn an_address_is_registered_by_hand_at_one_platform() {
    let client = Client::new();
    let (address, order) = ("https://pottery.example/back?from=x", "x/redirect-uris");
    let (_, page) = PAGES[3];
    assert_eq!(status(&client, "x", page, address).await, 400);
    client.control(order, json!({ "redirectUri": address })).await;
    assert_eq!(status(&client, "x", page, address).await, 200);
    let (_, reddits) = PAGES[4];
    assert_eq!(status(&client, "reddit", reddits, address).await, 400, "at X only");
    let form = [("account", "84610273"), ("decision", "allow")];
    let path = format!("/x/{page}&{}", encoded(&[("redirect_uri", address)]));
    let back = client.post(&path, &[], &form).await;
    assert!(back.header("location").starts_with(&format!("{address}&state=s-1&code=")));

    let client = client.restarted();
    let state = client.get("/control/state", &[]).await.json();
    let known = state["redirectUris"]["x"].as_array().expect("a list").clone();
    assert!(known.contains(&json!(address)) && known.contains(&json!(callback("x"))));
    client.control("reset", json!({})).await;
    assert_eq!(status(&client, "x", page, address).await, 400, "forgotten");
    assert_eq!(status(&client, "x", page, &callback("x")).await, 200, "the app stays");
}

// X1
#[tokio::test]
async fn what_is_no_address_is_not_registered() {
    let client = Client::new();
    for wrong in ["", "/callback", "app:/callback", "https://a.example/#x", "https://a.example/ö"]
    {
        let form = [("redirectUri", wrong)];
        let answer = client.post("/control/x/redirect-uris", &[], &form).await;
        assert_eq!(answer.status, 400, "{wrong:?}");
    }
}
