//! What people are told: one message for each incident, one when it is over, early warnings, one
//! banner for a platform in trouble.

use chrono::Duration;
use futures::future::join_all;
use huntaze::model::{UserId, WorkspaceId};
use huntaze::server::db;
use huntaze::server::domain::events::{self, Event};
use huntaze::server::domain::notices;
use serde_json::{Value, json};
use uuid::Uuid;

use super::cast::*;
use crate::support::{Engine, Person, TestApp, both, text};

async fn told(person: &Person) -> Vec<Value> {
    person.get("/api/notices").await.expect(200).data()["notices"]
        .as_array()
        .expect("a list")
        .clone()
}

/// The kinds of what a person was told, oldest first.
async fn kinds(person: &Person) -> Vec<String> {
    told(person).await.iter().rev().map(|notice| word(notice, "kind").to_owned()).collect()
}

/// A test, and what its result has the worker do.
async fn test(person: &Person, provider: &str, account: &str) {
    person.post(&format!("/api/integrations/test/{provider}/{account}"), None).await.expect(200);
    person.app.work().await;
}

/// Everybody has followed the link in their first mail.
async fn verify(app: &TestApp) {
    app.sql("UPDATE users SET email_verified_at = created_at").await;
}

/// The subjects of a person's mails about their account on Reddit, oldest first.
async fn mails(person: &Person) -> Vec<String> {
    let received = person.app.mail_of(&person.email).await;
    let subjects = received.into_iter().map(|mail| mail.subject);
    subjects.filter(|subject| subject.contains(" on Reddit ")).collect()
}

/// Two processes come upon the same work at the same time.
async fn work_twice(app: &TestApp) {
    join_all([app.work(), app.work()]).await;
}

async fn down(app: &TestApp, provider: &str, minutes: i64) {
    let backend = app.backend();
    let mut tx = backend.db.begin().await.expect("a transaction");
    let next = backend.clock.now() + Duration::minutes(minutes);
    let down = Event::PlatformDown { provider: &provider.into(), next_try: next };
    events::record(backend, &mut tx, down).await.expect("it is noted");
    tx.commit().await.expect("it is kept");
}

async fn up(app: &TestApp, provider: &str) {
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    let up = Event::PlatformUp { provider: &provider.into() };
    events::record(app.backend(), &mut tx, up).await.expect("it is noted");
    tx.commit().await.expect("it is kept");
}

// T8: one message whatever the number of failures, one on recovery; the bell counts what is new.
both!(an_incident_is_told_once_and_so_is_its_end, |app| async {
    let ada = app.person("Ada").await;
    verify(&app).await;
    let id = ada.connect("reddit", MARA_ON_REDDIT).await["id"].as_str().expect("an id").to_owned();
    assert!(told(&ada).await.is_empty(), "connecting is no news");
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    for _ in 0..3 {
        test(&ada, "reddit", MARA_ON_REDDIT).await;
        app.later(Duration::hours(2)).await;
    }
    let news = told(&ada).await;
    assert_eq!(news.len(), 1, "{news:?}");
    assert_eq!(
        (word(&news[0], "kind"), word(&news[0], "integrationId"), &news[0]["reconnect"]),
        ("broken", id.as_str(), &json!(true))
    );
    assert!(word(&news[0], "title").contains("u/mara_makes_pots on Reddit"), "{news:?}");
    assert!(ada.page("/integrations").await.contains("aria-label=\"Notices, 1 unread\""));
    assert!(
        text(&ada.page("/notices").await)
            .contains("Your Reddit connection was revoked. Reconnect your account.")
    );

    ada.reconnect("reddit", &id, MARA_ON_REDDIT).await;
    test(&ada, "reddit", MARA_ON_REDDIT).await;
    assert_eq!(kinds(&ada).await, ["broken", "recovered"]);
    let news = told(&ada).await;
    assert_eq!(
        (&news[0]["read"], &news[1]["read"], &news[1]["reconnect"]),
        (&json!(false), &json!(true), &json!(false))
    );
    assert_eq!(
        mails(&ada).await.len(),
        1,
        "recoveries come by e-mail only to those who asked for it"
    );

    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    test(&ada, "reddit", MARA_ON_REDDIT).await;
    assert_eq!(
        kinds(&ada).await,
        ["broken", "recovered", "broken"],
        "another incident is another message"
    );
});

