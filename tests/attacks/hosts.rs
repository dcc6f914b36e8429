//! Requests that say they were meant for another host, came by another way, or are two in one; and
//! what caches could keep of them.

use reqwest::Method;

use super::raw::Raw;
use super::*;
use crate::stories::cast::INES_ON_X;
use crate::support::both;

/// Headers by which something in between could be believed to have been asked for another address.
const MISLEADING: [(&str, &str); 12] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-host", "evil.example"),
    ("x-original-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "443"),
    ("x-forwarded-prefix", "//evil.example"),
    ("forwarded", "for=evil.example;host=evil.example;proto=https"),
    ("x-original-url", "/settings"),
    ("x-rewrite-url", "/settings"),
    ("x-forwarded-for", "<script>alert(1)</script>"),
    ("true-client-ip", "127.0.0.1"),
];

// S1: our own address comes from the configuration, never from a header: not in redirect URIs,
// links or redirects.
both!(a_host_in_another_header, |app| async {
    let ada = app.person("Ada").await;
    let send = async |method: Method, path: &str| {
        let request =
            MISLEADING.iter().fold(ada.browser.request(method, path), |request, (name, value)| {
                request.header(*name, *value)
            });
        ada.browser
            .send(request.header("sec-fetch-site", "same-origin").header("accept", "text/html"))
            .await
    };
    for path in [
        "/",
        "/integrations",
        "/login",
        "/platforms/connect/x",
        "/api/integrations/status",
        "/api/auth/me",
        "/nowhere",
    ] {
        let answer = send(Method::GET, path).await;
        let all = format!("{:?}{}", answer.headers, answer.body);
        assert!(!all.contains("evil.example") && !all.contains("alert(1)"), "{path}: {all}");
    }
    for (provider, _) in with_consent(&app) {
        let begun = send(Method::POST, &format!("/api/integrations/connect/{provider}"))
            .await
            .expect(200)
            .data();
        let address = begun["authUrl"].as_str().expect("an address");
        assert_eq!(
            parameter(address, "redirect_uri"),
            Some(format!("{}/api/integrations/callback/{provider}", app.base()))
        );
    }
    assert!(
        !send(Method::GET, "/login").await.body.contains("Time zone"),
        "the settings are at their own address only"
    );
});

// S1, DNS rebinding: a host that is not ours gets nothing, in whatever form the request names it.
both!(another_host_in_the_request, |app| async {
    let ada = app.person("Ada").await;
    let (own, cookie) = (Raw::host(&app), ada.browser.cookie("session").expect("a session"));
    let port = app.backend().config.server.addr.port();
    let rest = format!(
        "cookie: session={cookie}\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\r\n"
    );
    let heads = [
        "GET /api/auth/me HTTP/1.1\r\nhost: evil.example\r\n".to_owned(),
        format!("GET /api/auth/me HTTP/1.1\r\nhost: evil.example:{port}\r\n"),
        format!("GET /api/auth/me HTTP/1.1\r\nhost: {own}.evil.example\r\n"),
        format!("GET /api/auth/me HTTP/1.1\r\nhost: evil.example@{own}\r\n"),
        format!("GET /api/auth/me HTTP/1.1\r\nhost: {own}#@evil.example\r\n"),
        "GET /api/auth/me HTTP/1.1\r\nhost: 127.0.0.1:1\r\n".to_owned(),
        format!(
            "GET http://evil.example/api/auth/me HTTP/1.1\r\nhost: \
             evil.example\r\nx-forwarded-host: {own}\r\n"
        ),
        format!("GET /api/auth/me HTTP/1.1\r\nhost: evil.example\r\nhost: {own}\r\n"),
        "GET /api/auth/me HTTP/1.1\r\nhost: \r\n".to_owned(),
        "GET /api/auth/me HTTP/1.1\r\n".to_owned(),
        "GET /api/auth/me HTTP/1.0\r\n".to_owned(),
        format!("CONNECT {own} HTTP/1.1\r\nhost: evil.example\r\n"),
    ];
    for head in heads {
        let answer = Raw::to(&app).await.ask(&format!("{head}{rest}")).await;
        // Another loopback name of a page is sent to the right one.
        assert!((300..500).contains(&Raw::status(&answer)), "{head}: {answer}");
        assert!(!answer.to_lowercase().contains("location: http://evil"), "{head}: {answer}");
        assert!(!answer.contains(&ada.email), "{head}: {answer}");
    }
    let good = Raw::to(&app)
        .await
        .ask(&format!("GET /api/auth/me HTTP/1.1\r\nhost: {own}\r\n{rest}"))
        .await;
    assert!(Raw::status(&good) == 200 && good.contains(&ada.email), "{good}");
});

