//! Trouble to order, and the page to order it from.

use axum::body::{Body, to_bytes};
use serde_json::json;
use tower::ServiceExt;

use super::{Client, request};
use crate::sandbox::registry::ALL;

fn me() -> &'static str {
    "/reddit/api/v1/me"
}

// X2
#[tokio::test]
async fn a_fault_speaks_the_platforms_language_and_hits_only_as_often_as_ordered() {
    let client = Client::new();
    client
        .control(
            "faults",
            json!({ "platform": "x", "endpoint": "GET /2/users", "kind": "402", "times": 1 }),
        )
        .await;
    client.control("faults", json!({ "platform": "reddit", "kind": 429, "times": 2 })).await;

    let broke = client.get("/x/2/users/me", &[]).await;
    assert_eq!((broke.status.as_u16(), broke.text("title")), (402, "CreditsDepleted".into()));
    assert_eq!(client.get("/x/2/users/me", &[]).await.status, 401, "once is once");

    let asked_to_wait = client.get(me(), &[]).await;
    assert_eq!((asked_to_wait.status.as_u16(), asked_to_wait.header("retry-after")), (429, "4"));
    assert_eq!(client.get("/control/state", &[]).await.json()["faults"][0]["times"], 1);

    let cleared = client.send(request("DELETE", "/control/faults", &[], Body::empty())).await;
    assert_eq!(cleared.json()["cleared"], 1);
    assert_eq!(client.get(me(), &[]).await.status, 403, "Reddit misses a User-Agent again");
}

// X2
#[tokio::test]
async fn garbage_is_a_page_and_a_cut_connection_brings_no_answer() {
    let client = Client::new();
    client.control("faults", json!({ "platform": "youtube", "kind": "garbage", "times": 1 })).await;
    client.control("faults", json!({ "platform": "youtube", "kind": "cut", "times": 1 })).await;

    let garbage = client.get("/youtube/tokeninfo", &[]).await;
    assert_eq!(
        (garbage.status.as_u16(), garbage.header("content-type")),
        (200, "text/html; charset=utf-8")
    );

    let cut = client
        .router
        .clone()
        .oneshot(request("GET", "/youtube/tokeninfo", &[], Body::empty()))
        .await;
    let body = cut.expect("a router never fails").into_body();
    assert!(to_bytes(body, usize::MAX).await.is_err(), "the body breaks before its first byte");
}

// X2
#[tokio::test]
async fn a_hanging_call_is_let_go_when_faults_are_cleared() {
    let client = Client::new();
    client.control("faults", json!({ "platform": "x", "kind": "hang" })).await;
    let hanging =
        client.router.clone().oneshot(request("GET", "/x/2/users/me", &[], Body::empty()));
    let clear = async {
        tokio::task::yield_now().await;
        client.control("faults/clear", json!({})).await;
    };
    let (hung, ()) = tokio::join!(hanging, clear);
    assert!(to_bytes(hung.expect("a router never fails").into_body(), usize::MAX).await.is_err());
}

// X2
#[tokio::test]
async fn calls_are_counted_by_platform_and_endpoint() {
    let client = Client::new();
    client.get("/x/2/users/me?user.fields=url", &[]).await;
    client.get("/x/2/users/me", &[]).await;
    client.post("/youtube/token", &[], &[]).await;
    let calls = client.get("/control/state", &[]).await.json()["calls"].take();
    assert_eq!(calls, json!({ "x": { "GET /2/users/me": 2 }, "youtube": { "POST /token": 1 } }));
}

// X2
#[tokio::test]
async fn the_control_api_says_what_is_wrong_with_an_order() {
    let client = Client::new();
    let wrong = [
        ("faults", json!({ "platform": "myspace", "kind": 503 }), "no platform \"myspace\""),
        ("faults", json!({ "platform": "x", "kind": 200 }), "from 400 to 599"),
        ("faults", json!({ "platform": "x" }), "`kind` is missing"),
        ("faults", json!({ "platform": "x", "kind": "503", "times": 0 }), "1 or more"),
        ("faults", json!({ "platform": "x", "kind": "503", "path": "/" }), "`path` is not known"),
        ("clock", json!({ "advanceSeconds": -1 }), "forward only"),
        ("clock", json!({ "advanceSeconds": "soon" }), "whole number"),
        ("x/revoke", json!({ "account": "nobody" }), "no test account \"nobody\""),
        ("x/lifetimes", json!({ "accessSeconds": 0 }), "between 1 second"),
        ("x/switches", json!({ "newMetricNames": "maybe" }), "true or false"),
        ("x/switches", json!({ "gravity": false }), "Known: replayEndsFamily, newMetricNames"),
    ];
    for (path, order, sentence) in wrong {
        let request =
            request("POST", &format!("/control/{path}"), &[], Body::from(order.to_string()));
        let answer = client.send(request).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text("error").contains(sentence), "{}", answer.body);
    }
}

// X2: the page works without scripts.
#[tokio::test]
async fn the_control_page_orders_by_forms() {
    let client = Client::new();
    let form =
        [("platform", "reddit"), ("kind", "503"), ("endpoint", ""), ("times", ""), ("reason", "")];
    let ordered = client.post("/control/faults", &[], &form).await;
    assert_eq!((ordered.status.as_u16(), ordered.header("location")), (303, "/#reddit"));
    assert_eq!(client.get(me(), &[]).await.status, 503);

    let page = client.get("/", &[]).await.body;
    for twin in ALL {
        assert!((twin.accounts)().len() >= 4, "{} has at least four accounts", twin.name);
        assert!((twin.accounts)().iter().all(|account| page.contains(account.id)), "{}", twin.name);
    }
}
