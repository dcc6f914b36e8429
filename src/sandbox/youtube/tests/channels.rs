//! The list of channels.

use serde_json::json;

use super::{INES, NO_CHANNEL, allow, channels, connect, exchange, reason, text};
use crate::sandbox::tests::Client;

// C7
#[tokio::test]
async fn ines_connects_and_her_channel_counts_in_texts() {
    let client = Client::new();
    let allowed = allow(&client, INES, &[]).await;
    let told = |name| allowed.returned(name).unwrap_or_default();
    assert_eq!(
        (told("state"), told("iss"), told("authuser")),
        ("s-1".into(), "http://localhost:3900/youtube".into(), "0".into())
    );
    assert!(told("code").starts_with("4/0A"));

    let pair = exchange(&client, &allowed).await.json();
    assert_eq!((&pair["expires_in"], &pair["token_type"]), (&json!(3_599), &json!("Bearer")));
    assert!(text(&pair["refresh_token"]).starts_with("1//0g"));
    let answer = channels(
        &client,
        &pair["access_token"],
        "part=id,snippet,statistics,contentDetails,status&mine=true",
    )
    .await;
    let list = answer.json();
    let channel = &list["items"][0];
    assert_eq!(
        (&channel["id"], &channel["snippet"]["customUrl"]),
        (&json!(INES), &json!("@inespaints"))
    );
    assert_eq!(channel["statistics"]["subscriberCount"], "324000", "three digits, as a text");
    assert_eq!(
        channel["contentDetails"]["relatedPlaylists"]["uploads"],
        "UUx4Qe7mVtR2nYp0LwHs3ABg"
    );
}

// C7
#[tokio::test]
async fn a_google_account_without_a_channel_shows_itself_in_two_ways() {
    let client = Client::new();
    let pair = connect(&client, NO_CHANNEL, &[]).await;
    let empty = channels(&client, &pair["access_token"], "part=id&mine=true").await.json();
    assert_eq!((empty.get("items"), &empty["pageInfo"]["totalResults"]), (None, &json!(0)));
    client.control("youtube/switches", json!({ "signupRequired": true })).await;
    let refused = channels(&client, &pair["access_token"], "part=id&mine=true").await;
    assert_eq!((refused.status.as_u16(), reason(&refused)), (401, json!("youtubeSignupRequired")));
}

// C7
#[tokio::test]
async fn the_channel_list_takes_exactly_one_filter_and_known_parts() {
    let client = Client::new();
    let access = connect(&client, INES, &[]).await["access_token"].take();
    for (query, expected) in [
        ("part=id", "invalidCriteria"),
        ("part=id&mine=true&id=UC1", "invalidCriteria"),
        ("mine=true", "missingRequiredParameter"),
        ("part=everything&mine=true", "unknownPart"),
    ] {
        assert_eq!(reason(&channels(&client, &access, query).await), expected, "{query}");
    }
    client
        .control(
            "faults",
            json!({ "platform": "youtube", "kind": 403, "reason": "quotaExceeded", "times": 1 }),
        )
        .await;
    let quota = channels(&client, &access, "part=id&mine=true").await.json();
    assert_eq!(
        (&quota["error"]["status"], &quota["error"]["errors"][0]["domain"]),
        (&json!("RESOURCE_EXHAUSTED"), &json!("youtube.quota"))
    );
}

// X1, C7: a page has 50 results at most, and partial answers hold what was asked for.
#[tokio::test]
async fn results_and_fields_are_what_was_asked_for() {
    let client = Client::new();
    let access = connect(&client, INES, &[]).await["access_token"].take();
    let ask = async |query: &str| {
        channels(&client, &access, &format!("part=id,snippet&mine=true&{query}")).await
    };
    for wrong in ["maxResults=51", "maxResults=-1", "maxResults=many", "fields=nothing"] {
        assert_eq!(reason(&ask(wrong).await), "invalidParameter", "{wrong}");
    }
    for wrong in ["items(", "items)", "items/", ",", "items(id", "items(id))", "/"] {
        assert_eq!(reason(&ask(&format!("fields={wrong}")).await), "invalidParameter", "{wrong}");
    }
    assert_eq!(ask("maxResults=50").await.json()["pageInfo"]["resultsPerPage"], 50);
    assert_eq!(ask("maxResults=0").await.json().get("items"), None);
    let picked = ask("fields=items(id,snippet/title),pageInfo/totalResults").await.json();
    assert_eq!(
        picked,
        json!({
            "items": [{ "id": INES, "snippet": { "title": "Inês Paints" } }],
            "pageInfo": { "totalResults": 1 },
        })
    );
    assert_eq!(ask("fields=items/*").await.json()["items"][0]["id"], INES);
    assert_eq!(ask("fields=*").await.json()["kind"], "youtube#channelListResponse");
    assert_eq!(
        reason(&ask(&format!("fields={}", "items(".repeat(5_000))).await),
        "invalidParameter"
    );
}