// T8: a disconnected account closes its incident without a word.
both!(disconnecting_ends_an_incident_silently, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().revoke("x", INES_ON_X).await;
    test(&ada, "x", INES_ON_X).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    ada.connect("x", INES_ON_X).await;
    assert_eq!(kinds(&ada).await, ["broken"]);
    assert_eq!(ada.get("/api/notices").await.data()["unread"], json!(0));
    assert_eq!(app.texts("SELECT kind FROM incidents WHERE ended_at IS NULL").await, [""; 0]);
});

// T8: 14, 7 and 1 days before the end, each once, although several processes look; then the end
// itself.
both!(an_end_is_announced_three_times, |app| async {
    let ada = app.person("Ada").await;
    app.sandbox()
        .lifetimes("tiktok", json!({ "accessSeconds": 40 * 86_400, "refreshSeconds": 20 * 86_400 }))
        .await;
    ada.connect("tiktok", INES_ON_TIKTOK).await;
    work_twice(&app).await;
    assert!(told(&ada).await.is_empty());
    for (days, so_far) in [(7, 1), (3, 1), (4, 2), (5, 3)] {
        app.later(Duration::days(days)).await;
        work_twice(&app).await;
        app.later(Duration::minutes(2)).await;
        work_twice(&app).await;
        assert_eq!(kinds(&ada).await, vec!["expiring"; so_far], "{days} days later");
    }
    app.later(Duration::days(2)).await;
    work_twice(&app).await;
    assert_eq!(kinds(&ada).await, ["expiring", "expiring", "expiring", "broken"]);
    assert_eq!(word(&ada.integration("tiktok", INES_ON_TIKTOK).await, "status"), "expired");
});

// T8: found late, an end is announced by the nearest warning only; renewed, it is no longer
// announced.
both!(an_end_that_was_put_off_is_announced_anew, |app| async {
    let ada = app.person("Ada").await;
    app.sandbox()
        .lifetimes("tiktok", json!({ "accessSeconds": 90 * 86_400, "refreshSeconds": 6 * 86_400 }))
        .await;
    let before = ada.connect("tiktok", INES_ON_TIKTOK).await;
    app.work().await;
    assert_eq!(kinds(&ada).await, ["expiring"]);
    app.sandbox()
        .lifetimes("tiktok", json!({ "accessSeconds": 90 * 86_400, "refreshSeconds": 60 * 86_400 }))
        .await;
    ada.reconnect("tiktok", word(&before, "id"), INES_ON_TIKTOK).await;
    app.later(Duration::minutes(2)).await;
    app.work().await;
    assert_eq!(kinds(&ada).await, ["expiring"]);
    app.later(Duration::days(50)).await;
    app.work().await;
    assert_eq!(kinds(&ada).await, ["expiring", "expiring"]);
});

// T8, T7: a platform in trouble is one banner at once, one notice when it lasts, one when it is
// over; no account is blamed.
both!(an_outage_of_three_days_is_told_once, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    ada.connect("x", INES_ON_X).await;
    grace.connect("reddit", MARA_ON_REDDIT).await;
    down(&app, "x", 25).await;
    let page = text(&ada.page("/settings").await);
    assert!(
        page.contains("X is having trouble since")
            && page.contains("Your accounts stay connected; next try"),
        "{page}"
    );
    assert!(
        !text(&grace.page("/settings").await).contains("having trouble"),
        "she has no account there"
    );
    app.work().await;
    assert!(told(&ada).await.is_empty(), "what passes within the hour is not worth a message");
    for _ in 0..72 {
        app.later(Duration::hours(1)).await;
        down(&app, "x", 25).await;
        work_twice(&app).await;
    }
    assert_eq!(kinds(&ada).await, ["trouble"]);
    up(&app, "x").await;
    up(&app, "x").await;
    app.later(Duration::minutes(2)).await;
    work_twice(&app).await;
    assert_eq!(kinds(&ada).await, ["trouble", "trouble"]);
    assert!(told(&grace).await.is_empty());
    assert!(!text(&ada.page("/settings").await).contains("having trouble since"));
    assert_eq!(word(&ada.integration("x", INES_ON_X).await, "status"), "connected");
});

