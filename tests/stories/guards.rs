//! What stands before every handler: the host, other sites, sizes, and answers to bad input.

use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::*;
use crate::support::both;

// S3: a browser's request that changes something has to come from ourselves.
both!(a_request_from_another_site_changes_nothing, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let before = row(&app, INES_ON_X).await;
    let own = app.base();
    let rows: [(&[(&str, &str)], u16); 11] = [
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
        (&[], 200),
        (&[("origin", &own)], 200),
        (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], 200),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", &own)], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "http://127.0.0.1:1")], 403),
    ];
    for (headers, status) in rows {
        let path = format!("/api/integrations/x/{INES_ON_X}/label");
        let request = ada.browser.request(Method::PUT, &path).json(&json!({ "label": null }));
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = ada.browser.send(request).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.body);
        if status == 403 {
            assert_eq!(answer.error()["type"], "forbidden");
        }
    }
    for path in ["/fn/disconnect", "/platforms/connect/x", "/api/auth/logout"] {
        let request = ada
            .browser
            .request(Method::POST, path)
            .header("sec-fetch-site", "cross-site")
            .form(&[("id", "x")]);
        assert_eq!(ada.browser.send(request).await.status, 403, "{path}");
    }
    let read = ada
        .browser
        .request(Method::GET, "/api/integrations/status")
        .header("sec-fetch-site", "cross-site");
    ada.browser.send(read).await.expect(200);
    let by_bearer =
        ada.browser.request(Method::POST, &format!("/api/integrations/refresh/x/{INES_ON_X}"));
    let by_bearer = by_bearer.bearer_auth(ada.token()).header("sec-fetch-site", "cross-site");
    ada.browser.send(by_bearer).await.expect(200);
    assert_ne!(row(&app, INES_ON_X).await, before, "only the last one renewed");
});

// S3: an Authorization header that is no bearer token excuses nothing.
both!(another_authorization_header_does_not_excuse, |app| async {
    let ada = app.person("Ada").await;
    for value in ["Basic YTpi", "bearer x", "Bearer"] {
        let request = ada
            .browser
            .request(Method::POST, "/fn/logout")
            .header("authorization", value)
            .header("sec-fetch-site", "cross-site");
        assert_eq!(ada.browser.send(request).await.status, 403, "{value}");
    }
    assert_eq!(
        ada.browser.rest(Method::GET, "/api/auth/me", None).await.status,
        200,
        "still logged in"
    );
});

// S1: one host is ours.
both!(another_host_is_not_served, |app| async {
    let ada = app.person("Ada").await;
    let port = app.backend().config.server.addr.port();
    let with_host = async |method: Method, path: &str, host: String| {
        let request = ada.browser.request(method, path).header("host", host);
        ada.browser.send(request).await
    };
    let moved = with_host(Method::GET, "/integrations?a=b", format!("localhost:{port}")).await;
    assert_eq!(
        (moved.status, moved.location()),
        (307, format!("{}/integrations?a=b", app.base()).as_str())
    );
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1:1.evil.example".into(),
    ] {
        assert_eq!(with_host(Method::GET, "/login", host.clone()).await.status, 421, "{host}");
    }
    assert_eq!(
        with_host(Method::POST, "/fn/logout", format!("localhost:{port}")).await.status,
        421
    );
    assert_eq!(
        with_host(Method::GET, "/health", "10.0.0.7".into()).await.status,
        200,
        "a probe may call it anything"
    );
});

