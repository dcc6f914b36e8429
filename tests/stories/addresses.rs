//! E-mail addresses: confirmed by a link, changed by a link to the new one.

use chrono::Duration;
use reqwest::Method;
use serde_json::json;

use super::cast::word;
use crate::support::{Answer, Browser, PASSWORD, Person, TestApp, both, text};

/// Somebody who has registered and followed no link yet.
async fn newcomer(app: &TestApp, name: &str) -> Person {
    let person = app.stranger(name);
    let form = json!({ "email": person.email, "password": PASSWORD, "name": name });
    person.browser.rest(Method::POST, "/api/auth/register", Some(&form)).await.expect(201);
    person
}

async fn verify(app: &TestApp, token: &str) -> Answer {
    let somebody = Browser::new(&app.base());
    somebody.rest(Method::POST, "/api/auth/verify", Some(&json!({ "token": token }))).await
}

async fn me(person: &Person) -> serde_json::Value {
    person.browser.rest(Method::GET, "/api/auth/me", None).await.expect(200).data()["user"].clone()
}

// U1: the link confirms the address, once, within a day, from whatever device; nothing waits for
// it.
both!(ada_confirms_her_address, |app| async {
    let ada = newcomer(&app, "Ada").await;
    assert_eq!(me(&ada).await["emailVerified"], false);
    assert!(text(&ada.page("/").await).contains("Confirm your e-mail: follow the link"));
    let mail = app.last_mail_of(&ada.email).await;
    assert_eq!(mail.subject, "Confirm your e-mail");
    assert!(!mail.text.contains("Ada"), "a name could be an advertisement: {}", mail.text);
    let code = mail.code("/verify");
    assert!(!app.all_rows().await.join("\n").contains(&code), "stored as a hash");
    app.later(Duration::hours(24) - Duration::seconds(1)).await;
    verify(&app, &code).await.expect(200);
    verify(&app, &code).await.expect(409);
    assert_eq!(me(&ada).await["emailVerified"], true);
    assert!(!ada.page("/").await.contains("verify_again"));
    let again =
        ada.browser.rest(Method::POST, "/api/auth/verify/again", None).await.expect(409).error();
    assert!(word(&again, "userMessage").contains("confirmed already"));
});

// U1, C15: a link that ran out is sent again, a few times a day.
both!(a_link_that_ran_out_is_sent_again, |app| async {
    let ada = newcomer(&app, "Ada").await;
    let late = app.last_mail_of(&ada.email).await.code("/verify");
    app.later(Duration::hours(24)).await;
    verify(&app, &late).await.expect(409);
    let sent = ada.browser.submit("/settings", "/fn/verify_again", &[]).await;
    ada.toast(&sent).await.says(&["We sent another link."]);
    let code = app.last_mail_of(&ada.email).await.code("/verify");
    for _ in 0..4 {
        ada.browser.rest(Method::POST, "/api/auth/verify/again", None).await.expect(200);
    }
    let enough =
        ada.browser.rest(Method::POST, "/api/auth/verify/again", None).await.expect(429).error();
    assert!(word(&enough, "userMessage").contains("Enough links"), "{enough}");
    let phone = app.stranger("Ada");
    assert!(text(&phone.page("/verify").await).contains("Confirm your e-mail"), "without a log-in");
    let done = phone.browser.submit("/verify", "/fn/verify", &[("token", &code)]).await;
    phone.browser.follow(&done).await.expect(303);
    assert_eq!(me(&ada).await["emailVerified"], true);
});

// U1: the new address counts once its link is followed; the old one is told.
both!(ada_changes_her_address, |app| async {
    let ada = app.person("Ada").await;
    let change = async |email: &str, password: &str| {
        ada.browser
            .rest(
                Method::PUT,
                "/api/auth/email",
                Some(&json!({ "email": email, "password": password })),
            )
            .await
    };
    let field = |answer: Answer| answer.error()["details"]["fields"][0]["field"].clone();
    assert_eq!(
        field(change("king@stories.example", "not her password").await.expect(422)),
        "password"
    );
    assert_eq!(field(change("no address", PASSWORD).await.expect(422)), "email");
    assert_eq!(field(change(&ada.email, PASSWORD).await.expect(422)), "email");
    assert!(app.mail_of("king@stories.example").await.is_empty());
    change("King@stories.example", PASSWORD).await.expect(200);
    assert_eq!(me(&ada).await["email"], "ada@stories.example", "not yet");
    let code = app.last_mail_of("king@stories.example").await.code("/verify");
    verify(&app, &code).await.expect(200);
    let user = me(&ada).await;
    assert_eq!(
        (word(&user, "email"), &user["emailVerified"]),
        ("king@stories.example", &json!(true))
    );
    let told = app.last_mail_of("ada@stories.example").await;
    assert!(
        told.subject == "Your e-mail was changed" && told.text.contains("king@stories.example"),
        "{told:?}"
    );
    verify(&app, &code).await.expect(409);
});

