//! Addresses: ids that walk out of their folder, lines that end early, and places to go to that are
//! not ours.

use reqwest::Method;
use serde_json::json;

use super::raw::Raw;
use super::routes;
use super::*;
use crate::stories::cast::{EVERYWHERE, INES_ON_X};
use crate::support::both;

/// What is tried for an id, as it stands in an address.
fn tricks() -> Vec<String> {
    let fixed = [
        "..",
        "%2e%2e",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "..%2f..%2fhuntaze.db",
        "..;",
        "%2f",
        "%5c..%5c",
        "%00",
        "1%00",
        "%0d%0aX-Evil:1",
        "%0a",
        "%c0%ae%c0%ae",
        "%ff",
        "%e2%80%ae",
        "%F0%9F%94%A5",
        "%25",
        "%252e%252e",
        "%27%20OR%201%3D1--",
        "%22%3B",
        "%24%7B7*7%7D",
        "{{7*7}}",
        "*",
        "_",
        "%25%25",
        "0",
        "-1",
        "9223372036854775808",
        "1e9",
        "null",
        "true",
        "%5B%5D",
        ";",
        "~",
        "%7Broot%7D",
    ];
    fixed
        .into_iter()
        .map(str::to_owned)
        .chain(["9".repeat(300), "A".repeat(7_000), "%41".repeat(2_000)])
        .collect()
}

// S4, S6: on every platform, in every place of an address that takes an id.
both!(ids_that_walk_out_of_their_folder, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, _) in EVERYWHERE {
        ada.connect(provider, account).await;
    }
    let watch = Watch::over(&app, &[&ada]).await;
    let providers: Vec<&str> =
        app.backend().platforms.iter().map(|entry| entry.provider.as_str()).collect();
    // Files have no ids; what leads out of their folder is the next story.
    let has_ids =
        |route: &routes::Route| !route.parameters().is_empty() && !route.path.contains("{*");
    for route in routes::all().into_iter().filter(has_ids) {
        for (at, trick) in tricks().iter().enumerate() {
            // The platforms take turns: each gets every trick at some route, and each route every
            // trick.
            let provider = providers[at % providers.len()];
            for name in route.parameters() {
                let path = route.filled(|parameter| match parameter {
                    this if this == name => trick.clone(),
                    "provider" | "platform" => provider.into(),
                    _ => "1".into(),
                });
                let answer = ada
                    .call(
                        route.method.clone(),
                        &path,
                        route
                            .changes()
                            .then(|| json!({ "label": "x", "id": "1" }))
                            .filter(|_| path.ends_with("label") || path.contains("choices")),
                    )
                    .await;
                watch.assert_refused(&path, &answer);
                assert!(answer.headers.get("x-evil").is_none(), "{path}");
            }
        }
    }
    watch.assert_unchanged("tricks in addresses").await;
});

// S6: nor do the site's files lead to ours: the database, the keys and the code lie beside them.
both!(files_outside_of_the_site, |app| async {
    let paths = [
        "/../huntaze.db",
        "/pkg/../../huntaze.db",
        "/%2e%2e/huntaze.db",
        "/pkg/%2e%2e/%2e%2e/huntaze.db",
        "/..%2fhuntaze.db",
        "/..%5chuntaze.db",
        "/pkg/..;/huntaze.db",
        "//etc/passwd",
        "/pkg//etc/passwd",
        "/%2fetc%2fpasswd",
        "/file:///etc/passwd",
        "/.git/config",
        "/.env",
        "/Leptos.toml",
        "/pkg/%00",
        "/sandbox.json",
        "/keys.json",
        "/huntaze.db%00.js",
        "/\\..\\huntaze.db",
    ];
    std::fs::create_dir_all(app.folder().join("site/pkg")).expect("a site");
    std::fs::write(app.folder().join("huntaze-secret.txt"), "planted beside the site")
        .expect("a file");
    for path in paths.into_iter().map(str::to_owned).chain(
        [
            "../huntaze-secret.txt",
            "pkg/../../huntaze-secret.txt",
            "%2e%2e/huntaze-secret.txt",
            "..%2fhuntaze-secret.txt",
        ]
        .map(|path| format!("/{path}")),
    ) {
        // As it is: a client would tidy it up before sending it.
        let answer = Raw::to(&app)
            .await
            .ask(&format!(
                "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
                Raw::host(&app)
            ))
            .await;
        let status = Raw::status(&answer);
        assert!((300..500).contains(&status), "{path}: {answer}");
        for inside in ["SQLite format", "root:", "[core]", "planted beside"] {
            assert!(!answer.contains(inside), "{path}: {answer}");
        }
    }
});

