//! Bodies that are too long, too deep, of another kind, or say a thing twice; at every route that
//! takes one.

use reqwest::Method;
use serde_json::json;

use super::raw::Raw;
use super::routes::{self, Route};
use super::*;
use crate::stories::cast::INES_ON_X;
use crate::support::both;

/// Every route that may read a body. Logging out needs none and would end the story.
fn takers() -> Vec<Route> {
    routes::all()
        .into_iter()
        .filter(|route| route.changes() && !route.path.ends_with("/logout"))
        .collect()
}

fn filled(route: &Route) -> String {
    route.filled(|name| match name {
        "provider" | "platform" => "x".into(),
        "accountId" => "1".into(),
        _ => "018f0000-0000-7000-8000-000000000000".into(),
    })
}

/// Sends each route this body: nothing breaks, and nothing changes.
async fn send_everywhere(app: &TestApp, what: &str, kind: &str, body: &[u8]) {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let watch = Watch::over(app, &[&ada]).await;
    for route in takers() {
        let request = ada
            .browser
            .request(route.method.clone(), &filled(&route))
            .header("sec-fetch-site", "same-origin");
        let answer =
            ada.browser.send(request.header("content-type", kind).body(body.to_vec())).await;
        let said = format!("{what} to {} {}", route.method, route.path);
        watch.assert_silent(&said, &answer);
    }
    watch.assert_unchanged(what).await;
}

// S6: more than anything a form or a call says.
both!(a_body_that_is_too_long, |app| async {
    let ada = app.person("Ada").await;
    let watch = Watch::over(&app, &[&ada]).await;
    for route in takers() {
        for (kind, body) in [
            ("application/json", " ".repeat(65_537)),
            ("application/x-www-form-urlencoded", format!("label={}", "a".repeat(100_000))),
        ] {
            let request = ada
                .browser
                .request(route.method.clone(), &filled(&route))
                .header("sec-fetch-site", "same-origin");
            let answer = ada.browser.send(request.header("content-type", kind).body(body)).await;
            assert_eq!(answer.status, 413, "{} {}: {}", route.method, route.path, answer.body);
        }
    }
    watch.assert_unchanged("a long body").await;
});

// S6: the same without saying beforehand how long it is.
both!(a_body_that_goes_on_and_on_in_pieces, |app| async {
    let ada = app.person("Ada").await;
    let watch = Watch::over(&app, &[&ada]).await;
    let cookie = ada.browser.cookie("session").expect("a session");
    let piece = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
    for route in takers() {
        for kind in ["application/json", "application/x-www-form-urlencoded"] {
            let (method, path, host) = (&route.method, filled(&route), Raw::host(&app));
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncookie: \
                 session={cookie}\r\nsec-fetch-site: same-origin\r\ncontent-type: \
                 {kind}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
            );
            let answer =
                Raw::to(&app).await.ask(&format!("{head}{}0\r\n\r\n", piece.repeat(12))).await;
            let status = Raw::status(&answer);
            assert!(status < 500, "{method} {path} {kind}: {answer}");
        }
    }
    watch.assert_unchanged("a body in pieces").await;
});

// S6: as deep as fits.
both!(json_that_is_nested_too_deep, |app| async {
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    send_everywhere(&app, "deep JSON", "application/json", deep.as_bytes()).await;
});

// S6: JSON that is none: cut, not UTF-8, with a mark before it, compressed.
both!(json_that_is_none, |app| async {
    let ada = app.person("Ada").await;
    let watch = Watch::over(&app, &[&ada]).await;
    let bodies: [&[u8]; 8] = [
        b"{",
        b"{\"label\":\"\xff\xfe\"}",
        b"\xef\xbb\xbf{\"label\":\"x\"}",
        b"\x1f\x8b\x08\x00",
        b"{\"label\":\"\\ud800\"}",
        b"{\"label\":1e999}",
        b"NaN",
        b"{\"label\":\"x\"}{\"label\":\"y\"}",
    ];
    for route in takers() {
        for body in bodies {
            let request = ada
                .browser
                .request(route.method.clone(), &filled(&route))
                .header("sec-fetch-site", "same-origin")
                .header("content-encoding", "gzip");
            let answer = ada
                .browser
                .send(request.header("content-type", "application/json").body(body))
                .await;
            watch.assert_silent(&format!("{} {} {body:?}", route.method, route.path), &answer);
        }
    }
    watch.assert_unchanged("JSON that is none").await;
});

