//! The callback refuses whatever was not begun here, by this person, for this platform; and a
//! refusal leaves nothing behind.

use chrono::Duration;
use url::Url;

use super::cast::*;
use crate::support::{Begun, TestApp, Toast, both};

/// The address that a good consent leads back to.
async fn consented(app: &TestApp, begun: &Begun, account: &str) -> String {
    app.sandbox().consent(&begun.auth_url, &[("account", account), ("decision", "allow")]).await
}

/// The flows that were used up.
async fn claimed(app: &TestApp) -> usize {
    app.texts("SELECT provider FROM oauth_flows WHERE claimed_at IS NOT NULL").await.len()
}

/// The address with one parameter set, or taken out.
fn with(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url: Url = address.parse().expect("an address");
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    url.into()
}

// S1: NoSession
both!(without_a_session_nothing_is_connected, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let back = consented(&app, &begun, INES_ON_X).await;
    let nobody = app.stranger("Nobody");
    let answer = nobody.browser.come_back(&back).await.expect(303);
    let login = nobody.browser.follow(&answer).await.expect(303);
    let page = nobody.browser.follow(&login).await.expect(200);
    Toast::on(&page.body).expect("a message").says(&["not logged in here", "browser you began in"]);
    assert_eq!((claimed(&app).await, app.rows("oauth_accounts").await.len()), (0, 0));
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["is connected"]);
});

// S1: NoState, UnknownState
both!(a_state_that_is_missing_or_made_up_is_refused, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let back = consented(&app, &begun, INES_ON_X).await;
    for state in [None, Some(""), Some("made-up")] {
        let answer = ada.browser.come_back(&with(&back, "state", state)).await.expect(303);
        ada.toast(&answer).await.says(&["without a connection that we know", "Start again"]);
        assert_eq!(
            (claimed(&app).await, app.rows("oauth_accounts").await.len()),
            (0, 0),
            "{state:?}"
        );
    }
});

// S1: OtherSession. COSF: Mallory gets Ada to finish what he began, so that her account lands at
// his.
both!(who_starts_must_be_who_finishes, |app| async {
    let mallory = app.person("Mallory").await;
    let ada = app.person("Ada").await;
    let begun = mallory.begin("x", None).await;
    let back = consented(&app, &begun, INES_ON_X).await;
    for victim in [&ada, &mallory.elsewhere().await] {
        let answer = victim.browser.come_back(&back).await.expect(303);
        let toast = victim.toast(&answer).await;
        toast.says(&["begun in another browser or by another person", "Nothing was connected"]);
        assert_eq!(
            (claimed(&app).await, app.rows("oauth_accounts").await.len()),
            (0, 0),
            "nobody uses up someone else's flow"
        );
    }
});

// S1: AlreadyUsed; a reload shows what came of it the first time.
both!(a_state_works_once, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let back = consented(&app, &begun, INES_ON_X).await;
    let (one, other) = tokio::join!(ada.browser.come_back(&back), ada.browser.come_back(&back));
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(
        (ada.integrations().await.len(), app.sandbox().calls("x", "/2/oauth2/token").await),
        (1, 1)
    );

    let reload = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&reload).await.says(&["is connected"]);
    let grace = app.person("Grace").await;
    let answer = grace.browser.come_back(&back).await.expect(303);
    grace.toast(&answer).await.says(&["another browser or by another person"]);

    app.sql("UPDATE oauth_flows SET outcome = NULL").await;
    let replay = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&replay).await.says(&["used already", "Look below"]);
    assert_eq!(
        (ada.integrations().await.len(), app.sandbox().calls("x", "/2/oauth2/token").await),
        (1, 1)
    );
});

// S1: Expired
both!(a_flow_lives_ten_minutes, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    app.later(Duration::minutes(10)).await;
    let back = consented(&app, &begun, INES_ON_X).await;
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["longer than 10 minutes", "Start again"]);
    assert_eq!(claimed(&app).await, 1);
    assert!(app.rows("oauth_accounts").await.is_empty());
    assert_eq!(app.sandbox().calls("x", "/2/oauth2/token").await, 0, "the code was not exchanged");
});

// S1: OtherPlatform. COAT: a code of one platform at the callback of another.
both!(a_flow_of_one_platform_is_not_finished_at_another, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let back = consented(&app, &begun, INES_ON_X).await.replace("/callback/x", "/callback/reddit");
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["does not come from where you were sent", "Start again"]);
    assert_eq!(claimed(&app).await, 1, "used up");
    assert!(app.rows("oauth_accounts").await.is_empty());
    assert_eq!(
        app.sandbox().calls("reddit", "access_token").await
            + app.sandbox().calls("x", "/2/oauth2/token").await,
        0
    );
});

