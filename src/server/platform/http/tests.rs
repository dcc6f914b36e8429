use std::time::Duration as StdDuration;

use chrono::Duration;
use futures::stream;
use http::StatusCode;
use serde_json::{Value, json};
use wiremock::matchers::{body_bytes, body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::server::platform::error::Class;

/// `{"access_token":"compressed"}`
const GZIP: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 76, 78, 78, 45, 46, 142, 47, 201, 207, 78, 205,
    83, 178, 82, 74, 206, 207, 45, 40, 2, 10, 164, 166, 40, 213, 2, 0, 108, 118, 15, 164, 29, 0, 0,
    0,
];
const BROTLI: &[u8] = &[
    11, 14, 128, 123, 34, 97, 99, 99, 101, 115, 115, 95, 116, 111, 107, 101, 110, 34, 58, 34, 99,
    111, 109, 112, 114, 101, 115, 115, 101, 100, 34, 125, 3,
];

/// A platform that is nothing but its hosts.
struct Stub {
    server: MockServer,
    client: Client,
}

impl Stub {
    async fn new() -> Self {
        let server = MockServer::start().await;
        let base = Url::parse(&server.uri()).expect("an address");
        Self { client: client(Some(base)), server }
    }

    fn url(&self, path: &str) -> Url {
        self.client.url("https://api.example.com", path)
    }

    fn api(&self) -> Api {
        Api::new(self.client.clone(), "s3cret".to_owned().into(), Vec::new())
    }

    async fn answers(&self, status: u16, body: &[u8]) {
        let answer = ResponseTemplate::new(status).set_body_bytes(body);
        Mock::given(path("/data")).respond_with(answer).mount(&self.server).await;
    }

    async fn requests(&self) -> usize {
        self.server.received_requests().await.expect("they are recorded").len()
    }
}

fn client(base_url: Option<Url>) -> Client {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let settings = Settings { base_url, ..Settings::default() };
    let now = DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
    let retries = Retries { first: StdDuration::from_millis(1), ..Retries::default() };
    Client::new(pool().expect("a client"), Arc::new(settings), Clock::fixed(now), retries)
        .of("example", &["https://api.example.com"])
}

// H5: JSON out, JSON in.
#[tokio::test]
async fn a_json_body_is_sent_as_json() {
    let stub = Stub::new().await;
    Mock::given(method("POST"))
        .and(header("content-type", "application/json"))
        .and(header("authorization", "Bearer s3cret"))
        .and(body_json(json!({ "text": "hello" })))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "id": "7" })))
        .mount(&stub.server)
        .await;
    let api = stub.api();
    let call = api.post(stub.url("/posts")).json(&json!({ "text": "hello" }));
    let answer = call.label("/posts").send().await.expect("an answer");
    assert_eq!((answer.status, answer.endpoint.as_str()), (StatusCode::CREATED, "POST /posts"));
    assert_eq!(answer.json::<Value>(), Some(json!({ "id": "7" })));
}

// The same: a stream is sent as it comes, and never a second time.
#[tokio::test]
async fn a_streamed_body_is_sent_once() {
    let stub = Stub::new().await;
    Mock::given(body_bytes("onetwo"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&stub.server)
        .await;
    let parts = ["one", "two"].map(Ok::<_, std::io::Error>);
    let body = reqwest::Body::wrap_stream(stream::iter(parts));
    let mut call = stub.client.call(Method::PUT, stub.url("/upload")).body(body);
    call.plan.idempotent = true;
    let answer = call.send().await.expect("an answer");
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(stub.requests().await, 1);
}

// The same: a time-out for each call.
#[tokio::test]
async fn a_call_has_a_time_out_of_its_own() {
    let stub = Stub::new().await;
    let slow = ResponseTemplate::new(200).set_delay(StdDuration::from_secs(30));
    Mock::given(method("GET")).respond_with(slow).mount(&stub.server).await;
    let call = stub.client.call(Method::GET, stub.url("/slow")).once();
    let error = call.timeout(StdDuration::from_millis(20)).send().await.expect_err("too slow");
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    assert!(!error.had_no_effect(), "it may have had an effect");
}

// The same: whether a byte had left. Nobody listens at port 1 of this machine.
#[tokio::test]
async fn a_call_without_a_connection_had_no_effect() {
    let nobody = client(Url::parse("http://127.0.0.1:1").ok());
    let url = nobody.url("https://api.example.com", "/posts");
    let error = nobody.call(Method::POST, url).send().await.expect_err("nobody listens");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.had_no_effect() && error.class() == Class::Transient);
    assert!(!error.to_string().contains("127.0.0.1:1/"), "{error}");
}