// S6: bad input, each with a clear answer.
both!(bad_input_gets_a_clear_answer, |app| async {
    let ada = app.person("Ada").await;
    let login = "/api/auth/login";
    let send = async |path: &str, kind: &str, body: Vec<u8>| {
        let request =
            ada.browser.request(Method::POST, path).header("content-type", kind).body(body);
        ada.browser.send(request).await
    };
    let refused = |answer: &crate::support::Answer, status: u16, kind: &str| -> Value {
        let error = answer.error();
        assert_eq!((answer.status, word(&error, "type")), (status, kind), "{}", answer.body);
        assert!(!word(&answer.json(), "correlationId").is_empty(), "{}", answer.body);
        error
    };
    let json = "application/json";
    refused(&send(login, json, b"{\"email\": ".to_vec()).await, 400, "bad_request");
    refused(&send(login, json, Vec::new()).await, 400, "bad_request");
    refused(&send(login, "text/plain", b"{}".to_vec()).await, 415, "unsupported_media");
    refused(
        &send(login, "application/x-www-form-urlencoded", b"email=a".to_vec()).await,
        415,
        "unsupported_media",
    );
    let unknown = refused(
        &send(login, json, br#"{"email":"a@b.c","password":"hush-hush","remember":true}"#.to_vec())
            .await,
        422,
        "validation",
    );
    assert!(word(&unknown, "message").contains("remember"), "{unknown}");
    let missing =
        refused(&send(login, json, br#"{"email":"a@b.c"}"#.to_vec()).await, 422, "validation");
    assert!(word(&missing, "message").contains("password"), "{missing}");
    let wrong = refused(
        &send(login, json, br#"{"email":"a@b.c","password":["hush-hush"]}"#.to_vec()).await,
        422,
        "validation",
    );
    assert!(!wrong.to_string().contains("hush-hush"), "what was sent is not repeated: {wrong}");
    refused(&send(login, json, vec![b' '; 64 * 1024 + 1]).await, 413, "too_large");
    refused(
        &send("/api/integrations/connect/x", json, br#"{"accountID":"x"}"#.to_vec()).await,
        422,
        "validation",
    );
});

// S6, U3: every address of the API answers in the envelope, also those that are none.
both!(what_is_not_there_says_so, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        (Method::POST, "/api/integrations/connect/myspace", 404),
        (Method::DELETE, "/api/integrations/disconnect/myspace/1", 404),
        (Method::POST, "/api/integrations/refresh/x/1", 404),
        (Method::POST, "/api/integrations/test/x/1", 404),
        (Method::GET, "/api/integrations/health/myspace", 404),
        (Method::GET, "/api/integrations/choices/not-an-id", 404),
        (Method::GET, "/api/nothing", 404),
        (Method::GET, "/api/integrations/health/%ff", 400),
        (Method::GET, "/api/auth/login", 405),
        (Method::POST, "/api/integrations/status", 405),
    ];
    for (method, path, status) in rows {
        let answer = ada.call(method.clone(), path, None).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        answer.error();
        assert_eq!(
            word(&answer.json(), "correlationId"),
            answer.header("x-correlation-id"),
            "{path}"
        );
    }
    let nobody = app.stranger("Nobody");
    for path in ["/api/integrations/status", "/api/auth/me", "/api/integrations/health/x"] {
        let answer = nobody.browser.rest(Method::GET, path, None).await.expect(401);
        assert_eq!(answer.error()["type"], "unauthorized", "{path}");
    }
});

// S8
both!(every_answer_carries_the_headers, |app| async {
    let ada = app.person("Ada").await;
    for path in ["/integrations", "/login", "/nowhere", "/api/auth/me", "/api/nothing"] {
        let answer = ada.browser.open(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(
            answer.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(
            !answer.header("permissions-policy").is_empty()
                && !answer.header("referrer-policy").is_empty(),
            "{path}"
        );
        assert!(!answer.header("x-correlation-id").is_empty(), "{path}");
    }
    let page = ada.browser.open("/integrations").await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("'strict-dynamic'")
            && policy.contains("'wasm-unsafe-eval'")
            && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    let nonce =
        policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    let scripts: Vec<_> = page.body.split("<script").skip(1).collect();
    assert!(
        !scripts.is_empty() && scripts.iter().all(|script| script.contains(nonce)),
        "every script has it"
    );
    assert!(!page.body.contains(" style=\""), "no inline style");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let callback = ada.browser.come_back("/api/integrations/callback/x?state=a&code=b").await;
    assert_eq!(callback.header("referrer-policy"), "no-referrer");
});

// S8: whoever could read a nonce could run a script. Browsers hide it in `nonce`, and nowhere else,
// from a style sheet's selectors; so it stands nowhere else, on no page.
both!(a_nonce_stands_where_browsers_hide_it, |app| async {
    let ada = app.person("Ada").await;
    let nobody = app.stranger("Nobody");
    let mut looked_at = 0;
    for (person, path) in [
        (&ada, "/"),
        (&ada, "/integrations"),
        (&ada, "/settings"),
        (&ada, "/notices"),
        (&ada, "/nowhere"),
        (&ada, "/platforms/connect/x"),
        (&nobody, "/login"),
        (&nobody, "/register"),
        (&nobody, "/forgot"),
        (&nobody, "/platforms/connect"),
        (&nobody, "/nowhere"),
        (&nobody, "/integrations"),
    ] {
        let page = person.browser.open(path).await;
        let policy = page.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
        let nonce = nonce.unwrap_or_else(|| panic!("no nonce in {policy}"));
        let elsewhere = page.body.replace(&format!(" nonce=\"{nonce}\""), "");
        assert!(!elsewhere.contains(nonce), "{path}: {elsewhere}");
        let headers = page.headers.iter().filter(|(name, _)| *name != "content-security-policy");
        for (name, value) in headers {
            assert!(!value.to_str().unwrap_or_default().contains(nonce), "{path}: {name}");
        }
        looked_at += usize::from(elsewhere.len() < page.body.len());
    }
    assert_eq!(looked_at, 12, "every page has a script, and so a nonce");
    // The page that leads to a platform has no script.
    let onward = ada.browser.submit("/platforms/connect/x", "/platforms/connect/x", &[]).await;
    assert_eq!(onward.status, 200, "{}", onward.body);
    assert!(!onward.body.contains("nonce") && !onward.body.contains("<script"), "{}", onward.body);
});

// S8: the files of the islands are asked for as the islands will ask for them, so that they are
// loaded once.
both!(the_files_of_the_islands_are_loaded_ahead, |app| async {
    let page = app.stranger("Nobody").page("/login").await;
    for link in [
        "<link rel=\"modulepreload\" href=\"/pkg/huntaze.js\" crossorigin",
        "<link rel=\"preload\" href=\"/pkg/huntaze.wasm\" as=\"fetch\" type=\"application/wasm\" \
         crossorigin",
        "<link rel=\"stylesheet\" href=\"/pkg/huntaze.css\"",
    ] {
        assert!(page.contains(link), "{link} in {page}");
    }
});

// S6: a body without a length is cut off as well, at every door and in the words of that door.
both!(a_body_without_a_length_is_cut_off, |app| async {
    let ada = app.person("Ada").await;
    let endless = || {
        let piece = || Ok::<_, std::io::Error>(vec![b'a'; 16 * 1024]);
        reqwest::Body::wrap_stream(futures::stream::iter((0..8).map(move |_| piece())))
    };
    let send = async |path: &str, kind: &str, accept: &str| {
        let request = ada
            .browser
            .request(Method::POST, path)
            .header("content-type", kind)
            .header("accept", accept);
        ada.browser.send(request.header("sec-fetch-site", "same-origin").body(endless())).await
    };
    for (path, kind) in [
        ("/api/auth/login", "application/json"),
        ("/api/integrations/connect/x", "application/json"),
    ] {
        let answer = send(path, kind, "*/*").await.expect(413);
        assert_eq!(answer.error()["type"], "too_large", "{path}");
    }
    let form = "application/x-www-form-urlencoded";
    for path in ["/fn/login", "/fn/label", "/platforms/connect/x"] {
        let alive = send(path, form, "application/json").await.expect(413).json();
        assert_eq!(word(&alive, "kind"), "too_large", "{path}");
        let plain = send(path, form, "text/html").await;
        ada.toast(&plain).await.says(&["too large", "64 KiB"]);
    }
});

// S6: a body that trickles in is not waited for for ever.
both!(
    a_slow_body_is_not_waited_for,
    config = |config| config.server.request_seconds = 1,
    |app| async {
        let nobody = app.stranger("Nobody").browser;
        let never_ending = futures::stream::once(async { Ok::<_, std::io::Error>(b"{".to_vec()) })
            .chain(futures::stream::pending());
        let request = nobody
            .request(Method::POST, "/api/auth/login")
            .header("content-type", "application/json");
        let answer =
            nobody.send(request.body(reqwest::Body::wrap_stream(never_ending))).await.expect(400);
        assert!(word(&answer.error(), "userMessage").contains("took too long to arrive"));
    }
);

// S6: a connection over which nobody finishes asking is closed, and others are answered meanwhile.
both!(
    a_silent_connection_is_closed,
    config = |config| config.server.request_seconds = 1,
    |app| async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut silent = tokio::net::TcpStream::connect(app.backend().config.server.addr)
            .await
            .expect("a connection");
        silent.write_all(b"GET /login HTTP/1.1\r\nHost: ").await.expect("the beginning of a head");
        app.stranger("Nobody").browser.open("/login").await.expect(200);
        let mut answer = Vec::new();
        silent.read_to_end(&mut answer).await.expect("it is closed");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
);
