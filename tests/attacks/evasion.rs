//! Ways around the limits: other addresses, other spellings, other doors to the same lock.

use chrono::Duration;
use futures::future::join_all;
use huntaze::server::config::{Config, Limits};
use reqwest::Method;
use serde_json::json;

use super::*;
use crate::stories::cast::{INES_ON_X, word};
use crate::support::{Browser, PASSWORD, both};

/// Ten tries a minute where passwords are tried, and nothing else.
fn ten(config: &mut Config) {
    config.limits = Limits { auth: 10, ..Limits::none() };
}

fn behind_a_proxy(config: &mut Config) {
    ten(config);
    config.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
}

async fn guess(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let browser = Browser::new(&app.base());
    let form = json!({ "email": "ada@stories.example", "password": "is it this one?" });
    let request =
        headers.iter().fold(browser.request(Method::POST, path), |request, (name, value)| {
            request.header(*name, *value)
        });
    browser.send(request.json(&form)).await
}

// S5: nobody but our own proxies says where a request comes from, in whichever header.
both!(an_address_made_up_in_a_header, config = |config| ten(config), |app| async {
    let names = [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "x-client-ip",
        "x-originating-ip",
    ];
    let mut tried = 0;
    for n in 0..40 {
        let address = format!("198.51.100.{n}");
        let told = names.map(|name| {
            (name, if name == "forwarded" { format!("for={address}") } else { address.clone() })
        });
        let headers: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tried += i32::from(guess(&app, "/api/auth/login", &headers).await.status == 401);
    }
    assert_eq!(tried, 10);
});

// S5: all addresses of one household are one, however they are written, and whatever stands further
// left.
both!(the_many_addresses_of_one_household, config = |config| behind_a_proxy(config), |app| async {
    let spellings: [fn(u32) -> String; 5] = [
        |n| format!("2001:db8:7:7::{n:x}"),
        |n| format!("[2001:db8:7:7:{n:x}::1]:{}", 4000 + n),
        |n| format!("2001:0DB8:0007:0007:ffff:ffff:0:{n:x}"),
        |n| format!("10.0.0.{n}, 2001:db8:7:7::{n:x}"),
        |n| format!("2001:db8:7:{n:x}::1,2001:db8:7:7::1"),
    ];
    let mut tried = 0;
    for n in 0..40 {
        let address = spellings[n as usize % spellings.len()](n);
        tried += i32::from(
            guess(&app, "/api/auth/login", &[("x-forwarded-for", &address)]).await.status == 401,
        );
    }
    assert_eq!(tried, 10);
    for mapped in [
        "::ffff:203.0.113.9",
        "203.0.113.9",
        "203.0.113.9:4711",
        "[::ffff:203.0.113.9]:80",
        "::ffff:cb00:7109",
    ] {
        for _ in 0..4 {
            tried += i32::from(
                guess(&app, "/api/auth/login", &[("x-forwarded-for", mapped)]).await.status == 401,
            );
        }
    }
    assert_eq!(tried, 20, "and an address of IPv4 is the same when it is written as one of IPv6");
});

// S5: every way of writing the door's address, every method and every other door count together, or
// lead nowhere.
both!(other_doors_to_the_same_lock, config = |config| ten(config), |app| async {
    let visitor = app.stranger("Mallory").browser;
    let form = [("email", "ada@stories.example"), ("password", "is it this one?")];
    let mut tried = 0;
    for round in 0..6 {
        for path in [
            "/api/auth/login",
            "/api/auth/login/",
            "/api/auth//login",
            "//api/auth/login",
            "/API/auth/login",
            "/api/auth/%6cogin",
            "/api/auth/./login",
            "/api/auth/x/../login",
            "/api/auth/login?round=1",
            "/api/auth/login;a=b",
        ] {
            tried += i32::from(guess(&app, path, &[]).await.status == 401);
        }
        for path in
            ["/fn/login", "/fn/login/", "/fn//login", "/fn/%6cogin", "/FN/login", "/fn/login?a=b"]
        {
            let answer = visitor.submit("/login", path, &form).await;
            assert!(answer.status < 500, "{path}: {}", answer.body);
        }
        for method in
            [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::PATCH, Method::TRACE]
        {
            let answer = visitor
                .send(
                    visitor
                        .request(method.clone(), "/api/auth/login")
                        .json(&json!({ "email": form[0].1, "password": form[1].1 })),
                )
                .await;
            assert!(
                (200..500).contains(&answer.status) && answer.status != 401,
                "{method} in round {round}: {}",
                answer.status
            );
        }
    }
    assert!((1..=10).contains(&tried), "{tried}");
    let refused = "SELECT action FROM audit_events WHERE action = 'login' AND result = 'failed'";
    assert!((1..=10).contains(&app.texts(refused).await.len()), "passwords that were tried in all");
});