// S1: OtherRedirect
both!(a_flow_that_began_with_another_redirect_uri_is_refused, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("x", None).await;
    let back = consented(&app, &begun, INES_ON_X).await;
    app.sql(
        "UPDATE oauth_flows SET redirect_uri = 'http://127.0.0.1:1/api/integrations/callback/x'",
    )
    .await;
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["does not come from where you were sent"]);
    assert_eq!((claimed(&app).await, app.rows("oauth_accounts").await.len()), (1, 0));
    assert_eq!(app.sandbox().calls("x", "/2/oauth2/token").await, 0);
});

// S1: OtherIssuer
both!(an_answer_of_another_issuer_is_refused, |app| async {
    let ada = app.person("Ada").await;
    let begun = ada.begin("youtube", None).await;
    let back = with(
        &consented(&app, &begun, KOFI_ON_YOUTUBE).await,
        "iss",
        Some("https://accounts.evil.example"),
    );
    let answer = ada.browser.come_back(&back).await.expect(303);
    ada.toast(&answer).await.says(&["does not come from where you were sent"]);
    assert_eq!((claimed(&app).await, app.rows("oauth_accounts").await.len()), (1, 0));
    assert_eq!(app.sandbox().calls("youtube", "/token").await, 0);
});

// C4, S9: Cancelled and Failed; of what stands in the address only known words are repeated.
both!(an_error_in_the_address_is_told_in_our_words, |app| async {
    let ada = app.person("Ada").await;
    let rows = [
        ("access_denied", ["You cancelled", "Nothing was connected"]),
        ("temporarily_unavailable", ["(temporarily_unavailable)", "Nothing was connected"]),
        ("<b>call this number</b>", ["(an unknown reason)", "Nothing was connected"]),
        // The app may not ask for it: nobody blames the creator (platform answers, TryPost #315).
        ("invalid_scope", ["how this server is set up", "It is not your account"]),
        ("scope", ["how this server is set up", "It is not your account"]),
    ];
    for (error, words) in rows {
        let begun = ada.begin("x", None).await;
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("state", &begun.state)
            .append_pair("error", error)
            .finish();
        let answer = ada
            .browser
            .come_back(&format!("/api/integrations/callback/x?{query}"))
            .await
            .expect(303);
        ada.toast(&answer).await.says(&words);
        assert_nothing_left(&app, "x").await;
    }
    assert_eq!(claimed(&app).await, 5);
});

// C3: OtherAccount; the account to renew stays as it was, to the byte.
both!(reconnecting_with_another_account_is_refused_by_name, |app| async {
    let ada = app.person("Ada").await;
    let x = ada.connect("x", INES_ON_X).await;
    let before = row(&app, INES_ON_X).await;
    let back = ada.reconnect("x", word(&x, "id"), KOFI_ON_X).await;
    ada.toast(&back).await.says(&["@kofi_cooks", "@ines_draws", "Add another account"]);
    assert_eq!(row(&app, INES_ON_X).await, before);
    assert_eq!(
        (ada.integrations().await.len(), app.sandbox().live_grants("x").await),
        (1, 1),
        "what was granted for nothing is given back"
    );
});

// C3, C7: the other channel of the same person is refused, and the grant that the first one lives
// by is left alone.
both!(a_refused_second_channel_does_not_end_the_first, |app| async {
    let ines = app.person("Ines").await;
    let channel = ines.connect("youtube", INES_ON_YOUTUBE).await;
    let back = ines.reconnect("youtube", word(&channel, "id"), INES_SECOND_CHANNEL).await;
    ines.toast(&back).await.says(&["Nothing was changed"]);
    let tested = ines
        .post(&format!("/api/integrations/test/youtube/{INES_ON_YOUTUBE}"), None)
        .await
        .expect(200)
        .data();
    assert_eq!(tested["ok"], true, "{tested}");
});

// U4: the shortcuts of a browser.
both!(the_short_addresses_lead_the_same_way, |app| async {
    let ada = app.person("Ada").await;
    let begin = ada.browser.open("/api/auth/x").await.expect(303);
    assert!(begin.location().contains("/x/i/oauth2/authorize?"), "{}", begin.location());
    for site in ["cross-site", "same-site"] {
        let elsewhere =
            ada.browser.request(reqwest::Method::GET, "/api/auth/x").header("sec-fetch-site", site);
        assert_eq!(ada.browser.send(elsewhere).await.location(), "/platforms/connect/x", "{site}");
    }
    let prefetch = ada
        .browser
        .request(reqwest::Method::GET, "/api/auth/x")
        .header("sec-fetch-site", "same-origin")
        .header("sec-purpose", "prefetch");
    assert_eq!(ada.browser.send(prefetch).await.location(), "/platforms/connect/x");
    let forward = ada.browser.come_back("/api/auth/x/callback?state=a&code=b").await.expect(303);
    assert_eq!(forward.location(), "/api/integrations/callback/x?state=a&code=b");
    ada.browser.open("/api/auth/nowhere").await.expect(404);
});
