//! A whole life with Huntaze, with every bad end that may make it say too much.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::Witness;
use crate::support::{Begun, Person};

const PASSWORD: &str = "canary-password-nobody-else-has";

const ACCOUNTS: [(&str, &str); 5] = [
    ("instagram", "10160442918375506"),
    ("tiktok", "afd97af1-b87b-48b9-ac98-410a5e0c5344"),
    ("youtube", "UCx4Qe7mVtR2nYp0LwHs3ABg"),
    ("x", "84610273"),
    ("reddit", "4k2mf9qd"),
];

pub async fn take(witness: &mut Witness) {
    let mira = witness.app.person("Mira").await;
    witness.knows(&mira);
    type_passwords(witness, &mira).await;
    prove_oneself(witness, &mira).await;
    for (provider, account) in ACCOUNTS {
        connect(witness, &mira, provider, account).await;
        fail_to_connect(witness, &mira, provider, account).await;
    }
    choose_a_page(witness, &mira).await;
    paste_a_session(witness, &mira).await;
    look_around(witness, &mira).await;
    let connected = mira.integrations().await;
    assert!(connected.len() > ACCOUNTS.len(), "{connected:?}");
    for integration in connected {
        live_with(witness, &mira, &integration).await;
    }
    look_around(witness, &mira).await;
    for integration in mira.integrations().await {
        let path = path_of(&integration, "disconnect");
        let answer = mira.delete(&path).await.expect(200);
        witness.sees(&path, &answer, &[]);
    }
    look_around(witness, &mira).await;
    let answer = mira.post("/api/auth/logout", None).await.expect(200);
    witness.sees("logging out", &answer, &[]);
    // The wire saw what it was there for.
    assert!(witness.secrets().len() > 30, "{} secrets", witness.secrets().len());
}

/// Right, wrong, misspelt, in the wrong place: by form and by REST.
async fn type_passwords(witness: &mut Witness, mira: &Person) {
    witness.own.add(PASSWORD);
    witness.own.add(crate::support::PASSWORD);
    let other = witness.app.stranger("Nora");
    let form = [("name", "Nora"), ("email", "nora@stories.example"), ("password", PASSWORD)];
    for (page, action) in
        [("/register", "/fn/register"), ("/register", "/fn/register"), ("/login", "/fn/login")]
    {
        let answer = other.browser.submit(page, action, &form).await;
        witness.sees(action, &answer, &[]);
        let page = other.browser.open(page).await;
        witness.sees(action, &page, &[]);
    }
    witness.own.add(&other.browser.cookie("session").expect("Nora is logged in"));
    let answer = other
        .browser
        .submit("/login", "/fn/login", &[("email", &mira.email), ("password", PASSWORD)])
        .await;
    witness.sees("a wrong password", &answer, &[]);
    for body in [
        json!({ "email": mira.email, "password": PASSWORD }),
        json!({ "email": PASSWORD, "password": 5 }),
        json!({ "email": mira.email, "passwort": PASSWORD }),
        json!({ "email": mira.email, "password": { "is": PASSWORD } }),
        json!(PASSWORD),
    ] {
        let answer = mira.browser.rest(Method::POST, "/api/auth/login", Some(&body)).await;
        assert!(answer.status >= 400);
        witness.sees("a login that fails", &answer, &[]);
    }
}

