//! S7: the audit log - what is written, who reads it, and that it is written together with what it
//! tells of.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::*;
use crate::support::{Answer, Browser, PASSWORD, Person, TestApp, both, text};

async fn events(person: &Person, query: &str) -> Vec<Value> {
    let data = person.get(&format!("/api/audit{query}")).await.expect(200).data();
    data["events"].as_array().expect("a list").clone()
}

/// "action result subject", the newest first.
fn told(events: &[Value]) -> Vec<String> {
    events
        .iter()
        .map(|e| format!("{} {} {}", word(e, "action"), word(e, "result"), word(e, "subject")))
        .collect()
}

// S7: connect, reconnect, refresh, label, disconnect, log-ins and the profile, each with who, when,
// from where and the reference.
both!(everything_ada_does_is_written_down, |app| async {
    let ada = app.person("Ada").await;
    let id = word(&ada.connect("x", INES_ON_X).await, "id").to_owned();
    ada.reconnect("x", &id, INES_ON_X).await;
    let labelled = ada
        .put(&format!("/api/integrations/x/{INES_ON_X}/label"), json!({ "label": "Main shop" }))
        .await
        .expect(200);
    ada.post(&format!("/api/integrations/refresh/x/{INES_ON_X}"), None).await.expect(200);
    ada.put("/api/auth/me", json!({ "timeZone": "Europe/Lisbon" })).await.expect(200);
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    ada.decide("reddit", &[("account", MARA_ON_REDDIT), ("decision", "deny")]).await;
    let phone = ada.elsewhere().await;
    phone.browser.rest(Method::POST, "/api/auth/logout", None).await.expect(200);

    let all = events(&ada, "").await;
    let inês = "@ines_draws on X";
    let expected = [
        "logout done A program".to_owned(),
        "login done ".into(),
        "connect failed Reddit".into(),
        format!("disconnect done {inês}"),
        "profile done ".into(),
        format!("refresh done {inês}"),
        format!("label done {inês}"),
        format!("reconnect done {inês}"),
        format!("connect done {inês}"),
        "register done ".into(),
    ];
    assert_eq!(told(&all), expected);
    let label = &all[6];
    assert_eq!(
        (word(label, "userName"), word(label, "accountId"), word(label, "ip")),
        ("Ada", id.as_str(), "127.0.0.1")
    );
    assert_eq!(word(label, "detail"), "\"Main shop\"");
    assert_eq!(
        word(label, "correlationId"),
        labelled.header("x-correlation-id"),
        "finds the log line"
    );
    assert!(word(&all[2], "detail").contains("cancelled"), "{}", all[2]);
});

// S7, T7: what happens to an account while nobody asks for it is told by Huntaze itself.
both!(access_that_ends_by_itself_is_written_down, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().revoke("x", INES_ON_X).await;
    ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await.expect(200);
    let all = events(&ada, "?action=refresh").await;
    assert_eq!(told(&all), ["refresh failed @ines_draws on X"]);
    assert_eq!(
        (word(&all[0], "userName"), all[0]["userId"].is_null(), word(&all[0], "ip")),
        ("Huntaze", true, "")
    );
    assert!(!word(&all[0], "detail").is_empty(), "{}", all[0]);
});

// S7: Ada pressed the button, and what it brought to light is not her doing, nor somebody's.
both!(a_renewal_that_finds_an_end_is_told_by_huntaze_beside_ada, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.sandbox().revoke("reddit", MARA_ON_REDDIT).await;
    ada.post(&format!("/api/integrations/refresh/reddit/{MARA_ON_REDDIT}"), None).await.expect(422);
    let all = events(&ada, "?action=refresh").await;
    let who: Vec<&str> = all.iter().map(|event| word(event, "userName")).collect();
    assert_eq!((who, told(&all).len()), (vec!["Ada", "Huntaze"], 2));
    let page = text(&ada.page("/settings/audit").await);
    assert!(page.contains("by Huntaze") && !page.contains("Somebody"), "{page}");
});

