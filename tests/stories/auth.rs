//! Registering, logging in and out, the profile.

use reqwest::Method;
use serde_json::json;

use super::cast::word;
use crate::support::{Browser, both, heading, text};

const PASSWORD: &str = "draws a little every day";

// U1, U2, U3
both!(ada_registers_and_is_logged_in, |app| async {
    let ada = app.stranger("Ada");
    let form = json!({ "email": " Ada@Stories.Example ", "password": PASSWORD, "name": "Ada" });
    let answer =
        ada.browser.rest(Method::POST, "/api/auth/register", Some(&form)).await.expect(201);
    let data = answer.data();
    assert_eq!((word(&data, "tokenType"), &data["expiresIn"]), ("Bearer", &json!(900)));
    let user = &data["user"];
    assert_eq!(
        (word(user, "email"), word(user, "name"), word(user, "timeZone")),
        ("ada@stories.example", "Ada", "UTC")
    );
    let cookie = answer
        .cookies()
        .into_iter()
        .find(|line| line.starts_with("session="))
        .expect("a session")
        .to_owned();
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http on this machine");
    let me = ada.browser.rest(Method::GET, "/api/auth/me", None).await.expect(200).data();
    assert_eq!(me["user"], *user);
    let stored = app.all_rows().await.join("\n");
    let secret = ada.browser.cookie("session").expect("a cookie");
    assert!(!stored.contains(PASSWORD) && !stored.contains(&secret), "neither is stored as it is");
});

// S2: on https the cookie is bound to the host.
both!(
    on_https_the_cookie_is_bound_to_the_host,
    config = |config| {
        config.server.public_url = "https://huntaze.example".parse().ok();
    },
    |app| async {
        let program = Browser::new(&format!("http://{}", app.backend().config.server.addr));
        let form = json!({ "email": "ada@stories.example", "password": PASSWORD, "name": "Ada" });
        let request = program
            .request(Method::POST, "/api/auth/register")
            .header("host", "huntaze.example")
            .json(&form);
        let answer = program.send(request).await.expect(201);
        let cookie = answer
            .cookies()
            .into_iter()
            .find(|line| line.starts_with("__Host-session="))
            .expect("a session")
            .to_owned();
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"));
        assert!(answer.header("strict-transport-security").contains("max-age"));
    }
);

// U1, S6: every field that needs another look is named.
both!(a_registration_names_every_bad_field, |app| async {
    let grace = app.person("Grace").await;
    let register = async |email: &str, password: &str, name: &str| {
        let form = json!({ "email": email, "password": password, "name": name });
        grace.browser.rest(Method::POST, "/api/auth/register", Some(&form)).await
    };
    let refused = register("no address", "short", " ").await.expect(422).error();
    let fields: Vec<_> = refused["details"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|field| word(field, "field").to_owned())
        .collect();
    assert_eq!(fields, ["name", "email", "password"]);
    for password in ["123456789", "password123", "ada@stories.example", &"x".repeat(129)] {
        let refused = register("ada@stories.example", password, "Ada").await.expect(422).error();
        assert_eq!(refused["details"]["fields"][0]["field"], "password", "{password}");
        assert!(!refused.to_string().contains("password123"), "never repeated");
    }
    let taken = register("GRACE@stories.example", PASSWORD, "Grace").await.expect(409).error();
    assert_eq!(taken["details"]["fields"][0]["field"], "email");
});

// U1: an unknown e-mail and a wrong password are answered alike.
both!(an_unknown_email_and_a_wrong_password_are_answered_alike, |app| async {
    let ada = app.person("Ada").await;
    let login = async |email: &str, password: &str| {
        let form = json!({ "email": email, "password": password });
        ada.browser.rest(Method::POST, "/api/auth/login", Some(&form)).await
    };
    let unknown = login("nobody@stories.example", PASSWORD).await.expect(401);
    let wrong = login("ada@stories.example", "draws a little every night").await.expect(401);
    assert_eq!(unknown.error(), wrong.error());
    assert!(unknown.cookies().is_empty() && wrong.cookies().is_empty());
    login("ADA@stories.example", PASSWORD).await.expect(200);
});

