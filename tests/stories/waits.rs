//! S5, U3: who is asked to wait is told for how long, whoever it is that needs the time.

use chrono::Duration;
use reqwest::Method;

use super::cast::*;
use crate::support::both;

// S5: a platform that asks us to slow down is passed on, with its own time.
both!(a_platform_that_asks_to_slow_down_says_until_when, |app| async {
    let mara = app.person("Mara").await;
    mara.connect("reddit", MARA_ON_REDDIT).await;
    app.sandbox().trouble("reddit", "/api/v1/access_token", "429", None).await;
    let refused = mara
        .post(&format!("/api/integrations/refresh/reddit/{MARA_ON_REDDIT}"), None)
        .await
        .expect(429);
    assert_eq!(
        (refused.header("retry-after"), word(&refused.error(), "type")),
        ("4", "rate_limited")
    );
});

// S5, H5: a platform that is left alone says when it is asked again.
both!(a_platform_in_trouble_says_when_it_is_asked_again, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/oauth2/token", "503", None).await;
    let renew = format!("/api/integrations/refresh/x/{INES_ON_X}");
    for _ in 0..5 {
        assert_eq!(
            ada.post(&renew, None).await.expect(503).header("retry-after"),
            "",
            "nobody knows when it is back"
        );
    }
    app.later(Duration::seconds(10)).await;
    assert_eq!(ada.post(&renew, None).await.expect(503).header("retry-after"), "20");
});

// S5, C10: what we ask for ourselves, to spare a session.
both!(a_session_that_was_just_tested_says_when_it_may_be_tested_again, |app| async {
    let mara = app.person("Mara").await;
    mara.connect("onlyfans", MARA_ON_ONLYFANS).await;
    app.later(Duration::seconds(13)).await;
    let refused = mara
        .post(&format!("/api/integrations/test/onlyfans/{MARA_ON_ONLYFANS}"), None)
        .await
        .expect(429);
    assert_eq!(refused.header("retry-after"), "287");
});

// S5, U1: five links are on their way; the next is made when the first of them is over.
both!(enough_links_say_when_there_is_another, |app| async {
    let ada = app.person("Ada").await;
    app.sql("UPDATE users SET email_verified_at = NULL WHERE email = 'ada@stories.example'").await;
    app.later(Duration::hours(1)).await;
    let again = async || ada.browser.rest(Method::POST, "/api/auth/verify/again", None).await;
    for _ in 0..4 {
        again().await.expect(200);
    }
    let wait = again().await.expect(429).header("retry-after").parse::<i64>().expect("seconds");
    assert_eq!(
        wait,
        Duration::hours(23).num_seconds(),
        "the first was sent an hour ago, at registration"
    );
});