// S7, U1: a failed log-in stands in the log of whom it was aimed at; what was typed for an unknown
// e-mail stands nowhere.
both!(a_failed_log_in_is_written_down, |app| async {
    let ada = app.person("Ada").await;
    let mallory = app.stranger("Mallory");
    let log_in = async |email: &str| {
        let form = json!({ "email": email, "password": "a guess, and a wrong one" });
        mallory.browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.expect(401);
    };
    log_in(&ada.email).await;
    log_in("my-other-password@stories.example").await;
    assert_eq!(told(&events(&ada, "").await), ["login failed ", "register done "]);
    let rows = app.rows("audit_events").await.join("\n");
    assert!(!rows.contains("my-other-password") && !rows.contains("a guess"), "{rows}");

    // The operators' own log has it.
    let operator = demo(&app).await;
    let theirs =
        operator.rest(Method::GET, "/api/audit?server=true", None).await.expect(200).data();
    assert_eq!(
        told(theirs["events"].as_array().expect("a list")),
        ["login failed an e-mail that nobody has here"]
    );
    ada.get("/api/audit?server=true").await.expect(403);
});

async fn demo(app: &TestApp) -> Browser {
    let browser = Browser::new(&app.base());
    let form = json!({ "email": "ada@example.com", "password": "ada-draws-daily" });
    browser.rest(Method::POST, "/api/auth/login", Some(&form)).await.expect(200);
    browser
}

// S7, S4: filters, search and pages; nobody reads another workspace's lines, however they ask.
both!(ada_finds_what_she_looks_for_and_only_her_own, |app| async {
    let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
    let id = word(&ada.connect("x", INES_ON_X).await, "id").to_owned();
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.later(Duration::days(2)).await;
    ada.put(&format!("/api/integrations/x/{INES_ON_X}/label"), json!({ "label": "100%_Shop" }))
        .await
        .expect(200);
    let me = ada.get("/api/auth/me").await.data()["user"]["id"].clone();
    let today = app.backend().clock.now().format("%Y-%m-%d").to_string();

    let found = async |query: String| told(&events(&ada, &query).await).len();
    assert_eq!(found("?action=connect".into()).await, 2);
    assert_eq!(found(format!("?account={id}")).await, 2);
    assert_eq!(found("?search=INES_DRAWS".into()).await, 2);
    assert_eq!(found("?search=100%25_s".into()).await, 1, "wildcards mean themselves");
    assert_eq!(found("?search=100%25xs".into()).await, 0);
    assert_eq!(found("?search=1__%25".into()).await, 0);
    assert_eq!(found("?result=failed".into()).await, 0);
    assert_eq!(found(format!("?from={today}&action=label")).await, 1);
    assert_eq!(found(format!("?to={today}&action=connect")).await, 2);
    assert_eq!(found(format!("?from={today}&action=connect")).await, 0);
    assert_eq!(
        found(format!("?person={}", me.as_str().expect("an id"))).await,
        found(String::new()).await
    );
    for bad in [
        "?action=fly",
        "?account=1",
        "?from=yesterday",
        "?before=x",
        "?limit=0",
        "?limit=201",
        "?unknown=1",
        "?search=%00",
    ] {
        ada.get(&format!("/api/audit{bad}")).await.expect(422);
    }

    assert_eq!(told(&events(&grace, "").await), ["login done ", "register done "]);
    assert!(events(&grace, &format!("?account={id}")).await.is_empty());
    app.stranger("Nobody").browser.rest(Method::GET, "/api/audit", None).await.expect(401);
});

// S7: letters without their case, those beyond A to Z as well, on either database.
both!(ada_searches_in_her_own_letters, |app| async {
    let ada = app.person("Ada").await;
    ada.put("/api/auth/me", json!({ "name": "ÉLODIE Øster" })).await.expect(200);
    ada.put("/api/auth/me", json!({ "name": "Élodie ØSTER" })).await.expect(200);
    for search in ["%C3%A9lodie", "%C3%89LODIE", "%C3%B8ster", "%C3%98ST"] {
        let found = events(&ada, &format!("?search={search}&action=profile")).await;
        assert_eq!(found.len(), 1, "{search}: the second was done by who had that name");
    }
});

// S7: by pages, every line once, although some are written meanwhile.
both!(pages_follow_one_another_without_gap_or_double, |app| async {
    let ada = app.person("Ada").await;
    let rename = async |n: i32| {
        ada.put("/api/auth/me", json!({ "name": format!("Ada {n}") })).await.expect(200);
    };
    for n in 0..7 {
        rename(n).await;
    }
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let data = ada.get(&format!("/api/audit?limit=3&before={before}")).await.expect(200).data();
        seen.extend(
            data["events"].as_array().expect("a list").iter().map(|e| word(e, "id").to_owned()),
        );
        rename(99).await;
        match data["next"].as_str() {
            Some(next) => before = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 8, "seven names and the registration");
    assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
});

