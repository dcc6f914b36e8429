//! Mail: posted with what causes it, sent afterwards, never in the clear in the database.

use chrono::Duration;
use huntaze::server::db::jobs;
use huntaze::server::domain::jobs::Priority;
use huntaze::server::domain::mail::{self, Mail};

use crate::support::{Engine, MailServer, TestApp, both, text};

const LINK: &str = "reset#0123456789abcdef0123456789abcdef";

/// Posts a mail with a link in it, in a transaction that is committed or not.
async fn post(app: &TestApp, committed: bool) {
    let backend = app.backend();
    let mut tx = backend.db.begin().await.expect("a transaction");
    let text = format!("Hello Ada,\n\n{}/{LINK}\n", app.base()).into();
    let mail = Mail { to: "ada@stories.example".into(), subject: "A new password".into(), text };
    mail::post(backend, &mut tx, mail, Priority::High).await.expect("posted");
    if committed {
        tx.commit().await.expect("committed");
    }
}

/// The head's line of this name.
fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    mail.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no {name} in {mail}"))
}

// T8, U1, S1: sealed while it waits, gone once it is sent, and never sent when what caused it did
// not happen.
both!(a_mail_is_sealed_while_it_waits_and_goes_once_it_is_sent, |app| async {
    post(&app, false).await;
    assert!(app.rows("outgoing_emails").await.is_empty(), "what did not happen is not told");
    post(&app, true).await;
    let stored = app.all_rows().await.join("\n");
    assert!(stored.contains("A new password") && !stored.contains(LINK), "{stored}");
    app.work().await;
    app.work().await;
    assert!(app.rows("outgoing_emails").await.is_empty());
    let files: Vec<_> = std::fs::read_dir(app.folder().join("mail")).expect("the folder").collect();
    assert_eq!(files.len(), 1);
    let file = files[0].as_ref().expect("a file");
    assert!(std::fs::read_to_string(file.path()).expect("a mail").contains(LINK));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().expect("its mode").permissions().mode() & 0o777, 0o600);
    }
});

// T8: without a mail server, operators read in the app what was written; nobody else does.
both!(
    operators_read_in_the_app_what_was_written,
    config = |config| config.users.operators.push("grace@stories.example".into()),
    |app| async {
        post(&app, true).await;
        let grace = app.person("Grace").await;
        let page = grace.page("/operations/mail").await;
        assert!(
            text(&page).contains("A new password") && !page.contains(LINK),
            "it waits: {}",
            text(&page)
        );
        app.work().await;
        let page = grace.page("/operations/mail").await;
        assert!(text(&page).contains("Every mail has been sent."), "{}", text(&page));
        assert!(page.contains(&format!("href=\"{}/{LINK}\"", app.base())), "a link to follow");
        assert!(grace.page("/settings").await.contains("/operations/mail"));

        let mallory = app.person("Mallory").await;
        let refused = mallory.browser.open("/operations/mail").await.expect(403);
        assert!(!refused.body.contains("A new password"));
        assert!(!mallory.page("/settings").await.contains("/operations/mail"));
        let stranger = app.stranger("Nobody");
        assert_eq!(
            stranger.browser.open("/operations/mail").await.expect(303).location(),
            "/login?next=%2Foperations%2Fmail"
        );
    }
);

/// An app that sends by SMTP, and its mail server.
async fn with_mail_server(engine: Engine) -> Option<(TestApp, MailServer)> {
    let server = MailServer::start().await;
    let app = TestApp::start(engine, |config| {
        config.mail.url = Some(format!("smtp://huntaze:hunter2@{}", server.addr).into());
        config.mail.from = Some("Huntaze <huntaze@stories.example>".into());
        config.users.operators.push("grace@stories.example".into());
    });
    Some((app.await?, server))
}