// U1
both!(
    a_closed_server_takes_no_registrations,
    config = |config| {
        config.users.registration = huntaze::server::config::Registration::Closed;
    },
    |app| async {
        let ada = app.stranger("Ada");
        let form = json!({ "email": "ada@stories.example", "password": PASSWORD, "name": "Ada" });
        let refused = ada
            .browser
            .rest(Method::POST, "/api/auth/register", Some(&form))
            .await
            .expect(403)
            .error();
        assert!(word(&refused, "userMessage").contains("no new registrations"));
        assert!(text(&ada.page("/register").await).contains("Registration is closed"));
        assert!(!ada.page("/login").await.contains("/register"));
    }
);

// U1, C15, S1: forms without scripts; after the log-in one is where one wanted to be, and only
// here.
both!(ada_registers_and_logs_in_without_scripts, |app| async {
    let ada = app.stranger("Ada");
    let fields = [("name", "Ada"), ("email", "ada@stories.example"), ("password", "short")];
    let again =
        ada.browser.submit_and_follow("/register", "/fn/register", &fields).await.expect(200);
    assert_eq!(heading(&again.body), "Create account");
    assert!(again.body.contains("value=\"ada@stories.example\""), "what was typed is there again");
    assert!(
        text(&again.body).contains("at least 10 characters")
            && !again.body.contains("value=\"short\"")
    );

    let fields = [("name", "Ada"), ("email", "ada@stories.example"), ("password", PASSWORD)];
    let registered = ada.browser.submit("/register", "/fn/register", &fields).await;
    assert_eq!(registered.location(), "/integrations");
    ada.toast(&registered).await.says(&["Welcome, Ada."]);
    assert_eq!(ada.browser.open("/login").await.expect(303).location(), "/");

    let left = ada.browser.submit("/settings", "/fn/logout", &[]).await;
    assert_eq!(left.location(), "/login");
    assert_eq!(
        ada.browser.open("/settings").await.expect(303).location(),
        "/login?next=%2Fsettings"
    );
    for (next, target) in
        [("/settings", "/settings"), ("https://evil.example", "/"), ("//evil.example", "/")]
    {
        let fields = [("email", "ada@stories.example"), ("password", PASSWORD), ("next", next)];
        assert_eq!(ada.browser.submit("/login", "/fn/login", &fields).await.location(), target);
        ada.browser.submit("/settings", "/fn/logout", &[]).await;
    }
});

// U1, U3
both!(ada_changes_her_profile, |app| async {
    let ada = app.person("Ada").await;
    let user = ada
        .put("/api/auth/me", json!({ "timeZone": "Europe/Lisbon" }))
        .await
        .expect(200)
        .data()["user"]
        .clone();
    assert_eq!((word(&user, "name"), word(&user, "timeZone")), ("Ada", "Europe/Lisbon"));
    let refused = ada
        .put("/api/auth/me", json!({ "name": "", "timeZone": "Mars/Olympus" }))
        .await
        .expect(422)
        .error();
    let fields: Vec<_> = refused["details"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|field| word(field, "field").to_owned())
        .collect();
    assert_eq!(fields, ["name", "timeZone"]);
    ada.put("/api/auth/me", json!({ "email": "other@stories.example" })).await.expect(422);

    let fields = [("name", "Ada Lovelace"), ("time_zone", "Europe/London")];
    let saved = ada.browser.submit("/settings", "/fn/profile", &fields).await;
    assert_eq!(saved.location(), "/settings");
    ada.toast(&saved).await.says(&["Your profile is saved."]);
    assert_eq!(ada.get("/api/auth/me").await.data()["user"]["name"], "Ada Lovelace");
});

// X1: the demo log-in is there in the sandbox.
both!(the_sandbox_has_a_demo_log_in, |app| async {
    let demo = app.stranger("Demo");
    let page = text(&demo.page("/login").await);
    assert!(
        page.contains("ada@example.com") && page.contains("Sandbox - no real accounts"),
        "{page}"
    );
    let fields = [("email", "ada@example.com"), ("password", "ada-draws-daily"), ("next", "")];
    assert_eq!(demo.browser.submit("/login", "/fn/login", &fields).await.location(), "/");
});

// C15: who sends a second form before the answer to the first was shown reads the second answer.
both!(a_second_form_is_answered_though_the_first_answer_was_not_read, |app| async {
    let ada = app.person("Ada").await;
    let save = async |name: &str| {
        ada.browser
            .submit("/settings", "/fn/profile", &[("name", name), ("time_zone", "UTC")])
            .await
    };
    save("Ada King").await;
    let second = save("Ada Lovelace").await;
    ada.toast(&second).await.says(&["Your profile is saved."]);
    assert!(crate::support::Toast::on(&ada.page("/settings").await).is_none(), "once");
});