// S6: two requests in one, told apart differently by whoever stands before us: refused, or read as
// one.
both!(a_request_hidden_in_a_request, |app| async {
    let ada = app.person("Ada").await;
    let watch = Watch::over(&app, &[&ada]).await;
    let (own, cookie) = (Raw::host(&app), ada.browser.cookie("session").expect("a session"));
    let head = format!(
        "POST /fn/login HTTP/1.1\r\nhost: {own}\r\nsec-fetch-site: same-origin\r\ncookie: \
         session={cookie}\r\n"
    );
    let hidden = format!(
        "POST /fn/logout HTTP/1.1\r\nhost: {own}\r\nsec-fetch-site: same-origin\r\ncookie: \
         session={cookie}\r\ncontent-length: 0\r\n\r\n"
    );
    for framing in [
        format!("content-length: 0\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()),
        format!("content-length: +{}\r\n\r\n{hidden}", hidden.len()),
        format!("content-length: 0x10\r\n\r\n{hidden}"),
        format!(
            "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{hidden}"),
        format!("transfer-encoding: chunked\r\n\r\n-1\r\n{hidden}"),
        format!("content-length : 0\r\n\r\n{hidden}"),
    ] {
        let answer = Raw::to(&app).await.ask(&format!("{head}{framing}")).await;
        assert!(
            (400..500).contains(&Raw::status(&answer)) || answer.is_empty(),
            "{framing}: {answer}"
        );
        assert_eq!(
            answer.matches("HTTP/1.").count(),
            usize::from(!answer.is_empty()),
            "{framing}: {answer}"
        );
    }
    watch.assert_unchanged("a hidden request").await;
    assert_eq!(
        ada.browser.rest(Method::GET, "/api/auth/me", None).await.status,
        200,
        "nobody was logged out"
    );
});

// S8: nothing of a person may be kept by whoever stands between, also not under an address that
// looks like a file's.
both!(what_a_cache_could_keep, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let dressed_up = [
        "/integrations/x.css",
        "/settings/x.js",
        "/settings;x.css",
        "/settings%2fx.css",
        "/api/auth/me/x.css",
        "/api/auth/me;.js",
        "/api/integrations/status.json",
        "/settings%00.css",
        "/settings%23.css",
        "/settings?x.css",
        "/integrations/.",
        "/favicon.svg/../settings",
    ];
    for path in
        ["/", "/integrations", "/settings", "/api/auth/me", "/api/integrations/status", "/login"]
            .into_iter()
            .chain(dressed_up)
    {
        for dest in ["document", "style", "image", "empty"] {
            let request = ada
                .browser
                .request(Method::GET, path)
                .header("sec-fetch-dest", dest)
                .header("sec-fetch-site", "same-origin");
            let answer = ada.browser.send(request).await;
            let caching = answer.header("cache-control");
            assert!(answer.status < 500, "{path}: {}", answer.body);
            assert!(
                caching.contains("no-store") || caching.contains("private, no-cache"),
                "{path} as {dest}: {} {caching}",
                answer.status
            );
            assert!(!caching.contains("public"), "{path} as {dest}: {caching}");
        }
    }
});