// T8: by SMTP; tried again with the same Message-ID until the server has taken it.
async fn a_mail_server_has_bad_days(engine: Engine) {
    let Some((app, server)) = with_mail_server(engine).await else { return };
    post(&app, true).await;
    server.is_busy();
    app.work().await;
    let row = app.rows("outgoing_emails").await.join("\n");
    assert!(row.contains("the mail server answered 451") && !row.contains("hunter2"), "{row}");
    server.forgets();
    app.work().await;
    assert!(server.taken().is_empty(), "not before a minute has passed");
    app.later(Duration::minutes(1)).await;
    app.work().await;
    assert_eq!(server.taken().len(), 1);
    server.is_well();
    app.later(Duration::minutes(2)).await;
    app.work().await;
    let taken = server.taken();
    assert_eq!(taken.len(), 2, "its answer was lost, so once more");
    assert_eq!(header(&taken[0], "Message-ID"), header(&taken[1], "Message-ID"));
    assert_eq!(header(&taken[1], "To"), "ada@stories.example");
    assert_eq!(header(&taken[1], "From"), "Huntaze <huntaze@stories.example>");
    assert!(taken[1].contains(LINK));
    assert!(app.rows("outgoing_emails").await.is_empty());
    app.stop().await;
}

#[tokio::test]
async fn a_mail_server_has_bad_days_sqlite() {
    a_mail_server_has_bad_days(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_mail_server_has_bad_days_postgres() {
    a_mail_server_has_bad_days(Engine::Postgres).await;
}

/// The attempts at mails, and how many were given up.
async fn attempts_and_dead(app: &TestApp) -> (i64, usize) {
    let dead = jobs::in_state(&app.backend().db, "dead", 9).await.expect("the dead letters");
    (dead.first().map_or(0, |job| job.attempts), dead.len())
}

// T8: what passes is tried for a day, what does not is not. Either way the operators see it, may
// send it once more, and it is gone after a month, its secret with it.
async fn a_mail_is_given_up(engine: Engine) {
    let Some((app, server)) = with_mail_server(engine).await else { return };
    post(&app, true).await;
    server.is_busy();
    for _ in 0..30 {
        app.work().await;
        app.later(Duration::hours(1)).await;
    }
    let (attempts, dead) = attempts_and_dead(&app).await;
    assert!((20..30).contains(&attempts) && dead == 1, "{attempts} attempts, {dead} dead");
    let grace = app.person("Grace").await;
    app.work().await;
    let page = text(&grace.page("/operations/mail").await);
    assert!(
        page.contains("Given up")
            && page.contains("answered 451")
            && !page.contains("Written to files"),
        "{page}"
    );

    app.sql("DELETE FROM jobs").await;
    app.sql("DELETE FROM outgoing_emails").await;
    post(&app, true).await;
    server.refuses();
    app.work().await;
    assert_eq!(attempts_and_dead(&app).await, (1, 1), "the same again would be refused again");
    let stored = app.all_rows().await.join("\n");
    assert!(stored.contains("answered 550") && !stored.contains(LINK), "sealed still");

    server.is_well();
    let dead = jobs::in_state(&app.backend().db, "dead", 1).await.expect("the dead letter");
    let id = dead[0].id.to_string();
    grace.browser.submit("/operations/jobs", "/fn/retry_job", &[("id", &id)]).await;
    app.work().await;
    assert!(server.taken().last().expect("a mail").contains(LINK), "an operator has it sent");
    assert!(app.rows("outgoing_emails").await.is_empty());

    post(&app, true).await;
    server.refuses();
    app.work().await;
    app.later(Duration::days(30)).await;
    app.work().await;
    assert!(app.rows("outgoing_emails").await.is_empty() && app.rows("jobs").await.is_empty());
    app.stop().await;
}

#[tokio::test]
async fn a_mail_is_given_up_sqlite() {
    a_mail_is_given_up(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_mail_is_given_up_postgres() {
    a_mail_is_given_up(Engine::Postgres).await;
}

// T8: where nobody answers, a hundred mails do not each wait for it.
#[tokio::test]
async fn a_mail_server_that_is_down_is_called_once() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("smtp://{}", silent.local_addr().expect("its address"));
    let app = TestApp::start(Engine::Sqlite, |config| {
        config.mail.url = Some(url.into());
        config.mail.from = Some("Huntaze <huntaze@stories.example>".into());
        config.worker.concurrency = 1;
    });
    let app = app.await.expect("an app on SQLite");
    // Takes every call and hangs up.
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = calls.clone();
    tokio::spawn(async move {
        while silent.accept().await.is_ok() {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    });
    for _ in 0..20 {
        post(&app, true).await;
    }
    app.work().await;
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(app.rows("outgoing_emails").await.len(), 20, "nothing is lost");
    app.sql("DELETE FROM jobs").await;
    app.stop().await;
}