// S1, CWE-601: wherever a request says where to go next, it is a path of ours or nowhere.
both!(a_way_to_another_site, |app| async {
    let ada = app.person("Ada").await;
    let evil = [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "http:/evil.example",
        "javascript:alert(1)",
        "data:text/html,evil",
        "/\t/evil.example",
        "\t//evil.example",
        "/%2f/evil.example/..",
        "//evil.example/%2e%2e",
        "/\r\nLocation: https://evil.example",
        "@evil.example",
        ".evil.example",
        "/..//evil.example",
        "//evil.example@127.0.0.1",
        "/\u{ff0f}evil.example",
    ];
    let watch = Watch::over(&app, &[&ada]).await;
    for next in evil {
        let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let visitor = app.stranger("Ada");
        let fields = [
            ("email", visitor.email.as_str()),
            ("password", crate::support::PASSWORD),
            ("next", next),
        ];
        let entered = visitor.browser.submit("/login", "/fn/login", &fields).await;
        watch.assert_silent(next, &entered);
        assert!(
            resolved(&app, entered.location()).starts_with(&app.base()),
            "{next}: {}",
            entered.location()
        );
        let query = ["next", "redirect_uri", "return_to", "url", "continue", "to"]
            .map(|name| format!("{name}={encoded}"))
            .join("&");
        for path in [
            "/login",
            "/register",
            "/integrations",
            "/",
            "/settings",
            "/platforms/connect/x",
            "/api/auth/x",
            "/api/auth/x/callback",
            "/api/integrations/callback/x",
        ] {
            for browser in [&ada.browser, &app.stranger("Nobody").browser] {
                let answer = browser.open(&format!("{path}?{query}")).await;
                let location = Some(answer.header("location")).filter(|location| {
                    !location.is_empty() && !location.contains("/i/oauth2/authorize?")
                });
                assert!(
                    location
                        .is_none_or(|location| resolved(&app, location).starts_with(&app.base())),
                    "{path}?{query}: {location:?}"
                );
            }
        }
    }
});

/// Where a browser goes from one of our pages.
#[allow(clippy::disallowed_methods, reason = "it is what a browser does")]
fn resolved(app: &TestApp, location: &str) -> String {
    let base: url::Url = format!("{}/integrations", app.base()).parse().expect("an address");
    base.join(location).map(String::from).unwrap_or_default()
}

// S1: the page that a form says it stands on is where a plain form goes back to: only ever a path
// of ours.
both!(a_form_that_stands_on_another_site, |app| async {
    let ada = app.person("Ada").await;
    let own = app.base();
    for referer in [
        "https://evil.example/",
        "//evil.example/",
        "null",
        "",
        &format!("{own}//evil.example/"),
        &format!("{own}/\\evil.example/"),
        &format!("{own}.evil.example/"),
        &own.replace("://", "://evil.example@"),
        &format!("{own}/%2f%2fevil.example"),
        &format!("{own}//evil.example/?a=b#c"),
    ] {
        let good =
            [("name", "Ada"), ("time_zone", "UTC"), ("id", "018f0000-0000-7000-8000-000000000000")];
        for (action, fields) in [
            ("/fn/profile", &good[..]),
            ("/fn/label", &good),
            ("/fn/test", &good),
            ("/fn/profile", &[]),
            ("/fn/test", &[]),
        ] {
            let request = ada
                .browser
                .request(Method::POST, action)
                .header("sec-fetch-site", "same-origin")
                .header("accept", "text/html");
            let answer = ada.browser.send(request.header("referer", referer).form(fields)).await;
            assert!(is_ours(&app, answer.location()), "{referer}: {}", answer.location());
            assert!(
                resolved(&app, answer.location()).starts_with(&format!("{own}/")),
                "{referer}: {}",
                answer.location()
            );
        }
    }
});

// S6, CWE-113: a line that ends early in whatever is said back.
both!(lines_that_end_early, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let evil = "%0d%0aX-Evil:%201%0d%0aSet-Cookie:%20session=evil%0d%0a%0d%0a%3Cscript%3E";
    let paths = [
        format!("/{evil}"),
        format!("/login?next=/{evil}"),
        format!("/integrations?{evil}"),
        format!("/integrations/{evil}"),
        format!("/integrations/choose/{evil}"),
        format!("/platforms/connect/{evil}"),
        format!("/platforms/connect/x?account={evil}"),
        format!("/api/auth/{evil}"),
        format!("/api/auth/x/callback?state={evil}&code={evil}"),
        format!("/api/auth/{evil}/callback?state=a"),
        format!(
            "/api/integrations/callback/x?state={evil}&error={evil}&error_description={evil}&iss={evil}&scope={evil}"
        ),
        format!("/api/integrations/callback/{evil}?state=a"),
        format!("/api/integrations/health/{evil}"),
        format!("/media/avatars/{evil}"),
        format!("/pkg/{evil}"),
        format!("/?account={evil}"),
    ];
    for path in paths {
        for browser in [&ada.browser, &app.stranger("Nobody").browser] {
            let answer = browser.open(&path).await;
            assert!(answer.status < 500, "{path}: {}", answer.body);
            assert!(answer.headers.get("x-evil").is_none(), "{path}: {:?}", answer.headers);
            assert!(
                !answer.cookies().iter().any(|line| line.contains("evil")),
                "{path}: {:?}",
                answer.cookies()
            );
        }
    }
    for label in ["a\r\nX-Evil: 1", "a\nb", "\r"] {
        let path = format!("/api/integrations/x/{INES_ON_X}/label");
        assert_eq!(
            ada.put(
                &path,
                json!({
                "label": format!("x{label}x") })
            )
            .await
            .expect(422)
            .error()["details"]["fields"][0]["field"],
            "label"
        );
        ada.put("/api/auth/me", json!({ "name": format!("x{label}x") })).await.expect(422);
    }
});
