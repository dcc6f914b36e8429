//! H2, H3: what a failure leaves for the people who run the server: a count and a line each,
//! whatever the person was told.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::*;
use crate::support::{Answer, Begun, Metrics, Person, TestApp, both, log};

const FAILURES: &str = "huntaze_oauth_failures_total";
const STEPS: &str = "huntaze_oauth_steps_total";
const CALLS: &str = "huntaze_platform_calls_total";
const TIMES: &str = "huntaze_platform_call_duration_seconds_count";
const REFRESHES: &str = "huntaze_token_refreshes_total";

/// Every platform with a consent page: an account that connects, and where its tokens come from.
const TOKEN_ENDPOINTS: [(&str, &str, &str); 5] = [
    ("instagram", KOFI_ON_FACEBOOK, "/oauth/access_token"),
    ("tiktok", INES_ON_TIKTOK, "/v2/oauth/token/"),
    ("youtube", KOFI_ON_YOUTUBE, "/token"),
    ("x", INES_ON_X, "/2/oauth2/token"),
    ("reddit", MARA_ON_REDDIT, "/api/v1/access_token"),
];

/// The lines of a request that have all of these fields.
fn lines(answer: &Answer, fields: &Value) -> Vec<Value> {
    let wanted = fields.as_object().expect("fields");
    log::of_answer(answer)
        .into_iter()
        .filter(|line| wanted.iter().all(|(name, value)| line[name] == *value))
        .collect()
}

/// One connection failed by this reason and no other: counted once and written down once, as a
/// warning with the reference.
async fn assert_told(
    app: &TestApp,
    before: &Metrics,
    answer: &Answer,
    provider: &str,
    reason: &str,
) {
    let after = app.metrics().await;
    let counted = |reason: &[(&str, &str)]| after.since(before, FAILURES, reason);
    assert_eq!(
        counted(&[("platform", provider), ("reason", reason)]),
        1.0,
        "{provider} {reason}: {}",
        after.text()
    );
    assert_eq!(counted(&[]), 1.0, "{provider} {reason}: and nothing else");
    assert_eq!(after.since(before, STEPS, &[("step", "connected")]), 0.0, "{provider} {reason}");
    let told = lines(
        answer,
        &json!({ "platform": provider, "step": "callback", "outcome": reason, "level": "WARN" }),
    );
    assert_eq!(told.len(), 1, "{provider} {reason}: {:#?}", log::of_answer(answer));
    let answered = lines(
        answer,
        &json!({
            "message": "request completed",
            "route": "/api/integrations/callback/{provider}",
        }),
    );
    assert!(answered.len() == 1 && answered[0]["latency_ms"].is_u64(), "{answered:?}");
}

/// The address with one parameter set, or taken out.
fn with(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url: url::Url = address.parse().expect("an address");
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    url.into()
}

async fn consented(app: &TestApp, ada: &Person, provider: &str, account: &str) -> (Begun, String) {
    let begun = ada.begin(provider, None).await;
    let back = app
        .sandbox()
        .consent(&begun.auth_url, &[("account", account), ("decision", "allow")])
        .await;
    (begun, back)
}

// C4, H3: every way in which an answer may not be the one that was waited for, at every platform.
both!(every_callback_that_is_refused_is_counted_and_written_down, |app| async {
    log::listen();
    let (ada, mallory, nobody) =
        (app.person("Ada").await, app.person("Mallory").await, app.stranger("Nobody"));
    for (provider, account, _) in TOKEN_ENDPOINTS {
        let other = if provider == "x" { "reddit" } else { "x" };
        let refused = [
            ("no_session", &nobody),
            ("no_state", &ada),
            ("unknown_state", &ada),
            ("other_session", &mallory),
            ("other_issuer", &ada),
            ("other_platform", &ada),
        ];
        for (reason, who) in refused {
            let (_, back) = consented(&app, &ada, provider, account).await;
            let back = match reason {
                "no_state" => with(&back, "state", None),
                "unknown_state" => with(&back, "state", Some("made-up")),
                "other_issuer" => with(&back, "iss", Some("https://issuer.evil.example")),
                "other_platform" => {
                    back.replace(&format!("/callback/{provider}"), &format!("/callback/{other}"))
                }
                _ => back,
            };
            let before = app.metrics().await;
            let answer = who.browser.come_back(&back).await.expect(303);
            let at = if reason == "other_platform" { other } else { provider };
            assert_told(&app, &before, &answer, at, reason).await;
        }
        for (reason, sql) in [
            (
                "other_redirect",
                "UPDATE oauth_flows SET redirect_uri = 'http://127.0.0.1:1/' WHERE claimed_at IS \
                 NULL",
            ),
            (
                "already_used",
                "UPDATE oauth_flows SET claimed_at = created_at WHERE claimed_at IS NULL",
            ),
        ] {
            let (_, back) = consented(&app, &ada, provider, account).await;
            app.sql(sql).await;
            let before = app.metrics().await;
            let answer = ada.browser.come_back(&back).await.expect(303);
            assert_told(&app, &before, &answer, provider, reason).await;
        }
        let (_, back) = consented(&app, &ada, provider, account).await;
        app.later(Duration::minutes(10)).await;
        let before = app.metrics().await;
        let answer = ada.browser.come_back(&back).await.expect(303);
        assert_told(&app, &before, &answer, provider, "expired").await;
    }
});

