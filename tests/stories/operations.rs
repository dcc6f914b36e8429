//! The operators' page about jobs.

use huntaze::server::config::Config;
use huntaze::server::db::jobs;
use serde_json::Value;

use crate::support::{Person, TestApp, both, text};

const PAGE: &str = "/operations/jobs";

fn ada_operates(config: &mut Config) {
    config.users.operators.push("ada@stories.example".into());
}

/// A job of a version that is gone, given up long ago, and one that answers resets.
async fn give_two_jobs_up(app: &TestApp) {
    let write = |id: &str, kind: &str, say: &str| {
        let now = app.backend().clock.now().to_rfc3339();
        // SQLite keeps ids as bytes.
        let id = if app.engine() == crate::support::Engine::Sqlite {
            format!("x'{}'", id.replace('-', ""))
        } else {
            format!("'{id}'")
        };
        format!(
            "INSERT INTO jobs (id, kind, payload, priority, state, run_at, attempts, version, \
             last_error, reference, created_at, updated_at)
             VALUES ({id}, '{kind}', '{{\"kind\":\"{kind}\"}}', 1, 'dead', '{now}', 12, 12, \
             '{say}', '7F3K-92QD', '{now}', '{now}')"
        )
    };
    app.sql(&write(
        "0192f0c1-2a6b-7c3d-8e4f-000000000001",
        "riddle",
        "Another version of Huntaze wrote this job.",
    ))
    .await;
    app.sql(&write(
        "0192f0c1-2a6b-7c3d-8e4f-000000000002",
        "answer_resets",
        "Huntaze could not do this just now.",
    ))
    .await;
}

async fn press(person: &Person, action: &str, id: &str) -> String {
    text(&person.browser.submit_and_follow(PAGE, action, &[("id", id)]).await.expect(200).body)
}

both!(
    operators_see_jobs_that_were_given_up_and_decide,
    config = |config| ada_operates(config),
    |app| async {
        let ada = app.person("Ada").await;
        let empty = text(&ada.browser.open(PAGE).await.expect(200).body);
        assert!(empty.contains("No job had to be given up."), "{empty}");
        give_two_jobs_up(&app).await;
        let page = text(&ada.browser.open(PAGE).await.expect(200).body);
        for said in [
            "Riddle",
            "Another version of Huntaze wrote this job.",
            "Answer resets",
            "12 attempts",
            "7F3K-92QD",
        ] {
            assert!(page.contains(said), "{said} in {page}");
        }
        let again = press(&ada, "/fn/retry_job", "0192f0c1-2a6b-7c3d-8e4f-000000000002").await;
        assert!(
            again.contains("The job is tried again.") && !again.contains("Answer resets"),
            "{again}"
        );
        let unknown = press(&ada, "/fn/retry_job", "0192f0c1-2a6b-7c3d-8e4f-000000000001").await;
        assert!(
            unknown.contains("does not know this job") && unknown.contains("Riddle"),
            "{unknown}"
        );
        let gone = press(&ada, "/fn/discard_job", "0192f0c1-2a6b-7c3d-8e4f-000000000001").await;
        assert!(
            gone.contains("The job is discarded.") && gone.contains("No job had to be given up."),
            "{gone}"
        );
        // S7: what an operator did stands in the server's own log.
        let log = ada.get("/api/audit?server=true").await.expect(200).data();
        let told = |event: &Value| {
            ["userName", "action", "subject"]
                .map(|key| event[key].as_str().unwrap_or_default().to_owned())
        };
        let lines: Vec<_> = log["events"].as_array().expect("a list").iter().map(told).collect();
        assert_eq!(
            lines,
            [
                ["Ada", "job_discarded", "A job of another version"],
                ["Ada", "job_retried", "Answer resets"]
            ]
        );
        app.work().await;
        assert!(app.rows("jobs").await.is_empty(), "its turn has come");
    }
);

// S4: what runs in the background is nobody else's business.
both!(others_see_no_jobs_and_touch_none, config = |config| ada_operates(config), |app| async {
    let ben = app.person("Ben").await;
    give_two_jobs_up(&app).await;
    ben.browser.open(PAGE).await.expect(403);
    assert_eq!(
        app.stranger("Cleo").browser.open(PAGE).await.expect(303).location(),
        "/login?next=%2Foperations%2Fjobs"
    );
    for action in ["/fn/retry_job", "/fn/discard_job"] {
        let refused = press_as(&ben, action).await;
        assert!(refused.contains("does not allow this"), "{refused}");
    }
    let dead = jobs::in_state(&app.backend().db, "dead", 9).await.expect("the dead");
    assert_eq!(dead.len(), 2);
    let settings = ben.browser.open("/settings").await.expect(200).body;
    assert!(!settings.contains(PAGE));
    app.sql("DELETE FROM jobs").await;
});

async fn press_as(person: &Person, action: &str) -> String {
    let id = "0192f0c1-2a6b-7c3d-8e4f-000000000002";
    let answer = person.browser.submit("/settings", action, &[("id", id)]).await;
    text(&person.browser.follow(&answer).await.expect(200).body)
}
