//! Pages, Instagram accounts, and what Graph refuses.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{
    INES, KOFI, MARTA, NO_PAGE, NO_TASK, PAGES, PERSONAL, TRAINS, code, connect, debug, decide,
    delete, error, exchange, extend, graph, pages,
};
use crate::sandbox::tests::{Client, encoded};

// C5
#[tokio::test]
async fn ines_connects_and_finds_both_pages() {
    let client = Client::new();
    let short = exchange(&client, &code(&client, INES).await).await.json();
    assert_eq!((&short["token_type"], &short["expires_in"]), (&json!("bearer"), &json!(5_400)));
    let long = extend(&client, short["access_token"].as_str().expect("a token")).await;
    assert_eq!(long.json()["expires_in"], 5_183_944);

    let access = long.text("access_token");
    let list = pages(&client, &access).await;
    let found: Vec<_> = list["data"].as_array().expect("a list").iter().collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["instagram_business_account"]["username"], "ines.paints");
    assert_eq!(list["paging"].get("next"), None);
    let id = found[1]["instagram_business_account"]["id"].as_str().expect("an id");
    let fields = [("fields", "id,username,followers_count,profile_picture_url,website")];
    let account = graph(&client, &access, id, &fields).await;
    assert_eq!(account.text("username"), "atelier.carvalho");
    assert!(account.header("x-app-usage").contains("call_count"));
    assert!(account.header("x-business-use-case-usage").contains(id));
    let picture = account.text("profile_picture_url");
    let picture = picture.trim_start_matches("http://localhost:3900");
    assert_eq!(client.get(picture, &[]).await.status, 200);
}

// C5
#[tokio::test]
async fn a_page_tells_what_it_cannot_do_by_what_is_missing() {
    let client = Client::new();
    let first = async |account| {
        let list = pages(&client, &connect(&client, account).await).await;
        list["data"].get(0).cloned().unwrap_or_default()
    };
    assert_eq!(first(NO_PAGE).await, Value::Null);
    for account in [PERSONAL, TRAINS] {
        let page = first(account).await;
        assert!(page.get("id").is_some() && page.get("instagram_business_account").is_none());
    }
    let page = first(NO_TASK).await;
    assert!(page.get("instagram_business_account").is_some());
    assert_eq!(page["tasks"], json!(["ADVERTISE", "ANALYZE"]));
    assert_eq!(first(KOFI).await["tasks"][5], "MANAGE");
}

// C5: a portfolio's Pages are in no list of hers, and nowhere without `business_management`.
#[tokio::test]
async fn pages_of_a_portfolio_are_found_by_id_and_by_the_portfolio() {
    let client = Client::new();
    let access = connect(&client, MARTA).await;
    assert_eq!(pages(&client, &access).await["data"], json!([]));
    let portfolios = graph(&client, &access, "me/businesses", &[]).await.json();
    assert_eq!(portfolios["data"][0]["name"], "Nordlys Media");
    let portfolio = portfolios["data"][0]["id"].as_str().expect("an id");
    for (list, name) in [("owned_pages", "Nordlys Kitchen"), ("client_pages", "Fjord & Fika")] {
        let path = format!("{portfolio}/{list}");
        let list = graph(&client, &access, &path, &[("fields", PAGES)]).await.json();
        assert_eq!(list["data"][0]["name"], name);
        let id = list["data"][0]["id"].as_str().expect("an id");
        assert_eq!(graph(&client, &access, id, &[]).await.text("name"), name);
    }
    let told = debug(&client, &access).await;
    let of = |scope| {
        let all = told["granular_scopes"].as_array().expect("a list").iter();
        all.clone().find(|told| told["scope"] == scope).map(|told| told["target_ids"].clone())
    };
    assert_eq!(of("pages_show_list"), Some(json!(["510338827164402"])), "what she ticked");
    assert_eq!(of("business_management"), Some(json!([portfolio])));

    let declined = delete(&client, &access, "me/permissions/business_management").await;
    assert_eq!(declined.status, 200);
    assert_eq!(error(&graph(&client, &access, "me/businesses", &[]).await), (200, None));
    assert_eq!(error(&graph(&client, &access, "510338827164402", &[]).await), (100, Some(33)));
}

