//! Passwords: forgotten, reset by a link, changed by who knows the current one.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::word;
use crate::support::{Answer, PASSWORD, Person, TestApp, both, heading, text};

const NEW: &str = "paints a little every night";

async fn forgot(app: &TestApp, email: &str) -> Answer {
    let browser = app.stranger("Nobody").browser;
    browser.rest(Method::POST, "/api/auth/forgot", Some(&json!({ "email": email }))).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    let browser = app.stranger("Nobody").browser;
    browser
        .rest(
            Method::POST,
            "/api/auth/reset",
            Some(&json!({ "token": token, "password": password })),
        )
        .await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> u16 {
    let browser = app.stranger("Nobody").browser;
    browser
        .rest(
            Method::POST,
            "/api/auth/login",
            Some(&json!({ "email": email, "password": password })),
        )
        .await
        .status
}

async fn is_in(person: &Person) -> (u16, u16) {
    let by_cookie = person.browser.rest(Method::GET, "/api/auth/me", None).await.status;
    (by_cookie, person.get("/api/auth/me").await.status)
}

// U1: the link sets a new password, once, and ends every session, cookie and bearer token alike.
both!(ada_forgets_her_password_and_sets_a_new_one, |app| async {
    let ada = app.person("Ada").await;
    let phone = ada.elsewhere().await;
    let grace = app.person("Grace").await;
    forgot(&app, " ADA@stories.example ").await.expect(202);
    let mail = app.last_mail_of(&ada.email).await;
    assert_eq!(mail.subject, "Choose a new password");
    let code = mail.code("/reset");
    assert!(
        !app.all_rows().await.join("\n").contains(&code),
        "stored as a hash, and the mail has gone out"
    );

    let refused = reset(&app, &code, "short").await.expect(422).error();
    assert_eq!(refused["details"]["fields"][0]["field"], "password");
    reset(&app, &code, &ada.email).await.expect(422);
    reset(&app, &code, NEW).await.expect(200);
    assert_eq!(
        (is_in(&ada).await, is_in(&phone).await, is_in(&grace).await),
        ((401, 401), (401, 401), (200, 200))
    );
    assert_eq!(
        (log_in(&app, &ada.email, PASSWORD).await, log_in(&app, &ada.email, NEW).await),
        (401, 200)
    );

    let again = reset(&app, &code, PASSWORD).await.expect(409).error();
    assert!(word(&again, "userMessage").contains("used already"), "{again}");
    assert_eq!(log_in(&app, &ada.email, NEW).await, 200);
    assert_eq!(app.last_mail_of(&ada.email).await.subject, "Your password was changed");
});

// U1: a link works for thirty minutes, to the second; a wrong one never.
both!(a_link_works_for_thirty_minutes, |app| async {
    let ada = app.person("Ada").await;
    forgot(&app, &ada.email).await.expect(202);
    let first = app.last_mail_of(&ada.email).await.code("/reset");
    app.later(Duration::minutes(30)).await;
    reset(&app, &first, NEW).await.expect(409);
    forgot(&app, &ada.email).await.expect(202);
    let second = app.last_mail_of(&ada.email).await.code("/reset");
    assert_ne!(first, second);
    app.later(Duration::minutes(30) - Duration::seconds(1)).await;
    for wrong in ["", "0", &"0".repeat(64), &second[1..], &second.to_uppercase()] {
        reset(&app, wrong, NEW).await.expect(409);
    }
    reset(&app, &second, NEW).await.expect(200);
    app.later(Duration::hours(1)).await;
    app.work().await;
    assert!(
        app.rows("email_tokens").await.iter().all(|row| !row.contains("reset")),
        "nothing is left"
    );
});

// U1: an unknown e-mail is answered alike, and the request does the same: whose it is, is looked up
// by the worker.
both!(an_unknown_email_is_answered_alike, |app| async {
    let ada = app.person("Ada").await;
    app.work().await;
    let before = app.all_rows().await;
    let known = forgot(&app, &ada.email).await.expect(202);
    let unknown = forgot(&app, "nobody@stories.example").await.expect(202);
    assert_eq!(known.data(), unknown.data());
    let names =
        |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((names(&known), known.body.len()), (names(&unknown), unknown.body.len()));
    let added: Vec<String> =
        app.all_rows().await.into_iter().filter(|row| !before.contains(row)).collect();
    assert_eq!(
        added.iter().filter(|row| row.starts_with("reset_requests")).count(),
        2,
        "{added:?}"
    );
    assert!(
        !added.iter().any(|row| row.starts_with("mail")),
        "neither link nor mail before the answer: {added:?}"
    );
    assert!(app.mail_of("nobody@stories.example").await.is_empty());
    assert_eq!(app.last_mail_of(&ada.email).await.subject, "Choose a new password");
    assert!(app.rows("reset_requests").await.is_empty());
    let refused = forgot(&app, "no address").await.expect(422).error();
    assert_eq!(refused["details"]["fields"][0]["field"], "email");
});

// U1, S5: asking again and again fills nobody's mailbox.
both!(asking_again_and_again_fills_no_mailbox, |app| async {
    let ada = app.person("Ada").await;
    for _ in 0..12 {
        forgot(&app, &ada.email).await.expect(202);
    }
    let links = app
        .mail_of(&ada.email)
        .await
        .into_iter()
        .filter(|mail| mail.subject == "Choose a new password")
        .count();
    assert_eq!(links, 5);
});

// U1, C15: the same without scripts. The secret stands in the fragment, which no browser sends;
// here the person pastes it.
both!(ada_resets_her_password_without_scripts, |app| async {
    let ada = app.person("Ada").await;
    let new = app.stranger("Ada");
    assert!(new.page("/login").await.contains("href=\"/forgot\""));
    let sent = new.browser.submit("/forgot", "/fn/forgot", &[("email", &ada.email)]).await;
    assert_eq!(sent.location(), "/login");
    new.toast(&sent).await.says(&["Look into your mail."]);
    let mail = app.last_mail_of(&ada.email).await;
    assert!(mail.link("/reset").starts_with("/reset#"), "in the fragment: {}", mail.text);
    let page = new.page("/reset").await;
    assert_eq!(heading(&page), "Choose a new password");
    let code = mail.code("/reset");
    let again = new
        .browser
        .submit_and_follow("/reset", "/fn/reset", &[("token", &code), ("password", "short")])
        .await;
    assert!(
        text(&again.body).contains("at least 10 characters") && !again.body.contains(&code),
        "a secret is not repeated"
    );
    let done = new
        .browser
        .submit("/reset", "/fn/reset", &[("token", &format!(" {code} ")), ("password", NEW)])
        .await;
    assert_eq!(done.location(), "/login");
    new.toast(&done).await.says(&["Your password is changed."]);
    let fields = [("email", ada.email.as_str()), ("password", NEW), ("next", "")];
    assert_eq!(new.browser.submit("/login", "/fn/login", &fields).await.location(), "/");
    let over =
        new.browser.submit("/reset", "/fn/reset", &[("token", &code), ("password", NEW)]).await;
    new.toast(&over).await.says(&["used already", "Ask for a new one"]);
});

// U1, S2: who knows the current password changes it; every other session ends, and this one gets a
// new id.
both!(ada_changes_her_password, |app| async {
    let ada = app.person("Ada").await;
    let phone = ada.elsewhere().await;
    let old = (ada.browser.cookie("session"), ada.token());
    let change = async |current: &str, new: &str| {
        let form = json!({ "currentPassword": current, "newPassword": new });
        ada.browser.rest(Method::PUT, "/api/auth/password", Some(&form)).await
    };
    let fields = |answer: Answer| answer.error()["details"]["fields"][0]["field"].clone();
    assert_eq!(fields(change("not her password", NEW).await.expect(422)), "currentPassword");
    assert_eq!(fields(change(PASSWORD, "short").await.expect(422)), "newPassword");
    assert_eq!(
        (is_in(&ada).await, is_in(&phone).await),
        ((200, 200), (200, 200)),
        "nothing has happened yet"
    );
    let changed = change(PASSWORD, NEW).await.expect(200).data();
    assert_ne!(ada.browser.cookie("session"), old.0);
    assert_eq!(ada.browser.rest(Method::GET, "/api/auth/me", None).await.status, 200);
    assert_eq!(
        (ada.get("/api/auth/me").await.status, is_in(&phone).await),
        (401, (401, 401)),
        "the old token too"
    );
    assert_ne!(word(&changed, "accessToken"), old.1);
    assert_eq!(
        (log_in(&app, &ada.email, PASSWORD).await, log_in(&app, &ada.email, NEW).await),
        (401, 200)
    );
    assert_eq!(app.last_mail_of(&ada.email).await.subject, "Your password was changed");
});

// U1, C15
both!(ada_changes_her_password_without_scripts, |app| async {
    let ada = app.person("Ada").await;
    let fields = [("current_password", "not her password"), ("new_password", NEW)];
    let again = ada
        .browser
        .submit_and_follow("/settings", "/fn/change_password", &fields)
        .await
        .expect(200);
    assert!(text(&again.body).contains("This is not your password.") && !again.body.contains(NEW));
    let fields = [("current_password", PASSWORD), ("new_password", NEW)];
    let done = ada.browser.submit("/settings", "/fn/change_password", &fields).await;
    assert_eq!(done.location(), "/settings");
    ada.toast(&done).await.says(&["Your password is changed."]);
});

// U1: a link asked for before the password was changed is worth nothing afterwards.
both!(a_changed_password_ends_the_links_on_their_way, |app| async {
    let ada = app.person("Ada").await;
    forgot(&app, &ada.email).await.expect(202);
    let code = app.last_mail_of(&ada.email).await.code("/reset");
    let form: Value = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    ada.put("/api/auth/password", form).await.expect(200);
    reset(&app, &code, PASSWORD).await.expect(409);
    assert_eq!(log_in(&app, &ada.email, NEW).await, 200);
});
