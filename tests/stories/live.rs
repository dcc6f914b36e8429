//! The live page: who listens hears at once that something changed, and nothing once the session is
//! over.

use std::time::Duration;

use chrono::SecondsFormat;
use futures::future::join_all;
use huntaze::server::db::Signal;
use reqwest::{Method, Response};
use serde_json::json;

use super::cast::*;
use crate::support::{Person, both};

/// A page that listens.
struct Listening {
    response: Response,
    rest: String,
}

impl Listening {
    async fn to(person: &Person, path: &str) -> Self {
        let response = person.browser.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        Self { response, rest: String::new() }
    }

    /// Opens a stream and waits until it listens.
    async fn open(person: &Person) -> Self {
        let mut stream = Self::to(person, "/api/events").await;
        assert_eq!(stream.next().await.as_deref(), Some("data: ready"));
        stream
    }

    /// The next event, without heartbeats; nothing when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            while let Some((event, rest)) = self.rest.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.rest = rest;
                if !event.starts_with(':') {
                    return Some(event);
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk())
                .await
                .expect("a word within ten seconds");
            self.rest.push_str(std::str::from_utf8(&chunk.ok().flatten()?).expect("UTF-8"));
        }
    }
}

// C16, S4: every tab of the workspace hears of a change, another workspace does not; an event holds
// no data.
both!(a_change_is_heard_by_those_it_concerns, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    ada.connect("reddit", MARA_ON_REDDIT).await;
    let (mut here, mut there) =
        (Listening::open(&ada).await, Listening::open(&ada.elsewhere().await).await);
    let mut others = Listening::open(&grace).await;
    for (header, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(here.response.headers()[header], value);
    }
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    ada.post(&format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}"), None).await.expect(200);
    assert_eq!(here.next().await.as_deref(), Some("data: changed"));
    assert_eq!(there.next().await.as_deref(), Some("data: changed"));
    grace.connect("x", INES_ON_X).await;
    assert_eq!(
        others.next().await.as_deref(),
        Some("data: changed"),
        "her own change is the first she hears of"
    );
});

// C16: what changed between the page and its stream is not missed.
both!(a_change_before_the_stream_is_told_with_it, |app| async {
    let ada = app.person("Ada").await;
    let drawn = app.backend().clock.now();
    let address =
        format!("/api/events?since={}", drawn.to_rfc3339_opts(SecondsFormat::Micros, true));
    assert!(
        ada.page("/integrations")
            .await
            .contains(&format!("data-at=\"{}\"", address.split_once('=').expect("a time").1))
    );
    assert_eq!(Listening::to(&ada, &address).await.next().await.as_deref(), Some("data: ready"));
    app.later(chrono::Duration::seconds(1)).await;
    ada.connect("x", INES_ON_X).await;
    assert_eq!(Listening::to(&ada, &address).await.next().await.as_deref(), Some("data: changed"));
    ada.browser.rest(Method::GET, "/api/events?since=yesterday", None).await.expect(400).error();
});

// C16, S2: the stream ends with its session, at once, and says nothing that happens later.
both!(a_stream_ends_with_its_session, |app| async {
    let ada = app.person("Ada").await;
    let elsewhere = ada.elsewhere().await;
    let (mut gone, mut stays) = (Listening::open(&elsewhere).await, Listening::open(&ada).await);
    elsewhere.browser.rest(Method::POST, "/api/auth/logout", None).await;
    assert_eq!(gone.next().await.as_deref(), Some("event: ended\ndata: log in again"));
    assert_eq!(gone.next().await, None);
    ada.connect("x", INES_ON_X).await;
    assert_eq!(stays.next().await.as_deref(), Some("data: changed"));
    app.stranger("Nobody").browser.rest(Method::GET, "/api/events", None).await.expect(401);
});

// C16, S5: so many pages of one person may listen; when one closes, another may.
both!(a_person_listens_with_so_many_pages, |app| async {
    let ada = app.person("Ada").await;
    let mut pages = Vec::new();
    for _ in 0..12 {
        pages.push(Listening::open(&ada).await);
    }
    let refused = ada.browser.rest(Method::GET, "/api/events", None).await.expect(429).error();
    assert!(word(&refused, "userMessage").contains("Close some tabs"), "{refused}");
    Listening::open(&app.person("Grace").await).await;
});

// C16, H7: a server that stops ends its streams, so that it does not wait for them.
both!(a_stream_ends_with_the_server, |app| async {
    let ada = app.person("Ada").await;
    let mut stream = Listening::open(&ada).await;
    app.backend().streams.close();
    assert_eq!(stream.next().await, None);
});

// C16, U1: what a person changes of their profile stands on their other pages, too.
both!(a_changed_profile_is_heard, |app| async {
    let ada = app.person("Ada").await;
    let mut stream = Listening::open(&ada.elsewhere().await).await;
    ada.put("/api/auth/me", json!({ "name": "Ada Lovelace" })).await.expect(200);
    assert_eq!(stream.next().await.as_deref(), Some("data: changed"));
});

// C16, H7: a cut connection to the database is missed by every page at once. They do not all ask at
// once for it, and what happens meanwhile they hear at once.
both!(pages_that_missed_something_do_not_all_ask_at_once, |app| async {
    let ada = app.person("Ada").await;
    let mut pages = Vec::new();
    for _ in 0..12 {
        pages.push(Listening::open(&ada).await);
    }
    app.backend().db.signal(Signal::Missed).await.expect("a signal");
    let soon = Duration::from_secs(1);
    let told = join_all(pages.iter_mut().map(|page| tokio::time::timeout(soon, page.next()))).await;
    let early = told.iter().filter(|word| word.is_ok()).count();
    assert!(early < 12, "all of them");
    ada.connect("x", INES_ON_X).await;
    for page in &mut pages {
        assert_eq!(page.next().await.as_deref(), Some("data: changed"));
    }
});
