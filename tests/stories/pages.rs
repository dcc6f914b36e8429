//! Every page is whole before any script runs, and every form works without one.

use chrono::Duration;

use super::cast::*;
use crate::support::statements::Count;
use crate::support::{Toast, both, heading, text};

// C15, C17, C20
both!(every_page_is_there_without_scripts, |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    let disconnect = format!("/integrations/{}/disconnect", word(&x, "id"));
    let again = format!("/platforms/connect/x?account={}", word(&x, "id"));
    let mut pages: Vec<(String, String)> = [
        ("/integrations", "Integrations"),
        ("/platforms/connect", "Connect an account"),
        (&disconnect, "Disconnect @ines_draws?"),
        (&again, "Reconnect @ines_draws on X"),
        ("/settings", "Settings"),
    ]
    .map(|(path, title)| (path.to_owned(), title.to_owned()))
    .into();
    for (id, name) in [
        ("instagram", "Instagram"),
        ("tiktok", "TikTok"),
        ("youtube", "YouTube"),
        ("reddit", "Reddit"),
        ("onlyfans", "OnlyFans"),
    ] {
        pages.push((format!("/platforms/connect/{id}"), format!("Connect {name}")));
    }
    for (path, title) in pages {
        let page = ada.browser.open(&path).await.expect(200);
        assert_eq!(heading(&page.body), title, "{path}");
        assert!(
            page.body.contains("lang=\"en\"") && text(&page.body).contains("Sandbox"),
            "{path}"
        );
        assert!(page.body.contains(&format!("{title} - Huntaze")), "the title of {path}");
        assert!(page.header("content-type").starts_with("text/html"));
    }
    assert!(!heading(&ada.page("/").await).is_empty());
    let nobody = app.stranger("Nobody");
    for (path, title) in [
        ("/login", "Log in"),
        ("/register", "Create account"),
        ("/platforms/connect", "Connect an account"),
        ("/platforms/connect/x", "Connect X"),
    ] {
        assert_eq!(heading(&nobody.browser.open(path).await.expect(200).body), title);
    }
});

// C1, H5: who asks is one statement, and all that the page of the accounts shows is a second, also
// while a platform is down and when nobody saw the page before.
both!(the_page_of_the_accounts_takes_two_statements, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    ada.connect("reddit", MARA_ON_REDDIT).await;
    app.sandbox().trouble("x", "/2/users/me", "503", None).await;
    let test = format!("/api/integrations/test/x/{INES_ON_X}");
    for _ in 0..8 {
        ada.post(&test, None).await;
    }
    app.later(Duration::seconds(3)).await;
    let count = Count::begin();
    for _ in 0..2 {
        let before = count.so_far();
        let page = ada.page("/integrations").await;
        assert_eq!(count.so_far() - before, 2);
        assert!(text(&page).contains("X is having trouble. Next try at"), "{}", text(&page));
    }
    count.end();
});

// S9: what is not there is a page, too, with the right status.
both!(an_address_that_leads_nowhere_is_a_page, |app| async {
    let ada = app.person("Ada").await;
    let nowhere = "00000000-0000-7000-8000-000000000000";
    let paths = [
        "/nowhere".to_owned(),
        "/platforms/connect/myspace".into(),
        format!("/integrations/{nowhere}/disconnect"),
        format!("/integrations/choose/{nowhere}"),
    ];
    for path in paths {
        let page = ada.browser.open(&path).await;
        assert_eq!((page.status, heading(&page.body).as_str()), (404, "Not found"), "{path}");
    }
});

// C4, C15: connecting by plain forms, without a redirect to another site from a form.
both!(ada_connects_by_plain_forms, |app| async {
    let ada = app.person("Ada").await;
    let sent =
        ada.browser.submit("/platforms/connect/x", "/platforms/connect/x", &[]).await.expect(200);
    assert_eq!(heading(&sent.body), "Opening X...");
    let url = sent
        .body
        .split("content=\"0;url=")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("where to")
        .replace("&amp;", "&");
    assert!(sent.body.contains("Continue to X"));
    assert!(text(&ada.page("/platforms/connect/x").await).contains("begun but not finished"));
    let back = app.sandbox().consent(&url, &[("account", INES_ON_X), ("decision", "allow")]).await;
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["@ines_draws", "is connected"]);
});