/// By links in mails and tokens that are good once: sent right, twice, too late, in the wrong
/// place.
async fn prove_oneself(witness: &mut Witness, mira: &Person) {
    let (app, password) = (witness.app.clone(), crate::support::PASSWORD);
    for (path, body) in [
        ("/api/auth/forgot", json!({ "email": mira.email })),
        ("/api/auth/email", json!({ "email": "mira.new@stories.example", "password": password })),
    ] {
        let method = if path.ends_with("email") { Method::PUT } else { Method::POST };
        let answer = mira.browser.rest(method, path, Some(&body)).await;
        assert!(answer.status < 300, "{}", answer.body);
        witness.sees(path, &answer, &[]);
    }
    let reset = app.last_mail_of(&mira.email).await.code("/reset");
    let verify = app.last_mail_of("mira.new@stories.example").await.code("/verify");
    witness.own.add(&reset);
    witness.own.add(&verify);
    for (page, action, fields) in [
        ("/verify", "/fn/verify", vec![("token", reset.as_str())]),
        ("/reset", "/fn/reset", vec![("token", verify.as_str()), ("password", password)]),
        ("/reset", "/fn/reset", vec![("token", reset.as_str()), ("password", "short")]),
        ("/reset", "/fn/reset", vec![("token", reset.as_str()), ("password", password)]),
        ("/reset", "/fn/reset", vec![("token", reset.as_str()), ("password", password)]),
    ] {
        let answer = mira.browser.submit(page, action, &fields).await;
        witness.sees(action, &answer, &[]);
        let page = mira.browser.follow(&answer).await;
        witness.sees(action, &page, &[]);
    }
    let first =
        mira.log_in().await.data()["refreshToken"].as_str().expect("a refresh token").to_owned();
    witness.own.add(&first);
    witness.knows(mira);
    for _ in 0..2 {
        let body = json!({ "refreshToken": first });
        let answer = mira.browser.rest(Method::POST, "/api/auth/refresh", Some(&body)).await;
        let next = answer.json()["data"].clone();
        let handed_out: Vec<&str> =
            ["accessToken", "refreshToken"].iter().filter_map(|name| next[name].as_str()).collect();
        witness.sees("refreshing", &answer, &handed_out);
        handed_out.iter().for_each(|token| witness.own.add(token));
    }
    witness.finds_nothing().await;
    mira.log_in().await;
    witness.knows(mira);
}

/// Consents, and remembers state and code. The connect call is there to hand out the address with
/// the state in it.
async fn consent(
    witness: &mut Witness,
    mira: &Person,
    provider: &str,
    form: &[(&str, &str)],
) -> String {
    let answer =
        mira.post(&format!("/api/integrations/connect/{provider}"), None).await.expect(200);
    let data = answer.data();
    let text = |name: &str| data[name].as_str().expect("a text").to_owned();
    let begun = Begun { auth_url: text("authUrl"), state: text("state") };
    witness.own.add(&begun.state);
    witness.sees("beginning to connect", &answer, &[&begun.state]);
    let back = witness.app.sandbox().consent(&begun.auth_url, form).await;
    let address: url::Url = back.parse().expect("the callback's address");
    address
        .query_pairs()
        .filter(|(name, _)| name == "code")
        .for_each(|(_, code)| witness.own.add(&code));
    back
}

async fn connect(witness: &mut Witness, mira: &Person, provider: &str, account: &str) {
    let back =
        consent(witness, mira, provider, &[("account", account), ("decision", "allow")]).await;
    for what in ["the callback", "the callback, reloaded"] {
        let answer = mira.browser.come_back(&back).await.expect(303);
        witness.sees(what, &answer, &[]);
        let page = mira.browser.follow(&answer).await;
        witness.sees(what, &page, &[]);
    }
    let elsewhere = mira.elsewhere().await;
    witness.knows(&elsewhere);
    let answer = elsewhere.browser.come_back(&back).await.expect(303);
    witness.sees("somebody else's callback", &answer, &[]);
}

/// Cancelled; down, garbled or cut while the code is exchanged; and a platform that repeats what it
/// was sent.
async fn fail_to_connect(witness: &mut Witness, mira: &Person, provider: &str, account: &str) {
    let back =
        consent(witness, mira, provider, &[("account", account), ("decision", "deny")]).await;
    come_back(witness, mira, &back).await;
    for kind in ["500", "garbage", "cut", "400"] {
        let back =
            consent(witness, mira, provider, &[("account", account), ("decision", "allow")]).await;
        witness.app.sandbox().trouble(provider, "", kind, None).await;
        come_back(witness, mira, &back).await;
        witness.app.sandbox().calm().await;
    }
    let back =
        consent(witness, mira, provider, &[("account", account), ("decision", "allow")]).await;
    witness.wire.parrot(true);
    come_back(witness, mira, &back).await;
    witness.wire.parrot(false);
}

