//! What goes over the wire: compressed where that helps.

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use reqwest::header::ACCEPT_ENCODING;
use reqwest::{Client, Method, Response};
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::cast::*;
use crate::support::{Person, TestApp, both};

/// A client that unpacks nothing by itself.
fn plain_client() -> Client {
    Client::builder().no_gzip().no_brotli().build().expect("an HTTP client")
}

/// Asks as a browser does that takes these encodings.
async fn ask(person: &Person, method: Method, path: &str, encodings: Option<&str>) -> Response {
    let asked = person.browser.request(method, path).header("accept", "text/html");
    let mut request = asked.build().expect("a request");
    if let Some(encodings) = encodings {
        let value = encodings.parse().expect("a header value");
        request.headers_mut().insert(ACCEPT_ENCODING, value);
    }
    plain_client().execute(request).await.expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn unpack(encoding: &str, bytes: &[u8]) -> String {
    let mut text = String::new();
    let read = match encoding {
        "br" => BrotliDecoder::new(bytes).read_to_string(&mut text).await,
        "zstd" => ZstdDecoder::new(bytes).read_to_string(&mut text).await,
        "gzip" => GzipDecoder::new(bytes).read_to_string(&mut text).await,
        other => panic!("{other} was not asked for"),
    };
    read.expect("it unpacks");
    text
}

/// A workspace whose status is longer than a packet.
async fn ada_with_accounts(app: &TestApp) -> Person {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    ada
}

// S6, C20: a page and an answer of the API are as short as the browser can read them.
both!(pages_and_json_are_compressed, |app| async {
    let ada = ada_with_accounts(&app).await;
    for (path, sign) in [
        ("/integrations", "</html>"),
        ("/nowhere", "</html>"),
        ("/api/integrations/status", INES_ON_X),
    ] {
        let plain = ask(&ada, Method::GET, path, None).await;
        assert_eq!(header(&plain, "content-encoding"), "", "{path}");
        assert!(header(&plain, "vary").contains("accept-encoding"), "{path}: {plain:?}");
        let plain = plain.text().await.expect("a body");
        for encoding in ["br", "zstd", "gzip"] {
            let packed = ask(&ada, Method::GET, path, Some(encoding)).await;
            assert_eq!(header(&packed, "content-encoding"), encoding, "{path}");
            assert_eq!(header(&packed, "vary"), "accept-encoding", "{path}");
            let bytes = packed.bytes().await.expect("a body");
            assert!(
                bytes.len() * 3 < plain.len() * 2,
                "{path}: {} of {}",
                bytes.len(),
                plain.len()
            );
            assert!(unpack(encoding, &bytes).await.contains(sign), "{path}");
        }
    }
});

// The same, for whoever says what they like and what not (RFC 9110, 12.5.3).
both!(the_encoding_is_the_one_liked_best, |app| async {
    let ada = app.person("Ada").await;
    for (accepted, encoding) in [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0.5, zstd;q=0.1", "gzip"),
        ("br;q=0, gzip;q=0.2", "gzip"),
        ("BR", "br"),
        ("zstd;q=0", ""),
        ("gzip;q=0, identity", ""),
        ("identity", ""),
        ("deflate", ""),
        ("snappy", ""),
        ("", ""),
        ("gzip;q=much", ""),
    ] {
        let page = ask(&ada, Method::GET, "/integrations", Some(accepted)).await;
        assert_eq!(page.status(), 200, "{accepted}");
        assert_eq!(header(&page, "content-encoding"), encoding, "{accepted}");
    }
});

// What compression would not shorten, or would delay, is sent as it is.
both!(what_is_short_or_a_stream_is_not_compressed, |app| async {
    let ada = app.person("Ada").await;
    let all = Some("gzip, br, zstd");
    for path in ["/api/notices/preferences", "/api/nothing", "/health", "/favicon.svg"] {
        let answer = ask(&ada, Method::GET, path, all).await;
        assert_eq!(header(&answer, "content-encoding"), "", "{path}");
    }
    let head = ask(&ada, Method::HEAD, "/integrations", Some("br")).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-encoding")), (200, "br"));
    assert!(head.bytes().await.expect("no body").is_empty());

    // A change is heard while the stream goes on: nothing waits for a buffer to fill.
    let mut stream = ask(&ada, Method::GET, "/api/events", all).await;
    assert_eq!(header(&stream, "content-encoding"), "");
    let mut heard = async || stream.chunk().await.expect("a stream").expect("an event");
    assert_eq!(heard().await, "data: ready\n\n");
    ada.put("/api/auth/me", json!({ "name": "Ada L." })).await.expect(200);
    ada.connect("x", INES_ON_X).await;
    assert_eq!(heard().await, "data: changed\n\n");
});
