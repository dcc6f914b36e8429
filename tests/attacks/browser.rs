//! What stands in Ada's browser: cookies that Mallory tossed there, flashes that he forged, frames
//! around our pages, scripts in names.

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::stories::cast::{INES_ON_X, word};
use crate::support::{Toast, both};

// S2: Mallory's own session, planted before Ada logs in, does not become hers.
both!(a_session_fixed_before_the_log_in, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let planted = mallory.browser.cookie("session").expect("a session");
    for value in [planted.as_str(), &"a".repeat(64), ""] {
        let victim = app.stranger("Ada");
        victim.browser.set_cookie("session", value);
        victim.log_in().await;
        let now = victim.browser.cookie("session").expect("a session");
        assert_ne!(now, value);
        let me = victim.browser.rest(Method::GET, "/api/auth/me", None).await.expect(200).data();
        assert_eq!(me["user"]["email"], ada.email.as_str());
    }
    let me = mallory.browser.rest(Method::GET, "/api/auth/me", None).await.expect(200).data();
    assert_eq!(me["user"]["email"], mallory.email.as_str(), "his session is still his");
});

// S1, S2: and a connection that Ada began is not finished with Mallory's cookie tossed over hers on
// the way.
both!(a_session_tossed_over_on_the_way_back, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    for (provider, account) in with_consent(&app) {
        let back = consented(&app, &ada.begin(&provider, None).await, account).await;
        for cookies in ["session={his}", "session={his}; session={hers}"] {
            let (his, hers) = (mallory.browser.cookie("session"), ada.browser.cookie("session"));
            let line = cookies
                .replace("{his}", &his.expect("a session"))
                .replace("{hers}", &hers.expect("a session"));
            let request =
                app.stranger("Ada").browser.request(Method::GET, &back).header("cookie", line);
            let answer = app.stranger("Ada").browser.send(request).await.expect(303);
            assert_eq!(answer.location(), "/integrations");
        }
        assert_nothing_exchanged(&app, &provider).await;
    }
    assert!(mallory.integrations().await.is_empty() && ada.integrations().await.is_empty());
});

// S2: on https the cookie's name alone keeps other hosts from setting it, and one of another name
// is none.
both!(
    a_cookie_of_another_name_on_https,
    config = |config| config.server.public_url =
        Some("https://huntaze.example".parse().expect("an address")),
    |app| async {
        let send =
            async |method: Method, path: &str, cookie: &str, body: Option<serde_json::Value>| {
                let visitor = crate::support::Browser::new(&format!(
                    "http://{}",
                    app.backend().config.server.addr
                ));
                let request = visitor
                    .request(method, path)
                    .header("host", "huntaze.example")
                    .header("cookie", cookie);
                visitor
                    .send(match body {
                        Some(body) => request.json(&body),
                        None => request,
                    })
                    .await
            };
        let form = json!({ "name": "Ada", "email": "ada@stories.example",
            "password": crate::support::PASSWORD });
        let entered = send(Method::POST, "/api/auth/register", "a=b", Some(form)).await.expect(201);
        let cookie = entered
            .cookies()
            .iter()
            .find(|line| line.starts_with("__Host-session="))
            .expect("a session")
            .to_string();
        for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let secret = cookie.split(['=', ';']).nth(1).expect("a value");
        send(Method::GET, "/api/auth/me", &format!("__Host-session={secret}"), None)
            .await
            .expect(200);
        for tossed in
            ["session", "__host-session", "__Secure-session", " __Host-session_", "__Host-session2"]
        {
            send(Method::GET, "/api/auth/me", &format!("{tossed}={secret}"), None)
                .await
                .expect(401);
        }
        assert!(entered.header("strict-transport-security").contains("max-age"));
    }
);

// S1: words that Mallory puts into a flash cookie are not shown.
both!(a_flash_that_was_forged, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let plain = json!({ "toast": { "kind": "error", "title": "Call +49 \
        1234", "text": "", "reference": null }, "errors": [], "values": [] })
    .to_string();
    let encode = |text: &str| {
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text)
    };
    mallory.browser.submit("/settings", "/fn/profile", &[("name", ""), ("time_zone", "UTC")]).await;
    let mut bent = mallory.browser.cookie("flash").expect("a flash of his own");
    bent.replace_range(40..44, "AAAA");
    for value in
        [plain.clone(), encode(&plain), bent, "A".repeat(3_000), String::new(), "%00".into()]
    {
        ada.browser.set_cookie("flash", &value);
        let page = ada.browser.open("/integrations").await.expect(200);
        assert!(Toast::on(&page.body).is_none() && !page.body.contains("+49"), "{value}");
    }
});