// S5: HEAD does all that GET does, so it counts as GET does.
both!(
    connections_begun_by_head,
    config = |config| config.limits = Limits { oauth: 5, ..Limits::none() },
    |app| async {
        let ada = app.person("Ada").await;
        let mut begun = 0;
        for _ in 0..20 {
            let request = ada
                .browser
                .request(Method::HEAD, "/api/auth/x")
                .header("sec-fetch-site", "same-origin");
            begun += i32::from(ada.browser.send(request).await.status == 303);
        }
        assert_eq!(begun, 5);
        let callback = format!("/api/integrations/callback/x?state=a&code={INES_ON_X}");
        assert_eq!(
            ada.browser.send(ada.browser.request(Method::HEAD, &callback)).await.status,
            429
        );
    }
);

/// Five wrong passwords for one e-mail, and everybody may come from wherever they say.
fn five_guesses(config: &mut Config) {
    config.limits = Limits { password_attempts: 5, address: 100_000, ..Limits::none() };
    config.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
}

/// Mallory tries a password of somebody's from the `n`th of his addresses.
async fn guess_from(app: &TestApp, n: u32, email: &str) -> Answer {
    let browser = Browser::new(&app.base());
    let address = format!("198.51.{}.{}", n / 250, n % 250);
    let form = json!({ "email": email, "password": format!("is it number {n}?") });
    browser
        .send(
            browser
                .request(Method::POST, "/api/auth/login")
                .header("x-forwarded-for", address)
                .json(&form),
        )
        .await
}

// S5: a thousand addresses try no more passwords for one e-mail than one does, all at once or with
// patience, and learn nothing of whether anybody has it.
both!(
    one_password_guessed_from_many_addresses,
    config = |config| five_guesses(config),
    |app| async {
        let ada = app.person("Ada").await;
        for email in [ada.email.as_str(), "nobody@stories.example"] {
            let answers = join_all((0..40).map(|n| guess_from(&app, n, email))).await;
            let tried = answers.iter().filter(|answer| answer.status == 401).count();
            // 503: more at once than may wait for their turn to be hashed.
            let refused = |answer: &Answer| matches!(answer.status, 401 | 429 | 503);
            assert!(tried == 5 && answers.iter().all(refused), "{email}: {tried}");
            let refused = guess_from(&app, 41, email).await.expect(429);
            let told = (
                refused.header("retry-after"),
                refused.header("ratelimit-remaining"),
                refused.header("ratelimit-reset"),
            );
            assert_eq!(told, ("60", "0", "60"), "{email}");
            let said = refused.error();
            assert_eq!(
                (word(&said, "type"), &said["retryable"]),
                ("rate_limited", &json!(true)),
                "{email}"
            );
            let words = word(&said, "userMessage");
            assert!(
                words
                    .contains("Nothing is locked. Try again in 1 minute, or choose a new password"),
                "{email}: {words}"
            );
        }
        let mut tried = [0, 0];
        for n in 0..24 * 12 {
            app.later(Duration::minutes(5)).await;
            for (at, email) in
                [ada.email.as_str(), "nobody@stories.example"].into_iter().enumerate()
            {
                tried[at] += u32::from(guess_from(&app, n, email).await.status == 401);
            }
        }
        assert!(tried[0] <= 30 && tried[0] == tried[1], "in a day: {tried:?}");
        let log_in = json!({ "email": ada.email, "password": PASSWORD });
        ada.browser.rest(Method::POST, "/api/auth/login", Some(&log_in)).await.expect(200);
    }
);

