//! H2: what is counted, and who may read it.

use huntaze::server::domain::access::{RefreshReason, fresh_token};
use reqwest::Method;

use super::cast::*;
use super::refreshing;
use crate::support::{Metrics, TestApp, both, log};

const STEPS: &str = "huntaze_oauth_steps_total";
const FAILURES: &str = "huntaze_oauth_failures_total";
const CALLS: &str = "huntaze_platform_calls_total";
const HTTP: &str = "huntaze_http_requests_total";
/// Enough for a mean.
const REFRESHES: u32 = 200;

/// What moved while this was done.
async fn moved(app: &TestApp, before: &Metrics, name: &str, labels: &[(&str, &str)]) -> f64 {
    app.metrics().await.since(before, name, labels)
}

// H2: the funnel.
both!(every_step_of_a_connection_is_counted, |app| async {
    let ada = app.person("Ada").await;
    for (provider, account, _) in EVERYWHERE {
        let before = app.metrics().await;
        ada.connect(provider, account).await;
        let after = app.metrics().await;
        let steps: &[&str] = if provider == "onlyfans" {
            &["started", "connected"]
        } else {
            &["started", "returned", "exchanged", "connected"]
        };
        for step in steps {
            assert_eq!(
                after.since(&before, STEPS, &[("platform", provider), ("step", step)]),
                1.0,
                "{provider} {step}"
            );
        }
        assert!(
            after.since(&before, CALLS, &[("platform", provider), ("status", "200")]) >= 1.0,
            "{provider} was called"
        );
        assert_eq!(after.since(&before, FAILURES, &[("platform", provider)]), 0.0);
        assert_eq!(
            after.value("huntaze_accounts", &[("platform", provider), ("status", "connected")]),
            1.0
        );
    }
});

// H2: failures by reason; nobody else can move the funnel.
both!(every_failed_connection_is_counted_by_its_reason, |app| async {
    let ada = app.person("Ada").await;
    let before = app.metrics().await;
    ada.decide("x", &[("account", INES_ON_X), ("decision", "deny")]).await;
    assert_eq!(
        moved(&app, &before, FAILURES, &[("platform", "x"), ("reason", "cancelled")]).await,
        1.0
    );
    assert_eq!(moved(&app, &before, STEPS, &[("platform", "x"), ("step", "returned")]).await, 1.0);
    ada.browser.open("/api/integrations/callback/x?code=made-up&state=made-up").await.expect(303);
    assert_eq!(
        moved(&app, &before, FAILURES, &[("platform", "x"), ("reason", "unknown_state")]).await,
        1.0
    );
    assert_eq!(
        moved(&app, &before, STEPS, &[("platform", "x"), ("step", "returned")]).await,
        1.0,
        "made up by hand"
    );
    assert_eq!(moved(&app, &before, STEPS, &[("platform", "x"), ("step", "connected")]).await, 0.0);
});

// H2: what platforms answer, by endpoint, without ids.
both!(calls_are_counted_by_endpoint_and_status, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let before = app.metrics().await;
    app.sandbox().trouble("x", "/2/users/me", "503", None).await;
    ada.post(&format!("/api/integrations/test/x/{INES_ON_X}"), None).await;
    let me = [("platform", "x"), ("endpoint", "GET /2/users/me"), ("status", "503")];
    assert_eq!(moved(&app, &before, CALLS, &me).await, 4.0, "once, and three repeats");
    let timed =
        moved(&app, &before, "huntaze_platform_call_duration_seconds_count", &me[..2]).await;
    assert_eq!(timed, 4.0);
});

