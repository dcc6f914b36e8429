//! How Huntaze is found and shown elsewhere: by its icon, in previews, by search engines, by
//! password managers.

use std::path::Path;

use reqwest::Method;
use serde_json::Value;

use crate::support::{TestApp, both};

/// The site as cargo-leptos puts it together.
fn put_files(app: &TestApp) {
    let site = app.folder().join("site");
    std::fs::create_dir_all(&site).expect("a folder for the site");
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    for file in std::fs::read_dir(public).expect("the public files") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), site.join(file.file_name())).expect("it can be copied");
    }
}

// C20: every file of `public/` has its address, and says what it is.
both!(every_public_file_is_served, |app| async {
    put_files(&app);
    let nobody = app.stranger("Nobody").browser;
    let files = std::fs::read_dir(app.folder().join("site")).expect("the site");
    let mut served = 0;
    for file in files {
        let name = file.expect("a file").file_name().into_string().expect("a plain name");
        let request = nobody.request(Method::GET, &format!("/{name}"));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{name}");
        let header = |of: &str| answer.headers()[of].to_str().expect("text").to_owned();
        let kind = match name.rsplit('.').next().unwrap_or_default() {
            "ico" => "image/x-icon",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "txt" => "text/plain",
            "webmanifest" => "application/manifest+json",
            other => panic!("what is {other}?"),
        };
        assert!(header("content-type").starts_with(kind), "{name}: {}", header("content-type"));
        // What the icons are stands behind their name.
        let kept = match name.as_str() {
            "icons.svg" => "public, max-age=31536000, immutable",
            _ => "public, max-age=3600",
        };
        assert_eq!(header("cache-control"), kept, "{name}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
        served += 1;
    }
    assert_eq!(served, 9);
});

// C20: what a page names is there.
both!(the_icons_that_pages_name_are_there, |app| async {
    put_files(&app);
    let nobody = app.stranger("Nobody").browser;
    let page = nobody.open("/login").await.expect(200).body;
    let manifest: Value = nobody.open("/site.webmanifest").await.expect(200).json();
    let icons = manifest["icons"].as_array().expect("icons").iter();
    let mut named: Vec<&str> = icons.filter_map(|icon| icon["src"].as_str()).collect();
    assert_eq!(named.len(), 3);
    for path in ["/favicon.ico", "/favicon.svg", "/apple-touch-icon.png", "/site.webmanifest"] {
        assert!(page.contains(&format!("href=\"{path}\"")), "{path} in {page}");
        named.push(path);
    }
    for path in named {
        let answer = nobody.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
    }
});

// S4: what belongs to people is not for search engines, and the doors are.
both!(search_engines_are_told_where_to_look, |app| async {
    put_files(&app);
    let robots = app.stranger("Nobody").browser.open("/robots.txt").await.expect(200).body;
    let is_closed = |path: &str| {
        let closed = robots.lines().filter_map(|line| line.strip_prefix("Disallow: "));
        closed.into_iter().any(|closed| path.starts_with(closed))
    };
    for path in ["/", "/login", "/register", "/platforms/connect/x", "/pkg/huntaze.css"] {
        assert!(!is_closed(path), "{path}");
    }
    for path in ["/integrations", "/settings/audit", "/api/docs", "/fn/login", "/notices", "/reset"]
    {
        assert!(is_closed(path), "{path}");
    }
});

// U1: a password manager finds the page on which a password is changed.
both!(a_password_manager_finds_the_page, |app| async {
    let ada = app.person("Ada").await;
    let answer = ada.browser.open("/.well-known/change-password").await.expect(302);
    assert_eq!(answer.location(), "/settings");
    assert!(ada.browser.follow(&answer).await.expect(200).body.contains("new-password"));
    let nobody = app.stranger("Nobody").browser;
    let answer = nobody.open("/.well-known/change-password").await.expect(302);
    assert_eq!(nobody.follow(&answer).await.expect(303).location(), "/login?next=%2Fsettings");
    // What nobody has thought of is not there, so the manager may believe the rest.
    nobody.open("/.well-known/resource-that-should-not-exist").await.expect(404);
});

// C17, S4: a page that people send each other has a preview; a person's own page tells nothing.
both!(pages_for_guests_have_a_preview, |app| async {
    let (ada, nobody) = (app.person("Ada").await, app.stranger("Nobody"));
    let base = app.base();
    for path in ["/login", "/register", "/platforms/connect", "/platforms/connect/x", "/forgot"] {
        let page = nobody.browser.open(&format!("{path}?next=%2Fprivate")).await.expect(200).body;
        for tag in [
            "<meta name=\"description\" content=\"Connect ",
            "<meta property=\"og:title\" content=\"Huntaze - every account you earn with",
            "<meta property=\"og:description\" content=\"Connect ",
            "<meta name=\"twitter:card\" content=\"summary_large_image\"",
            &format!("<meta property=\"og:image\" content=\"{base}/preview.png\""),
            &format!("<meta property=\"og:url\" content=\"{base}{path}\""),
        ] {
            assert_eq!(page.matches(tag).count(), 1, "{path}: {tag} in {page}");
        }
    }
    let others = [(&ada, "/"), (&ada, "/integrations"), (&ada, "/settings"), (&nobody, "/nowhere")];
    for (person, path) in others {
        let page = person.browser.open(path).await.body;
        for tag in ["og:", "twitter:", "name=\"description\""] {
            assert!(!page.contains(tag), "{path}: {tag}");
        }
    }
});
