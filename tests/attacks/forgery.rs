//! Cross-site request forgery: whatever another site makes Ada's browser send, to every route that
//! changes something.

use reqwest::{Method, RequestBuilder};

use super::routes::{self, Route};
use super::*;
use crate::stories::cast::INES_ON_X;
use crate::support::both;

/// What another site's script or form can make a browser add, and what it would love to change.
const BODY: &str = r#"{"id":"x","flow":"x","label":"mine now","name":"Mallory","email":"mallory@evil.example","password":"mallory was here"}"#;
const FORM: &str = "id=x&flow=x&label=mine+now&name=Mallory&email=mallory%40evil.example&password=mallory+was+here&time_zone=UTC";

fn filled(route: &Route) -> String {
    route.filled(|name| match name {
        "provider" | "platform" => "x".into(),
        "accountId" => INES_ON_X.into(),
        _ => "018f0000-0000-7000-8000-000000000000".into(),
    })
}

/// Ada is logged in; each changing route is asked in this way by another site, and refuses before
/// anything else.
async fn forge(app: &TestApp, what: &str, way: impl Fn(RequestBuilder) -> RequestBuilder) {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let watch = Watch::over(app, &[&ada]).await;
    for route in routes::all().iter().filter(|route| route.changes()) {
        let answer =
            ada.browser.send(way(ada.browser.request(route.method.clone(), &filled(route)))).await;
        assert_eq!(answer.status, 403, "{what}: {} {}: {}", route.method, route.path, answer.body);
        assert!(answer.cookies().is_empty(), "{what}: {} {}", route.method, route.path);
        watch.assert_refused(what, &answer);
    }
    watch.assert_unchanged(what).await;
    assert_eq!(
        ada.browser.rest(Method::GET, "/api/auth/me", None).await.status,
        200,
        "{what}: still logged in"
    );
}

// S3
both!(a_form_on_another_site, |app| async {
    forge(&app, "a form", |request| {
        let request = request
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        request
            .header("origin", "https://evil.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(FORM)
    })
    .await;
});

// S3: as plain text a body needs nobody's leave to be sent.
both!(a_script_on_another_site, |app| async {
    forge(&app, "a script", |request| {
        let request =
            request.header("sec-fetch-site", "cross-site").header("sec-fetch-mode", "no-cors");
        request
            .header("origin", "https://evil.example")
            .header("content-type", "text/plain")
            .body(BODY)
    })
    .await;
});

// S3: an older browser, which only names the origin.
both!(json_from_another_origin, |app| async {
    forge(&app, "JSON", |request| {
        request
            .header("origin", "https://evil.example")
            .header("content-type", "application/json")
            .body(BODY)
    })
    .await;
});

// S3: a page on a sibling host is another site to us, whatever the browser calls it.
both!(a_page_on_a_sibling_host, |app| async {
    forge(&app, "a sibling", |request| {
        request
            .header("sec-fetch-site", "same-site")
            .header("origin", "http://127.0.0.1:1")
            .body(FORM)
    })
    .await;
});

// S3: a sandboxed frame or a local file has no origin at all.
both!(a_frame_without_an_origin, |app| async {
    forge(&app, "a frame", |request| {
        request.header("origin", "null").header("content-type", "application/json").body(BODY)
    })
    .await;
});

// S3: a header that excuses programs is not excused when a browser can be made to send it.
both!(a_browser_that_pretends_to_be_a_program, |app| async {
    forge(&app, "Basic", |request| {
        request.basic_auth("a", Some("b")).header("sec-fetch-site", "cross-site").body(FORM)
    })
    .await;
});

// S3: a method in a header or a field is no method.
both!(another_method_in_disguise, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let watch = Watch::over(&app, &[&ada]).await;
    for route in routes::all().iter().filter(|route| route.changes()) {
        for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
            let path = format!("{}?_method={}", filled(route), route.method);
            let request =
                ada.browser.request(Method::GET, &path).header(header, route.method.as_str());
            let answer = ada
                .browser
                .send(
                    request
                        .header("sec-fetch-site", "cross-site")
                        .header("sec-fetch-mode", "navigate"),
                )
                .await;
            watch.assert_silent(&path, &answer);
        }
    }
    watch.assert_unchanged("another method in disguise").await;
});

// S3: following a link changes nothing: a browser sends the cookie along with it.
both!(a_link_to_what_changes_something, |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    let id = x["id"].as_str().expect("an id");
    let watch = Watch::over(&app, &[&ada]).await;
    for route in routes::all().iter().filter(|route| route.changes()) {
        let path = format!("{}?id={id}&label=mine+now&name=Mallory&time_zone=UTC", filled(route));
        let answer = ada.browser.come_back(&path).await;
        watch.assert_silent(&path, &answer);
        assert!(!answer.cookies().iter().any(|cookie| cookie.starts_with("session=")), "{path}");
    }
    watch.assert_unchanged("a link").await;
});

// S3: no other origin may read an answer, or ask whether it may.
both!(another_origin_that_asks_for_leave, |app| async {
    let ada = app.person("Ada").await;
    for route in routes::all() {
        let asked = ada
            .browser
            .request(Method::OPTIONS, &filled(&route))
            .header("origin", "https://evil.example");
        let asked = asked
            .header("access-control-request-method", route.method.as_str())
            .header("access-control-request-headers", "authorization,content-type");
        let read = ada
            .browser
            .request(Method::GET, &filled(&route))
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site");
        for request in [asked, read] {
            let answer = request.send().await.expect("an answer");
            assert!(
                !answer.status().is_server_error(),
                "{} {}: {}",
                route.method,
                route.path,
                answer.status()
            );
            let leave =
                answer.headers().keys().find(|name| name.as_str().starts_with("access-control-"));
            assert!(leave.is_none(), "{} {}: {leave:?}", route.method, route.path);
        }
    }
});

// S3: Mallory logs Ada in as himself, so that she connects her accounts to his.
both!(a_log_in_forced_on_ada, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let before = ada.browser.cookie("session");
    for (path, body, kind) in [
        (
            "/fn/login",
            format!(
                "email={}&password={}",
                mallory.email,
                crate::support::PASSWORD.replace(' ', "+")
            ),
            "application/x-www-form-urlencoded",
        ),
        (
            "/api/auth/login",
            serde_json::json!({ "email": mallory.email, "password": crate::support::PASSWORD })
                .to_string(),
            "application/json",
        ),
        (
            "/api/auth/login",
            serde_json::json!({ "email": mallory.email, "password": crate::support::PASSWORD })
                .to_string(),
            "text/plain",
        ),
    ] {
        let request = ada
            .browser
            .request(Method::POST, path)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", kind);
        ada.browser.send(request.body(body)).await.expect(403);
    }
    assert_eq!(ada.browser.cookie("session"), before, "she is who she was");
});