// H2: our own answers, by template: a path that somebody makes up adds no series.
both!(answers_are_counted_by_route, |app| async {
    let ada = app.person("Ada").await;
    let before = app.metrics().await;
    ada.put(
        &format!("/api/integrations/x/{INES_ON_X}/label"),
        serde_json::json!({ "label": "Main" }),
    )
    .await
    .expect(404);
    let label = [
        ("method", "PUT"),
        ("route", "/api/integrations/{provider}/{accountId}/label"),
        ("status", "404"),
    ];
    assert_eq!(moved(&app, &before, HTTP, &label).await, 1.0);
    ada.browser.open("/no/such/page/of-ada").await.expect(404);
    let brew = Method::from_bytes(b"BREW").expect("a method");
    let teapot = ada.browser.request(brew, "/integrations");
    ada.browser.send(teapot).await;
    let after = app.metrics().await;
    assert_eq!(after.since(&before, HTTP, &[("route", "none"), ("status", "404")]), 1.0);
    assert!(after.since(&before, HTTP, &[("method", "other")]) >= 1.0);
    assert!(
        !after.text().contains("of-ada")
            && !after.text().contains("BREW")
            && !after.text().contains(INES_ON_X)
    );
});

// H2, H3, T7: what came of each refresh, by its class, counted and logged under the reference that
// the person was told.
both!(every_class_of_a_refresh_is_counted_and_logged, |app| async {
    log::listen();
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let refresh = format!("/api/integrations/refresh/x/{INES_ON_X}");
    let troubles = [
        (None, "renewed", None),
        (Some("503"), "transient", Some("WARN")),
        (Some("401"), "configuration", Some("ERROR")),
        (Some("400"), "permanent", Some("WARN")),
    ];
    for (trouble, class, level) in troubles {
        app.sandbox().calm().await;
        app.later(chrono::Duration::minutes(1)).await;
        if let Some(kind) = trouble {
            app.sandbox().trouble("x", "/2/oauth2/token", kind, None).await;
        }
        let before = app.metrics().await;
        let answer = ada.post(&refresh, None).await;
        let outcome = [("platform", "x"), ("outcome", class)];
        assert_eq!(
            moved(&app, &before, "huntaze_token_refreshes_total", &outcome).await,
            1.0,
            "{class}"
        );
        assert_eq!(
            moved(&app, &before, "huntaze_token_refreshes_total", &[("platform", "x")]).await,
            1.0,
            "{class} alone"
        );
        assert_eq!(
            moved(
                &app,
                &before,
                "huntaze_token_refresh_duration_seconds_count",
                &[("platform", "x")]
            )
            .await,
            1.0
        );
        let durable = moved(
            &app,
            &before,
            "huntaze_token_response_persist_duration_seconds_count",
            &[("platform", "x")],
        )
        .await;
        assert_eq!(
            durable,
            f64::from(trouble.is_none()),
            "{class}: only an answer is made durable"
        );
        let lines = log::of_answer(&answer);
        let refreshed = lines
            .iter()
            .filter(|line| line["message"] == "token refreshed" && line["outcome"] == class);
        assert_eq!(refreshed.count(), 1, "{class}: {lines:#?}");
        let failed: Vec<_> = lines
            .iter()
            .filter(|line| {
                line["message"].as_str().is_some_and(|m| m.starts_with("token refresh failed"))
            })
            .collect();
        assert_eq!(failed.len(), usize::from(trouble.is_some()), "{class}: {lines:#?}");
        let loudest = lines
            .iter()
            .filter_map(|line| line["level"].as_str())
            .filter(|level| ["WARN", "ERROR"].contains(level));
        assert_eq!(
            loudest.clone().any(|found| Some(found) == level),
            level.is_some(),
            "{class}: {lines:#?}"
        );
    }
});

// T6, H2: the window that no client can close, as far as it is ours: from a platform's answer to
// its being durable. The figures stand in docs/measurements.md.
both!(the_window_in_which_an_answer_can_be_lost_is_measured, |app| async {
    const DURABLE: &str = "huntaze_token_response_persist_duration_seconds";
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    let mut account = refreshing::account(&app, &ada, "x", INES_ON_X).await;
    let before = app.metrics().await;
    for _ in 0..REFRESHES {
        let seen = account.version;
        account = fresh_token(app.backend(), account, RefreshReason::Renew { seen })
            .await
            .expect("a new token")
            .0;
    }
    let after = app.metrics().await;
    let of_x = |what: &str, le: &[(&str, &str)]| {
        after.since(&before, &format!("{DURABLE}_{what}"), &[&[("platform", "x")], le].concat())
    };
    assert_eq!(of_x("count", &[]), f64::from(REFRESHES), "each answer once");
    let within = |le| of_x("bucket", &[("le", le)]) * 100.0 / f64::from(REFRESHES);
    let mean = of_x("sum", &[]) * 1000.0 / f64::from(REFRESHES);
    println!(
        "an answer is durable after {mean:.2} ms on {:?}, mean of {REFRESHES}; {:.0} % within 5 \
         ms, {:.0} % within 25 ms",
        app.engine(),
        within("0.005"),
        within("0.025")
    );
    assert!(mean < 1000.0, "one statement and one flush, not {mean} ms");
});