// C4, H3: every way in which the platform or the person says no.
both!(every_refusal_on_the_way_is_counted_and_written_down, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    for (provider, account, endpoint) in TOKEN_ENDPOINTS {
        for (error, reason) in [("access_denied", "cancelled"), ("server_error", "failed")] {
            let begun = ada.begin(provider, None).await;
            let before = app.metrics().await;
            let path = format!(
                "/api/integrations/callback/{provider}?state={}&error={error}",
                begun.state
            );
            let answer = ada.browser.come_back(&path).await.expect(303);
            assert_told(&app, &before, &answer, provider, reason).await;
        }
        let (_, back) = consented(&app, &ada, provider, account).await;
        let before = app.metrics().await;
        let answer = ada.browser.come_back(&with(&back, "code", Some("made-up"))).await.expect(303);
        assert_told(&app, &before, &answer, provider, "code_refused").await;

        let (_, back) = consented(&app, &ada, provider, account).await;
        app.sandbox().trouble(provider, endpoint, "503", None).await;
        let before = app.metrics().await;
        let answer = ada.browser.come_back(&back).await.expect(303);
        assert_told(&app, &before, &answer, provider, "unavailable").await;
        let down = [("platform", provider), ("status", "503")];
        let after = app.metrics().await;
        assert_eq!(after.since(&before, CALLS, &down), 1.0, "{provider}: a code is exchanged once");
        assert!(after.since(&before, TIMES, &down[..1]) >= 1.0, "{provider}: and timed");
        let call = lines(
            &answer,
            &json!({ "message": "platform call", "platform": provider, "status": "503" }),
        );
        assert!(call.len() == 1 && call[0]["latency_ms"].is_u64(), "{provider}: {call:?}");
        app.sandbox().calm().await;
    }
});

// C3, C4, H3: what only the account itself shows.
both!(every_account_that_is_refused_is_counted_and_written_down, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    let without = [
        ("instagram", KOFI_ON_FACEBOOK, "instagram_basic,pages_show_list"),
        ("tiktok", INES_ON_TIKTOK, "video.list"),
        ("youtube", KOFI_ON_YOUTUBE, "https://www.googleapis.com/auth/youtube.upload"),
        ("x", INES_ON_X, "users.read offline.access"),
        ("reddit", MARA_ON_REDDIT, "read history"),
    ];
    for (provider, account, granted) in without {
        let before = app.metrics().await;
        let answer = ada
            .decide(provider, &[("account", account), ("decision", "allow"), ("scopes", granted)])
            .await;
        assert_told(&app, &before, &answer, provider, "missing_required").await;
    }
    let x = ada.connect("x", INES_ON_X).await;
    let before = app.metrics().await;
    let answer = ada.reconnect("x", word(&x, "id"), KOFI_ON_X).await;
    assert_told(&app, &before, &answer, "x", "other_account").await;
});

// T7, H3: what becomes of a refresh that is asked for, at every platform that has them: its
// outcome, how long it took, its calls.
both!(every_refresh_is_counted_and_written_down, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    for (provider, account, endpoint) in TOKEN_ENDPOINTS {
        let id = word(&ada.connect(provider, account).await, "accountId").to_owned();
        app.later(Duration::days(2)).await;
        let refresh = async |outcome: &str| {
            let before = app.metrics().await;
            let answer =
                ada.post(&format!("/api/integrations/refresh/{provider}/{id}"), None).await;
            let after = app.metrics().await;
            let labels = [("platform", provider), ("outcome", outcome)];
            assert_eq!(
                after.since(&before, REFRESHES, &labels),
                1.0,
                "{provider} {outcome}: {}",
                answer.body
            );
            assert_eq!(
                after.since(&before, REFRESHES, &[]),
                1.0,
                "{provider} {outcome}: and no other"
            );
            assert_eq!(
                after.since(&before, "huntaze_token_refresh_duration_seconds_count", &labels[..1]),
                1.0,
                "{provider}"
            );
            let told = lines(&answer, &json!({ "platform": provider, "outcome": outcome }));
            assert!(
                told.len() == 1 && told[0]["latency_ms"].is_u64(),
                "{provider}: {:#?}",
                log::of_answer(&answer)
            );
            let calls =
                lines(&answer, &json!({ "message": "platform call", "platform": provider }));
            assert!(!calls.is_empty(), "{provider} was called, under the same reference");
        };
        refresh("renewed").await;
        let left = app
            .metrics()
            .await
            .value("huntaze_token_expires_in_seconds", &[("platform", provider)]);
        assert!(left > 0.0, "{provider}: {left}");
        app.later(Duration::days(2)).await;
        app.sandbox().trouble(provider, endpoint, "503", None).await;
        refresh("transient").await;
        app.sandbox().calm().await;
    }
});

