//! Requests that arrive a byte at a time ("Slowloris"), to hold every connection and everybody who
//! would answer.

use futures::future::join_all;
use tokio::task::JoinHandle;

use super::raw::Raw;
use super::routes;
use super::*;
use crate::support::both;

/// Sends all of these at once, each without an end.
fn drip_all(app: &TestApp, beginnings: Vec<String>) -> Vec<JoinHandle<String>> {
    let dripping = |beginning: String| {
        let app = app.clone();
        tokio::spawn(async move { Raw::to(&app).await.drip(&beginning).await })
    };
    beginnings.into_iter().map(dripping).collect()
}

/// Ada is served while they are all under way.
async fn assert_served_meanwhile(ada: &Person, slow: &[JoinHandle<String>]) {
    for path in ["/integrations", "/login", "/api/integrations/status"] {
        let answer = ada.browser.open(path).await;
        assert!(answer.status < 400, "{path}: {}", answer.body);
    }
    let over = slow.iter().filter(|one| one.is_finished()).count();
    assert_eq!(over, 0, "Ada waited until others were through");
}

// S6: a body that drips in, at every route that takes one: cut off in our words, and others are
// served meanwhile.
both!(a_body_that_drips_in, config = |config| config.server.request_seconds = 2, |app| async {
    let ada = app.person("Ada").await;
    let watch = Watch::over(&app, &[&ada]).await;
    let (host, cookie) = (Raw::host(&app), ada.browser.cookie("session").expect("a session"));
    let begin = |route: &routes::Route, length: &str| {
        let path = route.filled(|name| {
            if matches!(name, "provider" | "platform") { "x".into() } else { "1".into() }
        });
        format!(
            "{} {path} HTTP/1.1\r\nhost: {host}\r\ncookie: session={cookie}\r\nsec-fetch-site: \
             same-origin\r\n\
             content-type: application/json\r\n{length}\r\n\r\n",
            route.method
        )
    };
    let takers: Vec<_> = routes::all().into_iter().filter(routes::Route::changes).collect();
    let beginnings = takers.iter().map(|route| begin(route, "content-length: 60000")).collect();
    let slow = drip_all(&app, beginnings);
    assert_served_meanwhile(&ada, &slow).await;
    for (route, answer) in takers.iter().zip(join_all(slow).await) {
        let (said, answer) = (format!("{} {}", route.method, route.path), answer.expect("an end"));
        assert_eq!(Raw::status(&answer), 400, "{said}: {answer}");
        assert!(answer.contains("took too long to arrive"), "{said}: {answer}");
    }
    watch.assert_unchanged("bodies that drip in").await;
});

// S6: a head that drips in is closed upon; nobody has asked anything yet.
both!(a_head_that_drips_in, config = |config| config.server.request_seconds = 2, |app| async {
    let ada = app.person("Ada").await;
    let host = Raw::host(&app);
    let beginnings = [
        "G",
        "POST /api/auth/login HTTP/1.1\r\n",
        "GET /login HTTP/1.1\r\nhost: {host}\r\nx-slow: ",
    ];
    let beginnings = beginnings
        .iter()
        .cycle()
        .take(60)
        .map(|beginning| beginning.replace("{host}", &host))
        .collect();
    let slow = drip_all(&app, beginnings);
    assert_served_meanwhile(&ada, &slow).await;
    for answer in join_all(slow).await {
        let answer = answer.expect("an end");
        assert!(matches!(Raw::status(&answer), 0 | 400 | 408), "{answer}");
    }
});

// S6: a body where none belongs is not waited for.
both!(a_body_behind_what_only_reads, |app| async {
    let host = Raw::host(&app);
    for (method, path) in [
        ("GET", "/login"),
        ("HEAD", "/login"),
        ("GET", "/api/auth/me"),
        ("OPTIONS", "/api/auth/login"),
        ("GET", "/health"),
    ] {
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 60000\r\n\r\n");
        let answer = Raw::to(&app).await.drip(&head).await;
        let status = Raw::status(&answer);
        assert!((200..500).contains(&status), "{method} {path}: {answer:.300}");
    }
});