async fn come_back(witness: &mut Witness, mira: &Person, back: &str) {
    let answer = mira.browser.come_back(back).await.expect(303);
    witness.sees("a callback that fails", &answer, &[]);
    let page = mira.browser.follow(&answer).await;
    witness.sees("a callback that fails", &page, &[]);
}

/// Between consent and choice the grant waits.
async fn choose_a_page(witness: &mut Witness, mira: &Person) {
    let back = consent(
        witness,
        mira,
        "instagram",
        &[("account", "10221873645091827"), ("decision", "allow")],
    )
    .await;
    let answer = mira.browser.come_back(&back).await.expect(303);
    let page = mira.browser.follow(&answer).await.expect(200);
    witness.sees("the choice", &page, &[]);
    witness.finds_nothing().await;
    let flow = answer.location().rsplit('/').next().expect("the flow's id").to_owned();
    let path = format!("/api/integrations/choices/{flow}");
    let choices = mira.browser.rest(Method::GET, &path, None).await.expect(200);
    witness.sees("the choices", &choices, &[]);
    let chosen = json!({ "id": choices.data()["choices"][0]["id"] });
    let answer = mira.browser.rest(Method::POST, &path, Some(&chosen)).await.expect(201);
    witness.sees("the choice made", &answer, &[]);
}

/// The session of a browser, whole, malformed, refused, and given back by an error.
async fn paste_a_session(witness: &mut Witness, mira: &Person) {
    const PATH: &str = "/api/integrations/connect/onlyfans";
    let credentials = witness.app.sandbox().session("216348905").await;
    let cookie = credentials["cookie"].as_str().expect("a cookie").to_owned();
    witness.own.add(&cookie);
    witness.own.add(credentials["xBc"].as_str().expect("x-bc"));
    let mut wrong = credentials.clone();
    wrong["cookie"] = json!(cookie.replace("auth_id=", "auth=").repeat(40));
    let bodies = [
        json!({ "credentials": wrong }),
        json!({ "credentials": cookie }),
        json!({ "account": cookie }),
        json!({ "credentials": credentials }),
    ];
    for parrot in [true, false] {
        witness.wire.parrot(parrot);
        // Signing rules that could not be read are asked for again.
        witness.app.later(chrono::Duration::seconds(11)).await;
        for body in &bodies {
            let answer = mira.post(PATH, Some(body.clone())).await;
            witness.sees("pasting a session", &answer, &[]);
        }
    }
    assert!(mira.integrations().await.iter().any(|one| one["provider"] == "onlyfans"));
}

async fn look_around(witness: &mut Witness, mira: &Person) {
    for path in [
        "/",
        "/integrations",
        "/settings",
        "/platforms/connect",
        "/platforms/connect/x",
        "/platforms/connect/onlyfans",
        "/nowhere",
    ] {
        let page = mira.browser.open(path).await;
        witness.sees(path, &page, &[]);
    }
    for path in
        ["/api/integrations/status", "/api/integrations/health/x", "/api/auth/me", "/health"]
    {
        let answer = mira.get(path).await.expect(200);
        witness.sees(path, &answer, &[]);
    }
}

fn path_of(integration: &Value, verb: &str) -> String {
    let text = |name: &str| integration[name].as_str().expect("a text");
    format!("/api/integrations/{verb}/{}/{}", text("provider"), text("accountId"))
}

/// Tested and refreshed, with a platform that is well, down, and talkative.
async fn live_with(witness: &mut Witness, mira: &Person, integration: &Value) {
    let provider = integration["provider"].as_str().expect("a platform").to_owned();
    witness.app.later(Duration::minutes(6)).await;
    mira.log_in().await;
    witness.knows(mira);
    for trouble in [None, Some("500"), Some("garbage"), Some("parrot"), None] {
        match trouble {
            Some("parrot") => witness.wire.parrot(true),
            Some(kind) => witness.app.sandbox().trouble(&provider, "", kind, None).await,
            None => {}
        }
        for verb in ["test", "refresh"] {
            let path = path_of(integration, verb);
            let answer = mira.post(&path, None).await;
            witness.sees(&path, &answer, &[]);
        }
        witness.wire.parrot(false);
        witness.app.sandbox().calm().await;
    }
}
