//! Jobs: done once, by one worker at a time, whatever happens to the workers.

use std::time::Duration as Patience;

use chrono::{DateTime, Duration, Utc};
use huntaze::server::clock::Clock;
use huntaze::server::db::jobs::{self, Claimed, Depth};
use huntaze::server::db::{outgoing_emails, server_facts};
use huntaze::server::domain::jobs::{self as queue, Job, JobRequest, Priority};
use huntaze::server::domain::mail::{Mail, post};
use huntaze::server::request_context::{self, RequestContext};
use huntaze::server::{Backend, start, worker};
use uuid::Uuid;

use super::cast::*;
use crate::support::{Engine, TestApp, both};

const LEASE: Duration = worker::LEASE;

async fn order(backend: &Backend, orders: impl IntoIterator<Item = JobRequest>) {
    let mut tx = backend.db.begin().await.expect("a transaction");
    for order in orders {
        queue::enqueue(backend, &mut tx, order).await.expect("an order");
    }
    tx.commit().await.expect("a commit");
}

/// A job that only its id tells from others; there is no such revocation, so doing it does nothing.
fn errand() -> Job {
    Job::Revoke { id: Uuid::now_v7() }
}

async fn claim(app: &TestApp, limit: usize) -> Vec<Claimed> {
    let now = now(app);
    jobs::claim(&app.backend().db, Uuid::now_v7(), limit, now, now + LEASE).await.expect("a claim")
}

async fn claim_one(app: &TestApp) -> Claimed {
    claim(app, 1).await.pop().expect("a job that is due")
}

fn now(app: &TestApp) -> DateTime<Utc> {
    app.backend().clock.now()
}

async fn depth(app: &TestApp) -> Depth {
    jobs::depth(&app.backend().db, now(app)).await.expect("a depth")
}

both!(a_job_is_ordered_with_its_cause_or_not_at_all, |app| async {
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    queue::enqueue(app.backend(), &mut tx, errand()).await.expect("an order");
    drop(tx);
    assert_eq!(depth(&app).await.queued, 0);
    order(app.backend(), [errand().into()]).await;
    assert_eq!(depth(&app).await.due, 1);
    app.work().await;
    assert_eq!(depth(&app).await, Depth { queued: 0, due: 0, running: 0, dead: 0, oldest: None });
});

both!(the_same_job_twice_is_one_at_the_earlier_time, |app| async {
    let (errand, later) = (errand(), now(&app) + Duration::hours(1));
    order(app.backend(), [errand.clone().at(later), errand.clone().at(later + LEASE)]).await;
    assert_eq!((depth(&app).await.queued, depth(&app).await.due), (1, 0));
    order(app.backend(), [errand.clone().into()]).await;
    assert_eq!((depth(&app).await.queued, depth(&app).await.due), (1, 1));
    order(app.backend(), [errand.at(later)]).await;
    app.work().await;
    assert!(app.rows("jobs").await.is_empty(), "a later order does not keep it");
});

both!(a_job_ordered_while_it_runs_runs_again, |app| async {
    let (errand, db) = (errand(), &app.backend().db);
    order(app.backend(), [errand.clone().into()]).await;
    let running = claim_one(&app).await;
    order(app.backend(), [errand.into()]).await;
    assert_eq!(claim(&app, 9).await.len(), 0, "not beside itself");
    assert!(jobs::complete(db, &running, now(&app)).await.expect("it ends"));
    assert_eq!(claim_one(&app).await.attempts, 1, "from the beginning");
    app.later(LEASE).await;
    app.work().await;
});

both!(urgent_jobs_go_first_and_equal_ones_in_their_order, |app| async {
    let (first, second, tidy, urgent) = (errand(), errand(), errand(), errand());
    let orders = [
        tidy.clone().with_priority(queue::Priority::Low),
        first.clone().at(now(&app) - Duration::minutes(2)),
        second.clone().at(now(&app) - Duration::minutes(1)),
        urgent.clone().with_priority(queue::Priority::High),
    ];
    order(app.backend(), orders).await;
    for expected in [urgent, first, second, tidy] {
        let claimed = claim_one(&app).await;
        assert_eq!(Job::from_payload(&claimed.payload), Some(expected));
        assert!(jobs::complete(&app.backend().db, &claimed, now(&app)).await.expect("it ends"));
    }
});