// U1: an address that somebody else has is answered alike; only who reads its mail gets to know.
both!(a_taken_address_is_answered_alike_and_refused_at_the_link, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    let change = async |email: &str| {
        let form = json!({ "email": email, "password": PASSWORD });
        ada.browser.rest(Method::PUT, "/api/auth/email", Some(&form)).await.expect(200).data()
    };
    assert_eq!(change("free@stories.example").await, change(&grace.email).await);
    let code = app.last_mail_of(&grace.email).await.code("/verify");
    verify(&app, &code).await.expect(409);
    assert_eq!(
        (me(&ada).await["email"].clone(), me(&grace).await["email"].clone()),
        (json!(ada.email), json!(grace.email))
    );
});

// U1, C15
both!(ada_changes_her_address_without_scripts, |app| async {
    let ada = app.person("Ada").await;
    let fields = [("new_email", "king@stories.example"), ("email_password", "not her password")];
    let again =
        ada.browser.submit_and_follow("/settings", "/fn/change_email", &fields).await.expect(200);
    assert!(text(&again.body).contains("This is not your password."));
    assert!(again.body.contains("value=\"king@stories.example\""), "what was typed is there again");
    let fields = [("new_email", "king@stories.example"), ("email_password", PASSWORD)];
    let sent = ada.browser.submit("/settings", "/fn/change_email", &fields).await;
    ada.toast(&sent).await.says(&["We sent a link to king@stories.example."]);
    let code = app.last_mail_of("king@stories.example").await.code("/verify");
    let done = ada.browser.submit("/verify", "/fn/verify", &[("token", &code)]).await;
    ada.toast(&done).await.says(&["Your e-mail is confirmed."]);
    assert!(text(&ada.page("/settings").await).contains("king@stories.example"));
});

// U1, S1: a link for one purpose serves no other, and one to an address that was left confirms
// nothing.
both!(a_link_serves_its_purpose_only, |app| async {
    let ada = newcomer(&app, "Ada").await;
    let verification = app.last_mail_of(&ada.email).await.code("/verify");
    ada.browser
        .rest(Method::POST, "/api/auth/forgot", Some(&json!({ "email": ada.email })))
        .await
        .expect(202);
    let reset = app.last_mail_of(&ada.email).await.code("/reset");
    verify(&app, &reset).await.expect(409);
    let form = json!({ "token": verification, "password": "paints a little every night" });
    ada.browser.rest(Method::POST, "/api/auth/reset", Some(&form)).await.expect(409);

    let form = json!({ "email": "king@stories.example", "password": PASSWORD });
    ada.browser.rest(Method::PUT, "/api/auth/email", Some(&form)).await.expect(200);
    verify(&app, &app.last_mail_of("king@stories.example").await.code("/verify")).await.expect(200);
    verify(&app, &verification).await.expect(409);
    let form = json!({ "token": reset, "password": "paints a little every night" });
    ada.browser.rest(Method::POST, "/api/auth/reset", Some(&form)).await.expect(409);
});

// S2, S4: an operator's address gives its rights once it is confirmed, and to a new session only.
both!(
    an_operators_address_counts_once_it_is_confirmed,
    config = |config| config.users.operators.push("grace@stories.example".into()),
    |app| async {
        let mallory = newcomer(&app, "Grace").await;
        mallory.browser.open("/operations/mail").await.expect(403);
        verify(&app, &app.last_mail_of(&mallory.email).await.code("/verify")).await.expect(200);
        assert_eq!(
            mallory.browser.open("/operations/mail").await.expect(303).location(),
            "/login?next=%2Foperations%2Fmail"
        );
        let grace = app.stranger("Grace");
        grace.log_in().await;
        grace.browser.open("/operations/mail").await.expect(200);
    }
);