// T8, H5: a platform that does not answer is a banner until it does.
both!(a_silent_platform_is_a_banner_until_it_answers, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/users/me", "503", None).await;
    for _ in 0..5 {
        test(&ada, "x", INES_ON_X).await;
    }
    assert!(text(&ada.page("/").await).contains("X is having trouble since"));
    app.sandbox().calm().await;
    app.later(Duration::minutes(20)).await;
    test(&ada, "x", INES_ON_X).await;
    assert!(!text(&ada.page("/").await).contains("having trouble"));
    assert!(told(&ada).await.is_empty(), "it was short");
});

// T8: many accounts failing alike are the platform's trouble: one banner instead of a message each.
// Those that stay broken are told when it has calmed down.
both!(many_accounts_failing_alike_become_one_banner, |app| async {
    let mut people = Vec::new();
    for name in ["Ada", "Grace", "Mara", "Ines", "Kofi", "Luna"] {
        let person = app.person(name).await;
        person.connect("x", INES_ON_X).await;
        people.push(person);
    }
    app.sandbox().revoke("x", INES_ON_X).await;
    for person in &people {
        test(person, "x", INES_ON_X).await;
    }
    let (early, late) = people.split_at(5);
    for person in early {
        assert_eq!(kinds(person).await, ["broken"]);
    }
    assert!(told(&late[0]).await.is_empty(), "the sixth is held back");
    assert!(
        text(&late[0].page("/integrations").await)
            .contains("X has been turning many accounts away since")
    );
    app.later(Duration::minutes(90)).await;
    work_twice(&app).await;
    assert_eq!(kinds(&late[0]).await, ["broken"]);
    assert!(!text(&late[0].page("/integrations").await).contains("turning many accounts away"));
    assert_eq!(kinds(&early[0]).await, ["broken"]);
});

// T8, T7: a worker that comes late counts what broke together then, not what breaks now.
both!(a_late_worker_sees_that_many_broke_together, |app| async {
    let mut people = Vec::new();
    for name in ["Ada", "Grace", "Mara", "Ines", "Kofi", "Luna"] {
        let person = app.person(name).await;
        person.connect("x", INES_ON_X).await;
        people.push(person);
    }
    app.work().await;
    app.sandbox().revoke("x", INES_ON_X).await;
    for person in &people {
        let address = format!("/api/integrations/test/x/{INES_ON_X}");
        person.post(&address, None).await.expect(200);
    }
    app.later(Duration::minutes(12)).await;
    app.work().await;
    for person in &people {
        assert!(told(person).await.is_empty(), "{} is held back", person.name);
    }
    app.later(Duration::minutes(90)).await;
    work_twice(&app).await;
    for person in &people {
        person.log_in().await;
        assert_eq!(kinds(person).await, ["broken"]);
    }
});

// T8: what has broken again is not said to work, however late that is told.
both!(nobody_is_told_of_a_recovery_that_is_over, |app| async {
    let ada = app.person("Ada").await;
    let id = ada.connect("reddit", MARA_ON_REDDIT).await["id"].as_str().expect("an id").to_owned();
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    test(&ada, "reddit", MARA_ON_REDDIT).await;
    ada.reconnect("reddit", &id, MARA_ON_REDDIT).await;
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    test(&ada, "reddit", MARA_ON_REDDIT).await;
    assert_eq!(kinds(&ada).await, ["broken", "broken"]);
});

