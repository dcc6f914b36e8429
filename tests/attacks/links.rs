//! Links out of mails: guessed, used again, kept for later, meant for somebody or something else.

use chrono::Duration;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::{PASSWORD, both, log};

const MALLORYS: &str = "knows what he should not";

async fn post(person: &Person, path: &str, body: Value) -> Answer {
    person.browser.rest(Method::POST, path, Some(&body)).await
}

/// A link to a new password, on its way to this person.
async fn ask_reset(app: &TestApp, person: &Person) -> String {
    post(&app.stranger("Nobody"), "/api/auth/forgot", json!({ "email": person.email }))
        .await
        .expect(202);
    app.last_mail_of(&person.email).await.code("/reset")
}

async fn reset(app: &TestApp, code: &str) -> Answer {
    post(
        &app.stranger("Mallory"),
        "/api/auth/reset",
        json!({ "token": code, "password": MALLORYS }),
    )
    .await
}

/// Ada is still who she was, with the password that she had.
async fn assert_still_hers(app: &TestApp, ada: &Person) {
    let log_in = async |password: &str| {
        post(
            &app.stranger("Somebody"),
            "/api/auth/login",
            json!({ "email": ada.email, "password": password }),
        )
        .await
        .status
    };
    assert_eq!((log_in(PASSWORD).await, log_in(MALLORYS).await), (200, 401));
}

/// Somebody whose address nobody has proved.
async fn newcomer(app: &TestApp, name: &str) -> Person {
    let person = app.stranger(name);
    let form = json!({ "email": person.email, "password": PASSWORD, "name": name });
    post(&person, "/api/auth/register", form).await.expect(201);
    person
}

async fn is_verified(person: &Person) -> bool {
    let me = person.browser.rest(Method::GET, "/api/auth/me", None).await.expect(200).data();
    me["user"]["emailVerified"] == true
}

// U1: 256 bits are not guessed, and nothing near the right code is right: not what is stored of it
// either.
both!(a_reset_link_that_was_guessed, |app| async {
    let ada = app.person("Ada").await;
    let code = ask_reset(&app, &ada).await;
    let stored: String =
        huntaze::server::identity::hash(&code).iter().map(|byte| format!("{byte:02x}")).collect();
    let near = [
        String::new(),
        stored,
        code[..63].to_owned(),
        code[1..].to_owned(),
        code.to_uppercase(),
        format!("{code}0"),
        format!("{code}\u{0}"),
        format!("#{code}"),
        "0".repeat(64),
        "%".repeat(64),
        "a".repeat(60_000),
    ];
    for guess in near {
        let answer = reset(&app, &guess).await;
        assert_eq!(answer.status, 409, "{guess:.80}: {}", answer.body);
    }
    for odd in [json!([code]), json!({ "$ne": "" }), json!(true), Value::Null] {
        post(
            &app.stranger("Mallory"),
            "/api/auth/reset",
            json!({ "token": odd, "password": MALLORYS }),
        )
        .await
        .expect(422);
    }
    assert_still_hers(&app, &ada).await;
});

// U1: once, also where it is used by many at once.
both!(a_reset_link_used_many_times, |app| async {
    let ada = app.person("Ada").await;
    let code = ask_reset(&app, &ada).await;
    let answers = join_all((0..8).map(|_| reset(&app, &code))).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(
        done == 1 && answers.iter().all(|answer| matches!(answer.status, 200 | 409)),
        "{answers:?}"
    );
    app.later(Duration::minutes(1)).await;
    reset(&app, &code).await.expect(409);
    assert_eq!(
        app.texts("SELECT action FROM audit_events WHERE action = 'password_reset'").await.len(),
        1
    );
});

// U1: several links that were asked for are all good - the newest mail may be the one that is late
// - until the first is used.
both!(an_older_reset_link_kept_for_later, |app| async {
    let ada = app.person("Ada").await;
    let (older, newer) = (ask_reset(&app, &ada).await, ask_reset(&app, &ada).await);
    assert_ne!(older, newer);
    let hers = json!({ "token": newer, "password": PASSWORD });
    post(&ada, "/api/auth/reset", hers).await.expect(200);
    reset(&app, &older).await.expect(409);
    let late = ask_reset(&app, &ada).await;
    app.later(Duration::minutes(30)).await;
    reset(&app, &late).await.expect(409);
    assert_still_hers(&app, &ada).await;
});

// U1: a link that went to an address that she has given up; whoever reads that mailbox now gets
// nothing by it.
both!(a_reset_link_to_an_address_that_was_given_up, |app| async {
    let ada = app.person("Ada").await;
    let code = ask_reset(&app, &ada).await;
    let king = "king@stories.example";
    let form = json!({ "email": king, "password": PASSWORD });
    ada.browser.rest(Method::PUT, "/api/auth/email", Some(&form)).await.expect(200);
    let change = app.last_mail_of(king).await.code("/verify");
    post(&ada, "/api/auth/verify", json!({ "token": change })).await.expect(200);
    reset(&app, &code).await.expect(409);
    let again = post(&app.stranger("Mallory"), "/api/auth/forgot", json!({ "email": ada.email }))
        .await
        .expect(202);
    assert_eq!(again.data()["message"].as_str().map(str::is_empty), Some(false));
    assert!(
        !app.last_mail_of(&ada.email).await.text.contains("/reset#"),
        "nobody has that address any more"
    );
});

