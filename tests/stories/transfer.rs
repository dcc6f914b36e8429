//! What goes over the wire: compressed where that helps, and nothing where nothing has changed.

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use reqwest::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use reqwest::{Client, Method, Response};
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::cast::*;
use crate::support::{Answer, Person, TestApp, both};

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

/// Asks again for what was answered with this tag.
async fn ask_again(person: &Person, path: &str, tag: &str) -> Answer {
    let request = person.browser.request(Method::GET, path).header(IF_NONE_MATCH, tag);
    person.browser.send(request).await
}

// U3: whoever has the data already is told so without them, until they change; the envelope's time
// and id do not count as a change.
both!(data_that_have_not_changed_are_not_sent_again, |app| async {
    let ada = ada_with_accounts(&app).await;
    for path in ["/api/integrations/status", "/api/notices", "/api/audit", "/api/openapi.json"] {
        let first = ada.browser.rest(Method::GET, path, None).await.expect(200);
        let tag = first.header("etag");
        assert!(tag.starts_with("W/\""), "{path}: {tag:?}");
        assert_eq!(first.header("cache-control"), "private, no-cache", "{path}");
        app.later(chrono::Duration::milliseconds(5)).await;
        for tags in [tag.to_owned(), format!("\"older\", {tag}"), "*".to_owned()] {
            let again = ask_again(&ada, path, &tags).await.expect(304);
            assert!(again.body.is_empty(), "{path}: {}", again.body);
            assert_eq!(again.header("etag"), tag, "{path}");
            for name in ["cache-control", "vary", "x-content-type-options", "referrer-policy"] {
                assert_eq!(again.header(name), first.header(name), "{path}: {name}");
            }
            for name in ["content-type", "content-length", "content-encoding"] {
                assert_eq!(again.header(name), "", "{path}: {name}");
            }
            assert_ne!(again.header("x-correlation-id"), first.header("x-correlation-id"));
        }
        assert_eq!(ask_again(&ada, path, "W/\"older\"").await.expect(200).header("etag"), tag);
    }
    let status = "/api/integrations/status";
    let before = ada.browser.rest(Method::GET, status, None).await.expect(200);
    let label = format!("/api/integrations/x/{INES_ON_X}/label");
    ada.put(&label, json!({ "label": "Main" })).await.expect(200);
    let after = ask_again(&ada, status, before.header("etag")).await.expect(200);
    assert_ne!(after.header("etag"), before.header("etag"));
    assert!(after.body.contains("Main"));
});

// The same tag is right for every encoding, and a 304 has none.
both!(a_tag_holds_for_every_encoding, |app| async {
    let ada = ada_with_accounts(&app).await;
    let path = "/api/integrations/status";
    let tag = ada.browser.rest(Method::GET, path, None).await.header("etag").to_owned();
    for encoding in ["br", "zstd", "gzip", "identity"] {
        let packed = ask(&ada, Method::GET, path, Some(encoding)).await;
        assert_eq!(header(&packed, "etag"), tag, "{encoding}");
        assert_eq!(header(&packed, "vary"), "accept-encoding", "{encoding}");
        let head = ask(&ada, Method::HEAD, path, Some(encoding)).await;
        assert_eq!(header(&head, "etag"), tag, "HEAD, {encoding}");
    }
});

// S2, S4: nobody is told that what they may not see has not changed, and nothing that holds a token
// or tells of sessions is kept.
both!(a_tag_opens_no_door, |app| async {
    let ada = ada_with_accounts(&app).await;
    let tag = ada.browser.rest(Method::GET, "/api/integrations/status", None).await;
    let tag = tag.header("etag");
    ask_again(&app.stranger("Nobody"), "/api/integrations/status", tag).await.expect(401);
    ask_again(&app.person("Grace").await, "/api/integrations/status", tag).await.expect(200);
    for path in ["/api/auth/me", "/api/auth/sessions"] {
        let answer = ask_again(&ada, path, "*").await.expect(200);
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"));
    }
    let form = json!({ "email": ada.email, "password": crate::support::PASSWORD });
    for (path, body) in [("/api/auth/login", Some(&form)), ("/api/auth/logout", None)] {
        let answer = ada.browser.rest(Method::POST, path, body).await.expect(200);
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"));
    }
    let refused = ada.browser.rest(Method::GET, "/api/integrations/status", None).await.expect(401);
    assert_eq!((refused.header("etag"), refused.header("cache-control")), ("", "no-store"));
});

// S8: a page is sent whole every time: a 304 would bring the policy's new nonce to the old page's
// scripts.
both!(a_page_has_no_tag, |app| async {
    let ada = app.person("Ada").await;
    for path in ["/", "/integrations", "/settings", "/nowhere"] {
        let page = ada.browser.open(path).await;
        assert_eq!(page.header("etag"), "", "{path}");
        assert_eq!(page.header("last-modified"), "", "{path}");
        assert_eq!(page.header("cache-control"), "private, no-cache", "{path}");
        let again = ask_again(&ada, path, "*").await;
        assert_eq!(again.status, page.status, "{path}");
        assert!(again.body.contains("</html>"), "{path}");
    }
});