// T8: a job that was given up loses nothing: the account is told of after all.
both!(a_notice_whose_job_is_gone_is_told_later, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.work().await;
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    let address = format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}");
    ada.post(&address, None).await.expect(200);
    app.sql("DELETE FROM jobs WHERE kind = 'announce_broken'").await;
    app.work().await;
    assert!(told(&ada).await.is_empty());
    app.later(Duration::hours(13)).await;
    work_twice(&app).await;
    app.later(Duration::minutes(1)).await;
    work_twice(&app).await;
    ada.log_in().await;
    assert_eq!(kinds(&ada).await, ["broken"]);
});

// T8: everybody chooses what comes by e-mail; the bell tells it all the same.
both!(what_comes_by_mail_is_chosen, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    verify(&app).await;
    let usual = json!({ "byMail": { "broken": true, "expiring": true, "recovered": false,
        "trouble": false } });
    assert_eq!(ada.get("/api/notices/preferences").await.expect(200).data(), usual);
    let page = ada.page("/settings").await;
    assert!(text(&page).contains("What comes by e-mail, too"));
    let saved =
        ada.browser.submit("/settings", "/fn/notice_preferences", &[("recovered", "on")]).await;
    ada.toast(&saved).await.says(&["Your choice is saved."]);
    let own = json!({ "byMail": { "broken": false, "expiring": false, "recovered": true,
        "trouble": false } });
    assert_eq!(ada.get("/api/notices/preferences").await.data(), own);
    let sent = json!({ "byMail": { "trouble": true } });
    assert_eq!(
        grace.put("/api/notices/preferences", sent).await.expect(200).data()["byMail"]["broken"],
        json!(true)
    );
    grace
        .put("/api/notices/preferences", json!({ "byMail": { "gossip": true } }))
        .await
        .expect(422);

    for person in [&ada, &grace] {
        let id = person.connect("reddit", MARA_ON_REDDIT).await["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
        test(person, "reddit", MARA_ON_REDDIT).await;
        person.reconnect("reddit", &id, MARA_ON_REDDIT).await;
        app.work().await;
        assert_eq!(kinds(person).await, ["broken", "recovered"]);
    }
    let (to_ada, to_grace) = (mails(&ada).await, mails(&grace).await);
    assert!(to_ada.len() == 1 && to_ada[0].ends_with("works again"), "{to_ada:?}");
    assert!(to_grace.len() == 1 && to_grace[0].ends_with("has to be reconnected"), "{to_grace:?}");
});

// T8, S4: notices are read one by one or all at once, by forms and by programs; another person's do
// not exist.
both!(notices_are_read_by_whom_they_are_for, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    assert!(text(&ada.page("/notices").await).contains("Nothing needs you."));
    for (provider, account) in
        [("x", INES_ON_X), ("reddit", MARA_ON_REDDIT), ("youtube", KOFI_ON_YOUTUBE)]
    {
        ada.connect(provider, account).await;
        app.sandbox().revoke(provider, account).await;
        test(&ada, provider, account).await;
    }
    let news = told(&ada).await;
    let ids: Vec<&str> = news.iter().map(|notice| word(notice, "id")).collect();
    mallory.post(&format!("/api/notices/{}/read", ids[0]), None).await.expect(404);
    let tried = mallory.browser.submit("/notices", "/fn/notice_read", &[("id", ids[0])]).await;
    mallory.toast(&tried).await.says(&["There is no such notice"]);
    assert!(told(&mallory).await.is_empty());
    mallory.post("/api/notices/read-all", None).await.expect(200);
    assert_eq!(ada.get("/api/notices").await.data()["unread"], json!(3));

    ada.post(&format!("/api/notices/{}/read", ids[0]), None).await.expect(200);
    ada.post("/api/notices/not-an-id/read", None).await.expect(404);
    let read = ada.browser.submit("/notices", "/fn/notice_read", &[("id", ids[1])]).await;
    assert_eq!(read.location(), "/notices");
    assert_eq!(ada.get("/api/notices").await.data()["unread"], json!(1));
    assert_eq!(ada.post("/api/notices/read-all", None).await.expect(200).data()["read"], json!(1));
    assert!(!ada.page("/notices").await.contains("unread\""));
    app.stranger("Nobody")
        .browser
        .rest(reqwest::Method::GET, "/api/notices", None)
        .await
        .expect(401);
});