// C6, C15: what the platform does not tell has to be confirmed.
both!(tiktok_asks_for_two_confirmations, |app| async {
    let ada = app.person("Ada").await;
    let page = "/platforms/connect/tiktok";
    let refused = ada.browser.submit(page, page, &[("attest", "0")]).await;
    assert_eq!(refused.location(), page);
    assert!(text(&ada.browser.follow(&refused).await.body).contains("Tick every box"));
    let sent =
        ada.browser.submit(page, page, &[("attest", "0"), ("attest", "1")]).await.expect(200);
    assert_eq!(heading(&sent.body), "Opening TikTok...");
});

// C10, C15: the form of a pasted session; what is secret does not come back.
both!(mara_pastes_her_session_into_the_form, |app| async {
    let mara = app.person("Mara").await;
    let page = "/platforms/connect/onlyfans";
    let session = app.sandbox().session(MARA_ON_ONLYFANS).await;
    let (cookie, x_bc, agent) =
        (word(&session, "cookie"), word(&session, "xBc"), word(&session, "userAgent"));
    let bad = [("cookie", "lang=en"), ("xBc", x_bc), ("userAgent", agent)];
    let refused = mara.browser.submit_and_follow(page, page, &bad).await.expect(200);
    assert!(!refused.body.contains(x_bc), "a secret is not shown again");
    assert!(refused.body.contains("aria-invalid=\"true\""), "the field is marked");
    let ticks: Vec<(&str, &str)> = (0..4).map(|_| ("attest", "0")).collect();
    let good =
        [[("cookie", cookie), ("xBc", x_bc), ("userAgent", agent)].as_slice(), &ticks].concat();
    let done = mara.browser.submit(page, page, &good).await;
    assert_eq!(done.location(), "/integrations");
    mara.toast(&done).await.says(&["@maravelvet", "is connected"]);
});

// C2, C3, C11, C14, C15: label, test, refresh and disconnect by plain forms, each back where it
// began, with a message.
both!(an_account_is_looked_after_by_plain_forms, |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    let id = word(&x, "id");
    type Form<'a> = &'a [(&'a str, &'a str)];
    let rows: [(&str, Form, &str); 5] = [
        ("/fn/label", &[("id", id), ("label", "Drawings")], "The label is saved."),
        ("/fn/label", &[("id", id), ("label", "")], "The label is removed."),
        ("/fn/test", &[("id", id)], "The connection works."),
        ("/fn/refresh", &[("id", id)], "The access is fresh."),
        ("/fn/disconnect", &[("id", id)], "is disconnected"),
    ];
    for (action, fields, says) in rows {
        let answer = ada.browser.submit("/integrations", action, fields).await;
        assert!([302, 303].contains(&answer.status), "{action}: {}", answer.status);
        assert_eq!(answer.location(), "/integrations", "{action}");
        let toast = ada.toast(&answer).await;
        assert!(!toast.error, "{toast:?}");
        toast.says(&[says]);
    }
    assert!(ada.integrations().await.is_empty());
});

// C15: a message is for the page that a person sees, not for a prefetch, and nobody else can write
// one.
both!(a_message_waits_for_the_page_the_person_sees, |app| async {
    let ada = app.person("Ada").await;
    let answer = ada
        .browser
        .submit("/settings", "/fn/profile", &[("name", "Ada"), ("time_zone", "UTC")])
        .await;
    let prefetch = ada
        .browser
        .request(reqwest::Method::GET, "/settings")
        .header("sec-fetch-dest", "document")
        .header("sec-purpose", "prefetch");
    assert!(Toast::on(&ada.browser.send(prefetch).await.body).is_none());
    let revalidation =
        ada.browser.request(reqwest::Method::GET, "/settings").header("sec-fetch-dest", "empty");
    assert!(Toast::on(&ada.browser.send(revalidation).await.body).is_none());
    ada.toast(&answer).await.says(&["Your profile is saved."]);
    ada.browser.set_cookie("flash", "eyJ0b2FzdCI6bnVsbH0");
    assert!(
        Toast::on(&ada.page("/settings").await).is_none(),
        "a cookie that we did not seal says nothing"
    );
});

// C1, X2: another platform's trouble is on no page; the page needs no platform.
both!(the_page_needs_no_platform, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let before = app.sandbox().state().await["calls"].clone();
    ada.page("/integrations").await;
    ada.page("/").await;
    assert_eq!(app.sandbox().state().await["calls"], before);
});
