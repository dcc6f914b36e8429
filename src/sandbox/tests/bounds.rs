//! Nothing that a client sends ends the sandbox.

use axum::{body::Body, http::Request};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use tower::ServiceExt;

use super::{Client, basic, callback};

/// Every endpoint that reads what a client sends.
const ENDPOINTS: [(&str, &str); 31] = [
    ("GET", "/"),
    ("GET", "/avatars/x/84610273"),
    ("POST", "/control/faults"),
    ("POST", "/control/clock"),
    ("POST", "/control/x/lifetimes"),
    ("POST", "/control/x/redirect-uris"),
    ("GET", "/instagram/v26.0/dialog/oauth"),
    ("POST", "/instagram/dialog/oauth"),
    ("POST", "/instagram/v26.0/oauth/access_token"),
    ("GET", "/instagram/debug_token"),
    ("GET", "/instagram/v26.0/me"),
    ("GET", "/instagram/v26.0/me/accounts"),
    ("DELETE", "/instagram/v26.0/me/permissions"),
    ("POST", "/tiktok/v2/auth/authorize/"),
    ("POST", "/tiktok/v2/oauth/token/"),
    ("GET", "/tiktok/v2/user/info/"),
    ("POST", "/tiktok/v2/post/publish/creator_info/query/"),
    ("POST", "/youtube/o/oauth2/v2/auth"),
    ("POST", "/youtube/token"),
    ("POST", "/youtube/revoke"),
    ("GET", "/youtube/tokeninfo"),
    ("GET", "/youtube/youtube/v3/channels"),
    ("POST", "/x/i/oauth2/authorize"),
    ("POST", "/x/2/oauth2/token"),
    ("POST", "/x/2/oauth2/revoke"),
    ("GET", "/x/2/users/me"),
    ("POST", "/reddit/api/v1/authorize"),
    ("POST", "/reddit/api/v1/access_token"),
    ("GET", "/reddit/api/v1/me"),
    ("POST", "/onlyfans/login"),
    ("GET", "/onlyfans/api2/v2/users/me"),
];

/// Parameters and headers that somebody reads.
const NAMES: [&str; 32] = [
    "access_token",
    "account",
    "accessSeconds",
    "advanceSeconds",
    "after",
    "appsecret_proof",
    "client_id",
    "client_key",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "decision",
    "endpoint",
    "fields",
    "grant_type",
    "id",
    "input_token",
    "kind",
    "limit",
    "maxResults",
    "mine",
    "part",
    "platform",
    "redirect_uri",
    "redirectUri",
    "refresh_token",
    "response_type",
    "scope",
    "state",
    "times",
];

const HEADERS: [&str; 6] = ["authorization", "user-agent", "cookie", "time", "sign", "user-id"];

fn value() -> impl Strategy<Value = String> {
    let known = [
        "",
        "0",
        "-1",
        "50",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "1e300",
        "NaN",
        "\u{0}",
        "\u{feff}",
        "%",
        "%ff",
        "a\r\nb: c",
        "huntaze-sandbox",
        "huntaze-sandbox-secret",
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "fb_exchange_token",
        "code",
        "S256",
        "allow",
        "84610273",
        "x",
        "true",
        "instagram_basic,pages_show_list",
        "users.read tweet.read",
        "id,name",
        "id{id{id}}",
        "items(id,snippet(title))",
        "cGFnZSAxODQ0Njc0NDA3MzcwOTU1MTYxNQ",
        "latency",
        "cut",
        "503",
        "EAAx",
        "ya29.x",
        "4/0Ax",
        "xua.x",
        "33d57406391f74b1c2a6d7f8",
        "Basic",
        "Basic :::",
        "Basic Og==",
        "Bearer",
        "bearer xua.x",
        "web:a:b (by /u/",
        "a:b:c (by /u/x) d",
    ];
    prop_oneof![
        4 => prop::sample::select(known.map(str::to_owned).to_vec()),
        2 => Just(callback("x")),
        2 => "\\PC{0,40}",
        1 => prop::collection::vec(any::<u8>(), 0..40)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((prop::sample::select(NAMES.map(str::to_owned).to_vec()), value()), 0..8)
}

#[derive(Debug)]
struct Sent {
    endpoint: usize,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    form: Option<Vec<(String, String)>>,
    raw: Vec<u8>,
}

fn sent() -> impl Strategy<Value = Sent> {
    let header = prop::sample::select(HEADERS.map(str::to_owned).to_vec());
    let headers = prop::collection::vec((header, value()), 0..4);
    let raw = prop::collection::vec(any::<u8>(), 0..60);
    (0..ENDPOINTS.len(), pairs(), headers, prop::option::weighted(0.7, pairs()), raw).prop_map(
        |(endpoint, query, headers, form, raw)| Sent { endpoint, query, headers, form, raw },
    )
}

fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn request(sent: &Sent) -> Request<Body> {
    let (method, path) = ENDPOINTS[sent.endpoint];
    let mut request = Request::builder().method(method);
    request = request.uri(format!("{path}?{}", encoded(&sent.query)));
    for (name, value) in &sent.headers {
        if let Ok(value) = axum::http::HeaderValue::from_bytes(value.as_bytes()) {
            request = request.header(name, value);
        }
    }
    let body = match &sent.form {
        Some(form) => {
            request = request.header("content-type", "application/x-www-form-urlencoded");
            Body::from(encoded(form))
        }
        None => Body::from(sent.raw.clone()),
    };
    request.body(body).expect("a request")
}

// X1: a panic in a handler would end this test, as it would end a connection.
#[test]
fn no_request_panics() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let client = Client::new();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1_000));
    let outcome = runner.run(&sent(), |sent| {
        let answer = runtime.block_on(client.router.clone().oneshot(request(&sent)));
        let status = answer.expect("a router never fails").status();
        // Trouble that was ordered on the way comes from the sandbox by name.
        runtime.block_on(client.router.clone().oneshot(clear())).expect("a router never fails");
        prop_assert!(status.as_u16() != 500, "{status}");
        Ok(())
    });
    outcome.expect("no request panics");
}

fn clear() -> Request<Body> {
    Request::delete("/control/faults").body(Body::empty()).expect("a request")
}

// X1: whoever tries out paths fills no memory.
#[tokio::test]
async fn unknown_paths_are_counted_together() {
    let client = Client::new();
    for number in 0..600 {
        client.get(&format!("/x/path/{number}"), &[]).await;
    }
    client.post("/x/2/oauth2/token", &[("authorization", &basic())], &[]).await;
    let state = client.get("/control/state", &[]).await.json();
    let calls = state["calls"]["x"].as_object().expect("calls by endpoint").clone();
    assert!(calls.len() <= 501, "{}", calls.len());
    assert_eq!(calls["others"], json!(101));
}