// S5: an e-mail is one however it is written, and whichever door it is tried at.
both!(an_email_in_many_spellings, config = |config| five_guesses(config), |app| async {
    let ada = app.person("Ada").await;
    let spellings = [
        "ada@stories.example",
        "ADA@stories.example",
        " ada@stories.example",
        "Ada@Stories.Example\t",
        "\nada@STORIES.example ",
    ];
    let mut tried = 0;
    for n in 0..20 {
        tried += i32::from(
            guess_from(&app, n, spellings[n as usize % spellings.len()]).await.status == 401,
        );
        let visitor = app.stranger("Mallory").browser;
        let form =
            [("email", spellings[n as usize % spellings.len()]), ("password", "is it this one?")];
        let request = visitor
            .request(Method::POST, "/fn/login")
            .header("sec-fetch-site", "same-origin")
            .form(&form);
        tried += i32::from(visitor.send(request).await.status == 401);
    }
    assert_eq!(tried, 5);
    let visitor = app.stranger("Ada").browser;
    let plain = visitor
        .submit_and_follow("/login", "/fn/login", &[("email", &ada.email), ("password", PASSWORD)])
        .await;
    assert!(
        crate::support::text(&plain.body)
            .contains("There were too many wrong passwords. Nothing is locked."),
        "said on the page"
    );
});

// S5: nobody keeps Ada out by guessing: not in a browser she has used, and in a new one not if she
// reads her mail.
both!(a_person_kept_out_by_guesses, config = |config| five_guesses(config), |app| async {
    let (ada, mallory) = (app.person("Ada").await, app.person("Mallory").await);
    ada.browser.rest(Method::POST, "/api/auth/logout", None).await.expect(200);
    for n in 0..50 {
        guess_from(&app, n, &ada.email).await;
        app.later(Duration::seconds(50)).await;
    }
    let log_in = async |browser: &Browser, password: &str| {
        let form = json!({ "email": ada.email, "password": password });
        browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.status
    };
    assert_eq!(log_in(&ada.browser, PASSWORD).await, 200, "her own browser");
    let new = app.stranger("Ada").browser;
    assert_eq!(log_in(&new, PASSWORD).await, 429);
    new.rest(Method::POST, "/api/auth/forgot", Some(&json!({ "email": ada.email })))
        .await
        .expect(202);
    let form = json!({ "token": app.last_mail_of(&ada.email).await.code("/reset"),
        "password": "paints a little every night" });
    new.rest(Method::POST, "/api/auth/reset", Some(&form)).await.expect(200);
    assert_eq!(
        log_in(&new, "paints a little every night").await,
        200,
        "and it is known from now on"
    );
    // Nor does being known for one person help with another, nor a mark that is made up, nor one
    // that was worn out.
    assert_eq!(log_in(&mallory.browser, "a guess").await, 429);
    for made_up in
        ["", "A", &"A".repeat(200), &mallory.browser.cookie("session").expect("a session")]
    {
        mallory.browser.set_cookie("device", made_up);
        assert_eq!(log_in(&mallory.browser, "a guess").await, 429, "{made_up}");
    }
    mallory.browser.set_cookie("device", &ada.browser.cookie("device").expect("a mark"));
    let mut tried = 0;
    for _ in 0..20 {
        tried += i32::from(log_in(&mallory.browser, "a guess").await == 401);
    }
    assert_eq!(tried, 5, "a stolen mark is good for as many guesses as none, and no log-in");
    assert_eq!(
        log_in(&new, "paints a little every night").await,
        200,
        "and hers in the other browser is another one"
    );
});

// S5, S2: nor is a stolen session where a password is guessed; Ada's own sessions do not wait for
// it.
both!(
    a_password_guessed_within_a_stolen_session,
    config = |config| five_guesses(config),
    |app| async {
        let ada = app.person("Ada").await;
        let stolen = ada.elsewhere().await;
        let doors = [
            (
                Method::PUT,
                "/api/auth/password",
                json!({ "currentPassword": "a guess", "newPassword": "knows what he should not" }),
            ),
            (
                Method::PUT,
                "/api/auth/email",
                json!({ "email": "mallory@stories.example", "password": "a guess" }),
            ),
            (Method::DELETE, "/api/auth/me", json!({ "email": ada.email, "password": "a guess" })),
        ];
        let mut tried = 0;
        for (method, path, form) in doors.iter().cycle().take(30) {
            tried += i32::from(
                stolen.browser.rest(method.clone(), path, Some(form)).await.status == 422,
            );
        }
        assert_eq!(tried, 5);
        let form =
            json!({ "currentPassword": PASSWORD, "newPassword": "paints a little every night" });
        ada.browser.rest(Method::PUT, "/api/auth/password", Some(&form)).await.expect(200);
    }
);