// T9, H2
both!(the_nearest_end_of_a_token_is_told, |app| async {
    let ada = app.person("Ada").await;
    let nobody = app.metrics().await;
    assert!(nobody.value("huntaze_token_expires_in_seconds", &[("platform", "x")]).is_nan());
    ada.connect("x", INES_ON_X).await;
    let before =
        app.metrics().await.value("huntaze_token_expires_in_seconds", &[("platform", "x")]);
    assert_eq!(before, 7200.0);
    app.later(chrono::Duration::hours(3)).await;
    assert_eq!(
        app.metrics().await.value("huntaze_token_expires_in_seconds", &[("platform", "x")]),
        -3600.0,
        "it was missed"
    );
});

// H2: what the background does, and what waits for it.
both!(jobs_are_counted, |app| async {
    let before = app.metrics().await;
    app.work().await;
    app.later(chrono::Duration::days(1)).await;
    app.work().await;
    let after = app.metrics().await;
    assert!(
        after.since(
            &before,
            "huntaze_jobs_finished_total",
            &[("job", "purge_sessions"), ("outcome", "done")]
        ) >= 1.0
    );
    assert_eq!(after.since(&before, "huntaze_jobs_finished_total", &[("outcome", "dead")]), 0.0);
    for state in ["due", "running", "dead"] {
        assert_eq!(after.value("huntaze_jobs", &[("state", state)]), 0.0, "{state}");
    }
    assert_eq!(after.value("huntaze_job_oldest_age_seconds", &[]), 0.0, "nothing waits");
});

// H2, S9: without a token only this machine, asked for by its own name and not through a proxy.
both!(metrics_are_for_this_machine_unless_a_token_is_set, |app| async {
    let browser = app.stranger("Somebody").browser;
    let ask = |headers: &[(&'static str, &'static str)]| {
        let request = browser.request(Method::GET, "/metrics");
        browser.send(
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)),
        )
    };
    let open = ask(&[]).await.expect(200);
    assert!(
        open.header("content-type").starts_with("text/plain")
            && open.body.contains("# HELP huntaze_build_info")
    );
    ask(&[("host", "localhost:3000")]).await.expect(200);
    for header in [
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("host", "rebound.example"),
    ] {
        let refused = ask(&[header]).await.expect(401);
        assert!(!refused.body.contains("huntaze_build_info"), "{header:?}");
        assert!(refused.body.contains("server.metrics_token"), "it says what to do");
    }
});

both!(
    a_metrics_token_is_asked_for_wherever_one_comes_from,
    config = |config| config.server.metrics_token = Some("for-prometheus-only".into()),
    |app| async {
        let browser = app.stranger("Prometheus").browser;
        let with = |token: &str| {
            browser.send(browser.request(Method::GET, "/metrics").header("authorization", token))
        };
        browser.open("/metrics").await.expect(401);
        with("Bearer for-prometheus-onlY").await.expect(401);
        with("Basic for-prometheus-only").await.expect(401);
        let far = browser
            .request(Method::GET, "/metrics")
            .header("host", "metrics.internal")
            .header("x-forwarded-for", "10.0.0.9");
        browser.send(far.bearer_auth("for-prometheus-only")).await.expect(200);
    }
);

// H2, D2
#[test]
fn the_operators_page_names_every_metric() {
    let page = include_str!("../../docs/operating.md");
    for described in huntaze::server::metrics::ALL {
        let kind = format!("{:?}", described.kind).to_lowercase();
        let line = format!("| `{}` | {kind} |", described.name);
        assert!(page.contains(&line), "docs/operating.md has no line {line}");
    }
}