// H2, H3: how many jobs wait and since when; what is tried again and what is given up, with the
// line that says why.
both!(the_queue_is_measured_and_what_fails_in_it_is_written_down, |app| async {
    log::listen();
    app.work().await;
    let registered = app.stranger("Ada").browser;
    let form = json!({ "name": "Ada", "email": "ada@stories.example",
        "password": crate::support::PASSWORD });
    let answer = registered.rest(Method::POST, "/api/auth/register", Some(&form)).await.expect(201);
    app.later(Duration::seconds(90)).await;
    let now = app.metrics().await;
    assert_eq!(now.value("huntaze_jobs", &[("state", "due")]), 1.0);
    assert_eq!(now.value("huntaze_job_oldest_age_seconds", &[]), 90.0);
    app.sql(r#"UPDATE jobs SET kind = 'riddle', payload = '{"kind":"riddle"}', attempts = 10 WHERE state = 'queued'"#).await;
    for (outcome, level, message) in
        [("retried", "WARN", "job failed"), ("dead", "ERROR", "job failed permanently")]
    {
        let before = app.metrics().await;
        app.work().await;
        let after = app.metrics().await;
        let ended = [("job", "riddle"), ("outcome", outcome)];
        assert_eq!(after.since(&before, "huntaze_jobs_finished_total", &ended), 1.0);
        let told: Vec<Value> = lines(&answer, &json!({ "job": "riddle", "level": level }));
        assert!(told.iter().any(|line| word(line, "message").starts_with(message)), "{told:#?}");
        assert!(told.iter().all(|line| line["job_id"].is_string()), "{told:#?}");
        app.sql("UPDATE jobs SET attempts = 11 WHERE kind = 'riddle'").await;
        app.later(Duration::hours(2)).await;
    }
    assert_eq!(app.metrics().await.value("huntaze_jobs", &[("state", "dead")]), 1.0);
    app.sql("DELETE FROM jobs WHERE kind = 'riddle'").await;
});

// H3: one id from the click to the platform, days later: the answer's header, the request's line,
// its calls, the job that it left behind and that job's calls.
both!(one_reference_follows_a_request_into_its_job_and_to_the_platform, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/oauth2/revoke", "503", None).await;
    let answer =
        ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    assert_eq!(answer.json()["correlationId"], answer.header("x-correlation-id"));
    app.later(Duration::minutes(2)).await;
    app.work().await;
    app.sandbox().calm().await;
    app.later(Duration::hours(3)).await;
    app.work().await;
    assert_eq!(app.sandbox().live_grants("x").await, 0);

    let route = "/api/integrations/disconnect/{provider}/{accountId}";
    assert_eq!(
        lines(
            &answer,
            &json!({
                "message": "request completed", "route": route, "method": "DELETE", "status": 200,
            })
        )
        .len(),
        1
    );
    let calls = lines(
        &answer,
        &json!({ "message": "platform call", "platform": "x", "endpoint": "POST \
            /2/oauth2/revoke" }),
    );
    let (by_job, by_request): (Vec<&Value>, Vec<&Value>) =
        calls.iter().partition(|line| line["job"] == "revoke");
    assert!(
        !by_request.is_empty() && by_request.iter().all(|line| line["status"] == "503"),
        "{by_request:#?}"
    );
    assert!(
        by_job.iter().any(|line| line["status"] == "503")
            && by_job.iter().any(|line| line["status"] == "200"),
        "{by_job:#?}"
    );
    let mut jobs: Vec<&str> = by_job.iter().map(|line| word(line, "job_id")).collect();
    jobs.dedup();
    assert_eq!(jobs.len(), 1, "one job, tried twice");
});