both!(a_late_worker_can_neither_finish_nor_fail_what_another_has_taken_over, |app| async {
    let db = &app.backend().db;
    order(app.backend(), [errand().into()]).await;
    let late = claim_one(&app).await;
    app.later(LEASE).await;
    let heir = claim_one(&app).await;
    assert_eq!((heir.id, heir.attempts, heir.version), (late.id, 2, late.version + 1));
    let now = now(&app);
    assert!(!jobs::renew(db, &late, now + LEASE).await.expect("an answer"));
    assert!(!jobs::complete(db, &late, now).await.expect("an answer"));
    assert!(!jobs::retry(db, &late, now, "too late", now).await.expect("an answer"));
    assert!(!jobs::mark_dead(db, &late, "too late", now).await.expect("an answer"));
    assert!(!jobs::release(db, &late, now).await.expect("an answer"));
    assert!(jobs::complete(db, &heir, now).await.expect("the heir ends it"));
});

both!(a_lease_that_is_renewed_is_kept, |app| async {
    order(app.backend(), [errand().into()]).await;
    let held = claim_one(&app).await;
    app.later(LEASE - Duration::seconds(1)).await;
    assert!(jobs::renew(&app.backend().db, &held, now(&app) + LEASE).await.expect("an answer"));
    app.later(LEASE - Duration::seconds(1)).await;
    assert!(claim(&app, 1).await.is_empty());
    app.later(Duration::seconds(1)).await;
    assert_eq!(claim(&app, 1).await.len(), 1, "and no longer than that");
    app.later(LEASE).await;
    app.work().await;
});

// T7: what fails is tried again with growing pauses, and its own words stay out of the table.
both!(a_job_that_fails_waits_and_tries_again, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/oauth2/revoke", "503", None).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    app.later(Duration::minutes(1)).await;
    app.work().await;
    let waiting = jobs::in_state(&app.backend().db, "queued", 9).await.expect("the waiting");
    let [waiting] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((waiting.kind.as_str(), waiting.attempts), ("revoke", 1));
    assert_eq!(waiting.last_error.as_deref(), Some("X is not answering."));
    let pause = waiting.run_at - now(&app);
    assert!(pause >= Duration::seconds(30) && pause <= Duration::minutes(1), "{pause}");
    app.sandbox().calm().await;
    app.later(pause).await;
    app.work().await;
    assert!(app.rows("jobs").await.is_empty());
});