// S6: what looks like one thing and says that it is another.
both!(a_body_of_another_kind, |app| async {
    for kind in [
        "text/plain",
        "text/html",
        "application/xml",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/octet-stream",
        "application/json-patch+json",
        "application/x-www-form-urlencoded; charset=utf-16",
    ] {
        let ada = app.stranger("Ada");
        for route in takers().iter().filter(|route| route.path.starts_with("/api/auth")) {
            let body = json!({ "email": "eve@stories.example", "name": "Eve", "password": "plays \
                chess at noon" })
            .to_string();
            let request = ada
                .browser
                .request(route.method.clone(), &filled(route))
                .header("content-type", kind)
                .body(body);
            let answer = ada.browser.send(request).await;
            assert!(
                (400..500).contains(&answer.status),
                "{kind} to {}: {} {}",
                route.path,
                answer.status,
                answer.body
            );
        }
    }
    assert!(!app.rows("users").await.iter().any(|row| row.contains("eve@")));
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "image/png"] {
        let other = TestApp::start(app.engine(), |_| ()).await.expect("the same engine");
        send_everywhere(
            &other,
            kind,
            kind,
            b"--x\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\nmine now\r\n--x--\r\n",
        )
        .await;
        other.stop().await;
    }
});

// S6: a field of another type, twice, or one that nobody knows.
both!(fields_of_another_type_or_twice, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let watch = Watch::over(&app, &[&ada]).await;
    let label = format!("/api/integrations/x/{INES_ON_X}/label");
    let bodies = [
        r#"{"label":{"$gt":""}}"#,
        r#"{"label":["a"]}"#,
        r#"{"label":1}"#,
        r#"{"label":true}"#,
        r#"{"label":"a","label":"b"}"#,
        r#"{"label":"a","__proto__":{"role":"owner"}}"#,
        r#"{"label":"a","workspaceId":"x"}"#,
        r#"{"LABEL":"a"}"#,
        r#"["a"]"#,
        r#""a""#,
        "null",
        "1",
        "",
    ];
    for body in bodies {
        let request = ada
            .browser
            .request(Method::PUT, &label)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .body(body);
        let answer = ada.browser.send(request).await;
        assert!([400, 422].contains(&answer.status), "{body}: {} {}", answer.status, answer.body);
    }
    for body in [
        r#"{"role":"owner"}"#,
        r#"{"tier":"studio"}"#,
        r#"{"email":"x@y.example"}"#,
        r#"{"operator":true}"#,
        r#"{"id":"1","name":"x"}"#,
        r#"{"name":"x","name":"y"}"#,
    ] {
        let request = ada
            .browser
            .request(Method::PUT, "/api/auth/me")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .body(body);
        assert_eq!(ada.browser.send(request).await.status, 422, "{body}");
    }
    let twice = ada
        .browser
        .request(Method::POST, "/fn/profile")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer =
        ada.browser.send(twice.body("name=Ada&name=Mallory&time_zone=UTC&time_zone=UTC")).await;
    watch.assert_refused("a form field twice", &answer);
    watch.assert_unchanged("fields").await;
});

// S6: a head that is too long, or an address that is.
both!(a_head_that_is_too_long, |app| async {
    let own = Raw::host(&app);
    let heads = [
        format!("GET /{} HTTP/1.1\r\nhost: {own}\r\n", "a".repeat(70_000)),
        format!("GET /login?next={} HTTP/1.1\r\nhost: {own}\r\n", "a".repeat(600_000)),
        format!("GET /login HTTP/1.1\r\nhost: {own}\r\nx-long: {}\r\n", "a".repeat(600_000)),
        format!("GET /login HTTP/1.1\r\nhost: {own}\r\n{}", "x-many: 1\r\n".repeat(2_000)),
        format!("GET /login HTTP/1.1\r\nhost: {own}\r\nx-\u{0}: 1\r\n"),
        format!("GET /login HTTP/9.9\r\nhost: {own}\r\n"),
        format!("G\u{1}T /login HTTP/1.1\r\nhost: {own}\r\n"),
    ];
    for head in heads {
        let answer = Raw::to(&app).await.ask(&format!("{head}connection: close\r\n\r\n")).await;
        let status = Raw::status(&answer);
        assert!(status == 0 || (300..500).contains(&status), "{head:.80}: {answer:.300}");
    }
    let cookie = format!("session={}; {}", "a".repeat(4_000), "b=c; ".repeat(500));
    let request = app
        .stranger("Nobody")
        .browser
        .request(Method::GET, "/api/auth/me")
        .header("cookie", cookie);
    app.stranger("Nobody").browser.send(request).await.expect(401);
});
