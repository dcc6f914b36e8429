//! Connections that are cut while the server works: what was begun is finished, and a reload shows
//! what came of it.

use std::pin::pin;

use futures::FutureExt;
use huntaze::server::limits::RunPermit;
use huntaze::server::web;
use leptos::config::LeptosOptions;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::cast::*;
use crate::support::{PASSWORD, Person, TestApp, both};
use crate::sweep::until;

const NEW_PASSWORD: &str = "paints a little every week";

/// A request of this person's browser on a connection that can be cut.
async fn send(
    app: &TestApp,
    person: &Person,
    port: u16,
    line: &str,
    body: Option<&Value>,
) -> TcpStream {
    let (host, cookie) = (app.backend().config.server.addr, person.browser.cookie("session"));
    let cookie = cookie.expect("a session");
    let mut head = format!("{line} HTTP/1.1\r\nhost: {host}\r\ncookie: session={cookie}\r\n");
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        head += &format!(
            "content-type: application/json\r\ncontent-length: {}\r\nsec-fetch-site: \
             same-origin\r\n",
            body.len()
        );
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.expect("it is sent");
    stream
}

/// Takes everything that hashes passwords, so that whoever needs one waits.
fn occupy_hashing(app: &TestApp) -> Vec<RunPermit> {
    let queue = &app.backend().limits.passwords;
    std::iter::from_fn(|| pin!(queue.admit()?.start()).now_or_never()).collect()
}

async fn change_password(app: &TestApp, ada: &Person, port: u16) -> TcpStream {
    let before = app.backend().limits.passwords.len();
    let body = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    let stream = send(app, ada, port, "PUT /api/auth/password", Some(&body)).await;
    until("her request to be under way", async || app.backend().limits.passwords.len() > before)
        .await;
    stream
}

/// The server has had every occasion to see that a connection is gone.
async fn served_meanwhile(app: &TestApp) {
    for _ in 0..10 {
        app.stranger("Probe").browser.open("/health").await.expect(200);
    }
}

async fn all_is_done(app: &TestApp) {
    until("what was begun to end", async || app.backend().requests.is_empty()).await;
}

async fn log_in(app: &TestApp, ada: &Person, password: &str) -> u16 {
    let form = json!({ "email": ada.email, "password": password });
    app.stranger("Ada").browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.status
}

// C4, T6: the person closes the page while the token endpoint takes its time. The code is used up:
// what it gave is stored all the same, and a reload says so.
both!(a_callback_goes_on_when_its_page_is_closed, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let consent = [("account", INES_ON_X), ("decision", "allow")];
    let back = app.sandbox().consent(&begun.auth_url, &consent).await;
    let slow = json!({ "platform": "x", "endpoint": "/oauth2/token", "kind": "latency",
        "ms": 500 });
    app.sandbox().control("faults", slow).await;
    let path = back.strip_prefix(&app.base()).expect("a path of ours").to_owned();
    let port = app.backend().config.server.addr.port();
    let page = send(&app, &ada, port, &format!("GET {path}"), None).await;
    until("the code to be exchanged", async || app.sandbox().calls("x", "/oauth2/token").await > 0)
        .await;
    drop(page);
    served_meanwhile(&app).await;
    all_is_done(&app).await;
    assert_eq!(ada.integration("x", INES_ON_X).await["status"], "connected");
    let reloaded = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&reloaded).await.says(&["is connected"]);
    assert_eq!(app.sandbox().live_grants("x").await, 1);
});

// U1: the same with a changed password, whose answer would have brought the cookie of the session
// that replaces all others.
both!(a_password_is_changed_although_nobody_waits_for_it, |app| async {
    let ada = app.person("Ada").await;
    let port = app.backend().config.server.addr.port();
    let busy = occupy_hashing(&app);
    drop(change_password(&app, &ada, port).await);
    served_meanwhile(&app).await;
    drop(busy);
    all_is_done(&app).await;
    ada.browser.rest(Method::GET, "/api/auth/me", None).await.expect(401);
    assert_eq!(log_in(&app, &ada, PASSWORD).await, 401);
    assert_eq!(log_in(&app, &ada, NEW_PASSWORD).await, 200);
});

// H7: a server that stops waits for it, too.
both!(a_stop_waits_for_what_was_begun, |app| async {
    let ada = app.person("Ada").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let (stop, stopped) = oneshot::channel::<()>();
    let leptos = LeptosOptions::builder().output_name("huntaze").build();
    let served = web::App::new(app.backend().clone(), leptos).expect("no list is read");
    let mut serving = tokio::spawn(web::serve(listener, served, async { _ = stopped.await }));
    let busy = occupy_hashing(&app);
    drop(change_password(&app, &ada, port).await);
    stop.send(()).expect("it serves");
    served_meanwhile(&app).await;
    assert!((&mut serving).now_or_never().is_none(), "somebody's password is on its way");
    drop(busy);
    serving.await.expect("it ends");
    assert_eq!(log_in(&app, &ada, NEW_PASSWORD).await, 200);
});

// S5: more passwords than can be hashed are refused in words, at once, and are no guesses; whoever
// waits keeps nobody from the database.
both!(
    more_passwords_than_can_be_hashed_are_sent_away,
    config = |config| config.limits.password_attempts = 9,
    |app| async {
        let ada = app.person("Ada").await;
        let busy = occupy_hashing(&app);
        let strangers: Vec<_> = (0..8)
            .map(|_| {
                let (app, email) = (app.clone(), ada.email.clone());
                tokio::spawn(async move {
                    let form = json!({ "email": email, "password": PASSWORD });
                    let browser = app.stranger("Ada").browser;
                    browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.status
                })
            })
            .collect();
        let waiting = busy.len() + strangers.len();
        until("all of them to wait", async || app.backend().limits.passwords.len() == waiting)
            .await;
        ada.get("/api/auth/me").await.expect(200);
        let rest: Vec<_> = std::iter::from_fn(|| app.backend().limits.passwords.admit()).collect();
        assert!(!rest.is_empty(), "the queue is longer than this");
        let form = json!({ "email": ada.email, "password": PASSWORD });
        for _ in 0..3 {
            let refused =
                ada.browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.expect(503);
            assert_eq!(refused.header("retry-after"), "2");
            assert_eq!(word(&refused.error(), "type"), "busy");
        }
        let fields = [("email", ada.email.as_str()), ("password", PASSWORD)];
        let guest = app.stranger("Ada");
        let sent_away = guest.browser.submit("/login", "/fn/login", &fields).await;
        guest.toast(&sent_away).await.says(&["busy", "Nothing was changed"]);
        drop((busy, rest));
        let answered = futures::future::join_all(strangers).await;
        assert!(answered.into_iter().all(|status| status.expect("an answer") != 503));
        assert_eq!(app.backend().limits.passwords.len(), 0);
    }
);