// A job that takes its worker down with it must not do so for ever.
both!(a_job_that_nobody_survives_is_given_up, |app| async {
    order(app.backend(), [errand().into()]).await;
    // Revocations are tried until their day is over; a job that this version does not know is not.
    app.sql(r#"UPDATE jobs SET kind = 'riddle', payload = '{"kind":"riddle"}', attempts = 10"#)
        .await;
    app.work().await;
    assert_eq!(
        (depth(&app).await.queued, depth(&app).await.dead),
        (1, 0),
        "a newer process may know it"
    );
    app.sql("UPDATE jobs SET attempts = 12").await;
    app.later(Duration::hours(1)).await;
    app.work().await;
    assert_eq!((depth(&app).await.queued, depth(&app).await.dead), (0, 1));
    app.sql("DELETE FROM jobs").await;
});

/// A second process on the same database, with a clock that shows the same.
async fn second_process(app: &TestApp) -> Backend {
    start::backend(app.backend().config.clone(), app.backend().clock.clone())
        .await
        .expect("a second process")
}

// H6: several processes share the work without sharing a job.
#[tokio::test]
async fn of_two_processes_each_job_is_done_by_one() {
    let Some(app) = TestApp::start(Engine::Postgres, |_| ()).await else { return };
    let there = second_process(&app).await;
    order(app.backend(), (0..200).map(|_| errand().into())).await;
    let take = |backend: Backend| async move {
        let (mut taken, owner, now) = (Vec::new(), Uuid::now_v7(), backend.clock.now());
        loop {
            let claimed =
                jobs::claim(&backend.db, owner, 3, now, now + LEASE).await.expect("a claim");
            if claimed.is_empty() {
                return taken;
            }
            for job in claimed {
                taken.push(job.id);
                assert!(
                    jobs::complete(&backend.db, &job, now).await.expect("it ends"),
                    "nobody else has it"
                );
            }
        }
    };
    let takers =
        [app.backend().clone(), there.clone(), app.backend().clone(), there.clone()].map(take);
    let mut all: Vec<Uuid> = futures::future::join_all(takers).await.concat();
    all.sort_unstable();
    let taken = all.len();
    all.dedup();
    assert_eq!((taken, all.len()), (200, 200));
    there.db.close().await;
    app.stop().await;
}

// Several processes, one schedule: every round of it is enqueued once.
#[tokio::test]
async fn of_two_processes_one_fires_the_schedule() {
    let Some(app) = TestApp::start(Engine::Postgres, |_| ()).await else { return };
    let there = second_process(&app).await;
    app.sql("CREATE TABLE rounds (name TEXT NOT NULL)").await;
    app.sql(
        "CREATE FUNCTION count_rounds() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO rounds VALUES (NEW.name); RETURN NULL; END $$",
    )
    .await;
    app.sql(
        "CREATE TRIGGER rounds AFTER INSERT OR UPDATE ON schedules FOR EACH ROW EXECUTE \
        FUNCTION count_rounds()",
    )
    .await;
    for round in 1..=5 {
        let (here, beside) = tokio::join!(worker::work(app.backend()), worker::work(&there));
        here.and(beside).expect("they work");
        let fired = app.texts("SELECT name FROM rounds WHERE name = 'purge_sessions'").await;
        assert_eq!(fired.len(), round);
        app.later(Duration::minutes(1)).await;
    }
    app.work().await;
    there.db.close().await;
    app.stop().await;
}

/// Waits until the queue is empty, without a clock to go by.
async fn until_empty(app: &TestApp) {
    let empty = async { while !app.rows("jobs").await.is_empty() {} };
    tokio::time::timeout(Patience::from_secs(30), empty).await.expect("the jobs are done");
}

// A worker in another process is woken by the commit, and stops when it is told to.
#[tokio::test]
async fn a_worker_elsewhere_does_what_is_committed_here() {
    let Some(app) = TestApp::start(Engine::Postgres, |_| ()).await else { return };
    let there = start::backend(app.backend().config.clone(), Clock::System)
        .await
        .expect("a second process");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(worker::run(there.clone(), async { _ = stopped.await }));
    for _ in 0..3 {
        order(app.backend(), (0..20).map(|_| errand().into())).await;
        until_empty(&app).await;
    }
    drop(stop);
    working.await.expect("it stops");
    there.db.close().await;
    app.stop().await;
}

// C11: whatever became of its job, a written revocation is tried; and its credential is gone after
// a day.
both!(a_revocation_without_a_job_finds_one, |app| async {
    let ada = app.person("Ada").await;
    ada.connect("x", INES_ON_X).await;
    app.sandbox().trouble("x", "/2/oauth2/revoke", "503", None).await;
    ada.delete(&format!("/api/integrations/disconnect/x/{INES_ON_X}")).await.expect(200);
    app.sandbox().calm().await;
    app.sql("DELETE FROM jobs").await;
    app.later(Duration::minutes(10)).await;
    app.work().await;
    assert_eq!(
        (app.rows("pending_revocations").await.len(), app.sandbox().live_grants("x").await),
        (0, 0)
    );
});

// T8: a dead letter is there for the operators, for as long as is configured.
both!(dead_letters_are_swept, config = |config| config.worker.dead_jobs_days = 3, |app| async {
    order(app.backend(), [errand().into()]).await;
    let claimed = claim_one(&app).await;
    let db = &app.backend().db;
    assert!(jobs::mark_dead(db, &claimed, "no use", now(&app)).await.expect("an answer"));
    app.later(Duration::days(3) - Duration::minutes(1)).await;
    app.work().await;
    assert_eq!(depth(&app).await.dead, 1);
    app.later(Duration::hours(1)).await;
    app.work().await;
    assert_eq!(depth(&app).await.dead, 0);
});

// A write beside the open transaction would not be undone with it, and on SQLite wait for it.
both!(a_write_beside_an_open_transaction_is_found, |app| async {
    let db = app.backend().db.clone();
    let reads_and_writes = |open: bool| {
        let db = db.clone();
        tokio::spawn(request_context::scope(RequestContext::server(), async move {
            let tx = if open { Some(db.begin().await.expect("a transaction")) } else { None };
            server_facts::with_prefix(&db, "beside").await.expect("reading is no harm");
            server_facts::set(&db, "beside", "1").await.expect("a fact");
            drop(tx);
        }))
    };
    assert!(reads_and_writes(true).await.expect_err("found").is_panic());
    reads_and_writes(false).await.expect("no transaction is open");
    let nested = tokio::spawn(request_context::scope(RequestContext::server(), async move {
        let _tx = db.begin().await.expect("a transaction");
        db.begin().await.map(|_| ())
    }));
    assert!(nested.await.expect_err("found").is_panic());
});

both!(a_mail_that_somebody_waits_for_passes_those_that_go_to_many, |app| async {
    let mut tx = app.backend().db.begin().await.expect("a transaction");
    for (subject, priority) in [("Notice", Priority::Low), ("Link", Priority::High)] {
        let to = "ada@example.com".into();
        let mail = Mail { to, subject: subject.into(), text: String::new().into() };
        post(app.backend(), &mut tx, mail, priority).await.expect("it is written down");
    }
    tx.commit().await.expect("a commit");
    let Some(Job::SendMail { id }) = Job::from_payload(&claim_one(&app).await.payload) else {
        panic!("not a mail");
    };
    let mail =
        outgoing_emails::find(&app.backend().db, id).await.expect("it is read").expect("a mail");
    assert_eq!(mail.subject, "Link");
});