// S6: nothing is no day, no id and no action; a program that sends it has made a slip, and is told
// so instead of getting everything.
both!(an_empty_filter_is_refused, |app| async {
    let ada = app.person("Ada").await;
    for slip in
        ["to=", "from=", "account=", "person=", "action=", "result=", "server=", "server=perhaps"]
    {
        let refused = ada.get(&format!("/api/audit?{slip}")).await.expect(422).error();
        assert_eq!(refused["details"]["fields"][0]["field"], "query", "{slip}");
        ada.get(&format!("/api/audit/export?{slip}")).await.expect(422);
    }
    ada.get("/api/audit?before=&search=&server=false").await.expect(200);
});

// S7, S6: the files hold everything the filter finds, and a label is never a formula.
both!(ada_exports_her_log, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.put("/api/auth/me", json!({ "name": "=HYPERLINK(\"https://evil.example\")" }))
        .await
        .expect(200);
    let export = async |query: &str| -> Answer {
        ada.get(&format!("/api/audit/export?{query}")).await.expect(200)
    };
    let json = export("format=json").await;
    assert!(json.header("content-disposition").contains("attachment; filename=\"huntaze-audit-"));
    assert_eq!(
        told(json.json().as_array().expect("an array")),
        ["profile done ", "connect done @ines_draws on X", "register done "]
    );

    let answer = export("format=csv").await;
    assert!(answer.header("content-type").starts_with("text/csv"));
    let mut csv = csv::Reader::from_reader(answer.body.as_bytes());
    let rows: Vec<csv::StringRecord> = csv.records().map(|row| row.expect("a row")).collect();
    assert_eq!(
        (rows.len(), &rows[1][1], &rows[1][4]),
        (3, "connect", "'@ines_draws on X"),
        "{}",
        answer.body
    );
    assert!(
        answer.body.lines().all(|line| !line.contains(",=") && !line.contains("\"=")),
        "{}",
        answer.body
    );
    ada.put("/api/auth/me", json!({ "name": "Ada" })).await.expect(200);

    assert_eq!(export("format=json&action=login").await.json(), json!([]));
    ada.get("/api/audit/export?format=xml").await.expect(422);
    app.stranger("Nobody").browser.rest(Method::GET, "/api/audit/export", None).await.expect(401);
});

// S7, C15: the page works without scripts, and its filter is a plain form.
both!(ada_reads_the_log_without_scripts, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    assert!(ada.page("/settings").await.contains("href=\"/settings/audit\""));
    let page = text(&ada.page("/settings/audit").await);
    for words in [
        "Activity log",
        "Connect @ines_draws on X",
        "Create account",
        "127.0.0.1",
        "kept for 365 days",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let html = ada.page("/settings/audit?action=connect&result=&from=&to=&search=").await;
    let rows = html.split("log-line").count() - 1;
    assert_eq!(rows, 1, "{}", text(&html));
    assert!(
        html.contains("/api/audit/export?format=csv&amp;action=connect"),
        "the files follow the filter"
    );
    assert!(text(&ada.page("/settings/audit?search=nothing").await).contains("No line fits"));
    let away = app.stranger("Nobody").browser.open("/settings/audit").await.expect(303);
    assert_eq!(away.location(), "/login?next=%2Fsettings%2Faudit");
});

// S7: a change and its line are one: where the line can't be written, nothing was changed.
both!(there_is_no_change_without_its_line, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sql("ALTER TABLE audit_events RENAME TO audit_events_away").await;
    let path = format!("/api/integrations/x/{INES_ON_X}/label");
    ada.put(&path, json!({ "label": "Main shop" })).await.expect(500);
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(500);
    let form = json!({ "email": ada.email, "password": PASSWORD });
    Browser::new(&app.base()).rest(Method::POST, "/api/auth/login", Some(&form)).await.expect(500);
    app.sql("ALTER TABLE audit_events_away RENAME TO audit_events").await;
    let x = ada.integration("x", INES_ON_X).await;
    assert_eq!((&x["status"], &x["label"]), (&json!("connected"), &json!(null)));
    assert_eq!(told(&events(&ada, "").await), ["connect done @ines_draws on X", "register done "]);
});

// S7: lines go when they are old enough, and not before.
both!(old_lines_go, config = |config| config.audit.keep_days = 30, |app| async {
    let ada = app.person("Ada").await;
    app.later(Duration::days(30)).await;
    app.work().await;
    assert_eq!(app.rows("audit_events").await.len(), 2, "Ada's and the demo's");
    // They are looked for every hour.
    app.later(Duration::hours(1)).await;
    app.work().await;
    ada.log_in().await;
    assert_eq!(told(&events(&ada, "").await), ["login done "]);
});