// C5: classic Facebook Login, where each permission is granted by itself.
#[tokio::test]
async fn a_classic_login_grants_what_is_left_ticked() {
    let client = Client::new();
    client.control("instagram/switches", json!({ "partialGrants": true })).await;
    let form = [("account", KOFI), ("decision", "allow"), ("scopes", "instagram_basic")];
    let code = decide(&client, &form).await.returned("code").expect("a code");
    let access = exchange(&client, &code).await.text("access_token");
    let permissions = graph(&client, &access, "me/permissions", &[]).await.json();
    let granted = permissions["data"].as_array().expect("a list").iter();
    let granted: Vec<_> = granted.filter(|line| line["status"] == "granted").collect();
    assert_eq!(granted.len(), 2, "with the public profile: {granted:?}");
}

// C5: `paging.next` is an address to follow as it is.
#[tokio::test]
async fn pages_come_in_parts() {
    let client = Client::new();
    let access = connect(&client, INES).await;
    let fields = [("fields", "id"), ("limit", "1")];
    let first = graph(&client, &access, "me/accounts", &fields).await.json();
    let next = first["paging"]["next"].as_str().expect("more");
    let rest = next.strip_prefix("http://localhost:3900").expect("an address here");
    assert!(rest.starts_with("/instagram/v26.0/me/accounts?"));
    let second = client.get(rest, &[]).await.json();
    assert_eq!(second["data"], json!([{ "id": "117730458219936" }]));
    assert_eq!(second["paging"].get("next"), None);
}

// C9
#[tokio::test]
async fn graph_refuses_what_is_not_there_or_not_theirs() {
    let client = Client::new();
    let access = connect(&client, KOFI).await;
    let someone_elses = graph(&client, &access, "17841405822304914", &[]).await;
    assert_eq!(error(&someone_elses), (100, Some(33)));
    let wrong = graph(
        &client,
        &access,
        "me/accounts",
        &[("fields", "id,instagram_business_account{shoe_size}")],
    )
    .await;
    assert!(wrong.body.contains("nonexisting field (shoe_size)"), "{}", wrong.body);
    let open = graph(&client, &access, "me/accounts", &[("fields", "id}")]).await;
    assert_eq!(error(&open), (2500, None));
    assert_eq!(error(&graph(&client, "nonsense", "me", &[]).await), (190, None));
    assert_eq!(error(&client.get("/instagram/v26.0/me", &[]).await), (2500, None));
}

// C9, X2
#[tokio::test]
async fn every_way_a_token_dies_can_be_ordered() {
    let client = Client::new();
    for (kind, reason, expected) in [
        (400, "190/460", (190, Some(460))),
        (400, "459", (190, Some(459))),
        (400, "492", (190, Some(492))),
        (403, "10", (10, None)),
        (400, "4/2207051", (4, Some(2_207_051))),
        (503, "2", (2, None)),
    ] {
        let order = json!({ "platform": "instagram", "kind": kind, "reason": reason, "times": 1 });
        client.control("faults", order).await;
        let answer = client.get("/instagram/v26.0/me", &[]).await;
        assert_eq!((answer.status.as_u16(), error(&answer)), (kind, expected));
    }
}

// C12: 200 calls an hour for each person.
#[tokio::test]
async fn usage_is_told_in_percent_and_ends_at_a_hundred() {
    let client = Client::new();
    let access = connect(&client, KOFI).await;
    for _ in 0..199 {
        graph(&client, &access, "me", &[]).await;
    }
    let last = graph(&client, &access, "me", &[]).await;
    assert!(last.status == 200 && last.header("x-app-usage").contains("\"call_count\":100"));
    assert_eq!(error(&graph(&client, &access, "me", &[]).await), (4, None));
    client.advance(3_600).await;
    assert_eq!(graph(&client, &access, "me", &[]).await.status, 200);
}

// X1: lists in lists would end the thread's stack, and with it the process.
#[tokio::test]
async fn fields_within_fields_have_an_end() {
    let client = Client::new();
    let bearer = format!("Bearer {}", connect(&client, KOFI).await);
    let body = encoded(&[("fields", &"id{".repeat(200_000))]);
    let request = Request::get("/instagram/v26.0/me")
        .header("authorization", bearer)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = client.send(request.body(Body::from(body)).expect("a request")).await;
    assert_eq!(error(&answer), (2500, None));
}