// U1: his own link sets his own password, whatever else he sends with it and whoever's session he
// holds.
both!(a_reset_link_of_mallorys_for_adas_password, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let code = ask_reset(&app, &mallory).await;
    for extra in ["email", "userId", "user", "id"] {
        let mut form = json!({ "token": code, "password": MALLORYS });
        form[extra] = json!(ada.email);
        post(&mallory, "/api/auth/reset", form).await.expect(422);
    }
    let fields = [("token", code.as_str()), ("password", MALLORYS), ("email", &ada.email)];
    ada.browser.submit("/reset", "/fn/reset", &fields).await.expect(302);
    assert_still_hers(&app, &ada).await;
    let his = json!({ "email": mallory.email, "password": MALLORYS });
    post(&app.stranger("Mallory"), "/api/auth/login", his).await.expect(200);
});

// U1, S1: the secret never travels in an address, so no referrer, log or history of a proxy has it.
both!(a_reset_code_in_a_referrer, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    let code = ask_reset(&app, &ada).await;
    let mail = app.last_mail_of(&ada.email).await;
    let address =
        mail.text.split_whitespace().find(|word| word.contains("/reset")).expect("a link");
    let url: url::Url = address.parse().expect("an address");
    assert_eq!(
        (url.query(), url.fragment()),
        (None, Some(code.as_str())),
        "in the fragment, which no browser sends"
    );
    let visitor = app.stranger("Ada");
    let page = visitor.browser.open("/reset").await.expect(200);
    assert!(["same-origin", "no-referrer"].contains(&page.header("referrer-policy")));
    assert!(
        page.header("content-security-policy").contains("default-src 'self'"),
        "and the page loads nothing from elsewhere"
    );
    for path in [format!("/reset?token={code}"), format!("/verify?token={code}")] {
        let page = visitor.browser.open(&path).await;
        assert!(!page.body.contains(&code), "an address does not fill the form");
    }
    let referer = format!("{}/reset?token={code}", app.base());
    let request = visitor
        .browser
        .request(Method::POST, "/fn/reset")
        .header("referer", referer)
        .header("accept", "text/html");
    let refused = visitor
        .browser
        .send(
            request
                .header("sec-fetch-site", "same-origin")
                .form(&[("token", "x"), ("password", "y")]),
        )
        .await;
    assert!(refused.status < 400);
    assert!(!log::raw().contains(&code), "nor does a line of the log");
    reset(&app, &code).await.expect(200);
    assert!(!log::raw().contains(&code));
});

// U1, S2: a link proves the mailbox it was sent to. Mallory registered, and got hold of Ada's link;
// his own address stays unproved.
both!(a_verification_link_of_another_person, |app| async {
    let (ada, mallory) = (newcomer(&app, "Ada").await, newcomer(&app, "Mallory").await);
    let hers = app.last_mail_of(&ada.email).await.code("/verify");
    post(&mallory, "/api/auth/verify", json!({ "token": hers })).await.expect(200);
    assert_eq!(
        (is_verified(&ada).await, is_verified(&mallory).await),
        (true, false),
        "it says whose mailbox it is, and no more"
    );
    post(&mallory, "/api/auth/verify", json!({ "token": hers })).await.expect(409);
    let session = app.stranger("Nobody");
    let his = app.last_mail_of(&mallory.email).await.code("/verify");
    let answer = post(&session, "/api/auth/verify", json!({ "token": his })).await.expect(200);
    assert!(answer.cookies().is_empty(), "a link logs nobody in");
});

// U1: to an address that was given up, used before, too old, or of another kind.
both!(a_verification_link_after_its_time, |app| async {
    let ada = newcomer(&app, "Ada").await;
    let old = app.last_mail_of(&ada.email).await.code("/verify");
    let king = "king@stories.example";
    let change = async |email: &str| {
        let form = json!({ "email": email, "password": PASSWORD });
        ada.browser.rest(Method::PUT, "/api/auth/email", Some(&form)).await.expect(200);
        app.last_mail_of(email).await.code("/verify")
    };
    let (first, second) = (change("first@stories.example").await, change(king).await);
    post(&ada, "/api/auth/verify", json!({ "token": second })).await.expect(200);
    for over in [&old, &first, &second] {
        post(&ada, "/api/auth/verify", json!({ "token": over })).await.expect(409);
        reset(&app, over).await.expect(409);
    }
    let me = ada.browser.rest(Method::GET, "/api/auth/me", None).await.expect(200).data();
    assert_eq!(me["user"]["email"], king);
    let late = change("late@stories.example").await;
    app.later(Duration::hours(24)).await;
    post(&ada, "/api/auth/verify", json!({ "token": late })).await.expect(409);
});

// U1, S4: an address that Mallory claims becomes his only by its mailbox, and never while somebody
// has it.
both!(an_address_claimed_by_a_link, |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    let form = json!({ "email": ada.email.to_uppercase(), "password": PASSWORD });
    mallory.browser.rest(Method::PUT, "/api/auth/email", Some(&form)).await.expect(200);
    let code = app.last_mail_of(&ada.email).await.code("/verify");
    let watch = Watch::over(&app, &[&ada]).await;
    for person in [&mallory, &ada, &app.stranger("Nobody")] {
        post(person, "/api/auth/verify", json!({ "token": code })).await.expect(409);
    }
    watch.assert_unchanged("an address that is taken").await;
});