// S1, S2: a flash of his own that Mallory tosses over: it was sealed for his browser, so hers does
// not show it, logged in or not.
both!(a_flash_tossed_over, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let his = async |person: &Person| {
        let typed = [("name", ""), ("time_zone", "Call/+491234")];
        let answer = person.browser.submit("/settings", "/fn/profile", &typed).await;
        person.browser.cookie("flash").unwrap_or_else(|| panic!("no flash in {answer:?}"))
    };
    let shown = async |person: &Person, flash: &str, path: &str| {
        person.browser.set_cookie("flash", flash);
        person.browser.open(path).await.expect(200).body.contains("Call/+491234")
    };
    let flash = his(&mallory).await;
    assert!(
        !shown(&ada, &flash, "/settings").await
            && !shown(&mallory.elsewhere().await, &flash, "/settings").await
    );
    assert!(!shown(&app.stranger("Ada"), &flash, "/login").await);
    let visitor = app.stranger("Mallory");
    visitor
        .browser
        .submit("/login", "/fn/login", &[("email", "Call/+491234"), ("password", "x")])
        .await;
    let flash = visitor.browser.cookie("flash").expect("a flash");
    for path in ["/integrations", "/settings", "/"] {
        assert!(!shown(&ada, &flash, path).await, "{path}");
    }
    assert!(
        shown(&app.stranger("Ada"), &flash, "/login").await,
        "who is nobody yet reads what was said to nobody"
    );
    let flash = his(&mallory).await;
    assert!(shown(&mallory, &flash, "/settings").await, "his own is shown to him");
});

// S8: no page may be framed, whoever looks at it, and none is without a policy for scripts.
both!(a_frame_around_any_page, |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    let pages = leptos_axum::generate_route_list(huntaze::app::App);
    assert!(pages.len() > 8);
    for page in pages {
        let path = page
            .path()
            .replace("{account}", word(&x, "id"))
            .replace("{flow}", word(&x, "id"))
            .replace("{platform}", "x");
        for person in [&ada, &app.stranger("Nobody")] {
            let answer = person.browser.open(&path).await;
            let policy = answer.header("content-security-policy");
            for part in ["frame-ancestors 'none'", "default-src"] {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(
                !policy.contains("unsafe-inline")
                    && !policy.contains("unsafe-eval' ")
                    && !policy.contains('*'),
                "{path}: {policy}"
            );
            assert!(answer.status < 500, "{path}");
        }
    }
    for path in [
        "/api/auth/me",
        "/media/avatars/1",
        "/platforms/connect/x",
        "/fn/login",
        "/health",
        "/nowhere",
        "/pkg/nothing.js",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = ada.browser.rest(method.clone(), path, None).await;
            assert!(
                answer.header("content-security-policy").contains("frame-ancestors 'none'")
                    || path == "/health",
                "{method} {path}"
            );
        }
    }
});

// S8: HTML in whatever a person may write stays text.
both!(a_script_in_a_name_or_a_label, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let label = format!("/api/integrations/x/{INES_ON_X}/label");
    for evil in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</script><svg onload=alert(1)>",
        "'-alert(1)-'",
        "{{7*7}}",
    ] {
        ada.put(&label, json!({ "label": evil })).await.expect(200);
        ada.put("/api/auth/me", json!({ "name": evil })).await.expect(200);
        let x = ada.integration("x", INES_ON_X).await;
        let typed = ada
            .browser
            .submit(
                "/settings",
                "/fn/profile",
                &[("name", &format!("{evil}{}", "x".repeat(100))), ("time_zone", evil)],
            )
            .await;
        let pages = [
            ada.browser.follow(&typed).await.body,
            ada.page("/").await,
            ada.page("/integrations").await,
            ada.page(&format!("/integrations/{}/disconnect", word(&x, "id"))).await,
            ada.page(&format!("/?account={}", word(&x, "id"))).await,
        ];
        for page in pages {
            for raw in ["<script>alert", "<img src=x", "<svg onload"] {
                assert!(!page.contains(raw), "{raw} of {evil}");
            }
        }
    }
});