// The same: a bearer goes to the platform's own hosts only, wherever an answer points to.
#[tokio::test]
async fn a_bearer_goes_to_the_platforms_own_hosts_only() {
    let stub = Stub::new().await;
    stub.answers(200, b"{}").await;
    let real = Api::new(client(None), "s3cret".to_owned().into(), Vec::new());
    let foreign = Url::parse(&stub.server.uri()).expect("an address");
    let error = real.get(foreign).send().await.expect_err("refused");
    assert!(matches!(error, Error::NotSent { .. }) && error.had_no_effect(), "{error}");
    assert_eq!(stub.requests().await, 0, "no byte of it was sent");
    for (url, is_own) in [
        ("https://api.example.com/data", true),
        ("https://api.example.com:443/data", true),
        ("http://api.example.com/data", false),
        ("https://api.example.com:8443/data", false),
        ("https://api.example.com.evil.example/data", false),
        ("https://api.example.com@evil.example/data", false),
    ] {
        let url = Url::parse(url).expect("an address");
        assert_eq!(client(None).is_own(&url), is_own, "{url}");
    }
    let own = stub.api().get(stub.url("/data")).send().await;
    assert!(own.expect("the base URL stands in its place").is_success());
}

// R1: compressed bodies, a BOM and U+0000 are read.
#[tokio::test]
async fn bodies_are_read_however_they_are_encoded() {
    let stub = Stub::new().await;
    for (encoding, body) in [("gzip", GZIP), ("br", BROTLI)] {
        stub.server.reset().await;
        let answer = ResponseTemplate::new(200).insert_header("content-encoding", encoding);
        Mock::given(path("/data"))
            .respond_with(answer.set_body_bytes(body))
            .mount(&stub.server)
            .await;
        let answer = stub.client.call(Method::GET, stub.url("/data")).send().await;
        let body = answer.expect("an answer").json::<Value>();
        assert_eq!(body, Some(json!({ "access_token": "compressed" })), "{encoding}");
        let asked = stub.server.received_requests().await.expect("they are recorded");
        let asked = asked[0].headers["accept-encoding"].to_str().expect("text").to_owned();
        assert!(asked.contains("gzip") && asked.contains("br"), "{asked}");
    }
    let marked = PlatformResponse::recorded(200, &[], "/", "\u{feff}{\"name\":\"A\\u0000da\"}");
    assert_eq!(marked.json::<Value>(), Some(json!({ "name": "Ada" })));
}

fn answer_with_wait(wait: &'static str) -> PlatformResponse {
    PlatformResponse::recorded(429, &[("retry-after", wait)], "/", "")
}

// R2, row by row.
#[test]
fn a_wait_is_believed_only_as_far_as_it_makes_sense() {
    let now = client(None).now();
    for (wait, seconds) in [
        ("4", 4),
        ("0.5", 1),
        ("90000", 86_400),
        ("Mon, 21 Sep 2026 14:15:00 GMT", 100),
        ("Sun, 21 Sep 2031 14:14:20 GMT", 86_400),
        // Not told, so a minute:
        ("1779746533", 60),
        ("10000000000000", 60),
        ("-1", 60),
        ("1e300", 60),
        ("NaN", 60),
        ("soon", 60),
        ("Sun, 21 Sep 2025 14:14:20 GMT", 60),
    ] {
        let Some(Error::RateLimited { until, .. }) = answer_with_wait(wait).common_error(now, None)
        else {
            panic!("{wait}: a limit");
        };
        assert_eq!((until - now).num_seconds(), seconds, "{wait}");
        let hour = answer_with_wait(wait).common_error_within(now, None, Duration::hours(1));
        let Some(Error::RateLimited { until, .. }) = hour else { panic!("{wait}: a limit") };
        assert!(until - now <= Duration::hours(1), "{wait}");
    }
    for (reset, seconds) in [(90_i64, 90), (-90, 60), (9_000_000, 86_400)] {
        let reset = DateTime::from_timestamp(now.timestamp() + reset, 0);
        let Some(Error::RateLimited { until, .. }) = answer_with_wait("").common_error(now, reset)
        else {
            panic!("a limit")
        };
        assert_eq!((until - now).num_seconds(), seconds);
    }
}

// R3: a recorded page asks for 4 s at every try. Somebody waits for it
// once, and not 12 s.
#[test]
fn somebody_waits_five_seconds_in_all() {
    let client = client(None);
    let pauses = |client: &Client| {
        let call = client.call(Method::GET, client.url("https://api.example.com", "/data"));
        (0..3)
            .filter_map(|tried| call.plan.pause(&Ok(answer_with_wait("4")), tried))
            .collect::<Vec<_>>()
    };
    assert_eq!(pauses(&client), [StdDuration::from_secs(4)]);
    assert!(pauses(&client).is_empty(), "another call of the same request");
    assert_eq!(pauses(&client.renewed()), [StdDuration::from_secs(4)], "another request");
}