// T8: an address that nobody has proved is not written to.
both!(an_unproved_address_gets_no_notices, |app| async {
    let ada = app.person("Ada").await;
    app.sql("UPDATE users SET email_verified_at = NULL").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    test(&ada, "reddit", MARA_ON_REDDIT).await;
    assert_eq!(kinds(&ada).await, ["broken"]);
    assert!(mails(&ada).await.is_empty());
});

// T8: what is old goes by itself.
both!(notices_are_kept_for_three_months, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().revoke("x", INES_ON_X).await;
    test(&ada, "x", INES_ON_X).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    app.later(Duration::days(91)).await;
    app.work().await;
    assert!(app.rows("notices").await.is_empty() && app.rows("incidents").await.is_empty());
});

/// An id as SQL says it; SQLite keeps ids as bytes.
fn literal(app: &TestApp, id: Uuid) -> String {
    match app.engine() {
        Engine::Sqlite => format!("x'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'"),
    }
}

/// Somebody else with a workspace of their own, in which what Ada connected is connected, too.
async fn somebody_with_the_same_account(app: &TestApp, number: usize) {
    let (user, workspace) = (UserId::new(), WorkspaceId::new());
    let now = app.backend().clock.now();
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    let row = db::users::User {
        id: user,
        email: format!("somebody{number}@stories.example"),
        name: "Somebody".into(),
        password_hash: String::new(),
        time_zone: "UTC".into(),
        email_verified_at: None,
        created_at: now,
    };
    assert!(db::users::insert(&mut tx, &row).await.expect("a person"));
    db::users::insert_workspace(&mut tx, workspace, "Somebody's", "free", user, now)
        .await
        .expect("a workspace");
    tx.commit().await.expect("a commit");
    let columns = "provider, provider_account_id, name, handle, token_type, scope, issued_at, \
        metadata, status, version, connected_at, created_at, updated_at";
    let added = app
        .sql(&format!(
            "INSERT INTO oauth_accounts (id, workspace_id, {columns}) SELECT {}, {}, {columns}
             FROM oauth_accounts WHERE user_id = (SELECT id FROM users WHERE email = \
             'ada@stories.example')",
            literal(app, Uuid::now_v7()),
            literal(app, workspace.0),
        ))
        .await;
    assert_eq!(added, 1);
}

// T8, H7: telling many workspaces is a job of its own, and everybody is told once.
both!(an_outage_of_many_workspaces_is_told_by_a_job_of_its_own, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    for number in 0..120 {
        somebody_with_the_same_account(&app, number).await;
    }
    down(&app, "reddit", 600).await;
    app.work().await;
    app.later(Duration::hours(1)).await;
    notices::process(app.backend()).await.expect("it is enqueued");
    assert!(app.rows("notices").await.is_empty(), "nobody is told in that transaction");
    assert_eq!(
        app.texts("SELECT kind FROM jobs WHERE kind LIKE 'announce%'").await,
        ["announce_outage"]
    );
    work_twice(&app).await;
    assert_eq!(app.rows("notices").await.len(), 121);
    up(&app, "reddit").await;
    app.later(Duration::minutes(1)).await;
    work_twice(&app).await;
    assert_eq!(app.rows("notices").await.len(), 242);
    assert_eq!(kinds(&ada).await, ["trouble", "trouble"]);
});
