//! Word of a change reaches whoever waits for it.

use std::time::Duration;

use huntaze::model::WorkspaceId;
use huntaze::server::clock::Clock;
use huntaze::server::db::Signal;
use huntaze::server::{Backend, start};

use crate::support::{Engine, TestApp, both};

/// Long enough for a busy machine; a signal takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

async fn next(subscription: &mut huntaze::server::db::signals::Subscription) -> Signal {
    tokio::time::timeout(PATIENCE, subscription.next()).await.expect("a signal")
}

both!(a_signal_is_told_at_commit_and_not_before, |app| async {
    let db = &app.backend().db;
    let mut heard = db.signals().subscribe();
    let (kept, dropped) =
        (Signal::Workspace(WorkspaceId::new()), Signal::Workspace(WorkspaceId::new()));
    let mut tx = db.begin().await.expect("a transaction");
    tx.signal(dropped);
    drop(tx);
    let mut tx = db.begin().await.expect("a transaction");
    tx.signal(kept);
    tx.signal(kept);
    tx.commit().await.expect("a commit");
    db.signal(Signal::Jobs).await.expect("a signal");
    let mut told = Vec::new();
    while told.last() != Some(&Signal::Jobs) {
        told.push(next(&mut heard).await);
    }
    // The connection that listens may have said that it began.
    told.retain(|signal| *signal != Signal::Missed);
    assert_eq!(told, [kept, Signal::Jobs], "once, in order, and nothing of what was rolled back");
});

/// A second process on the same database, as far as signals go: another backend with pools of its
/// own.
async fn second_process(app: &TestApp) -> Backend {
    start::backend(app.backend().config.clone(), Clock::System).await.expect("a second process")
}

/// Waits until `to` hears what `from` says; a connection that listens needs a moment to begin.
async fn connect(from: &Backend, to: &Backend) {
    let mut heard = to.db.signals().subscribe();
    let hello = Signal::Workspace(WorkspaceId::new());
    loop {
        from.db.signal(hello).await.expect("a signal");
        if let Ok(Signal::Workspace(_)) =
            tokio::time::timeout(Duration::from_millis(50), heard.next()).await
        {
            return;
        }
    }
}

#[tokio::test]
async fn signals_cross_from_one_process_to_the_other() {
    let Some(app) = TestApp::start(Engine::Postgres, |_| ()).await else { return };
    let (here, there) = (app.backend(), second_process(&app).await);
    tokio::time::timeout(PATIENCE, connect(here, &there)).await.expect("they hear each other");
    let mut heard = there.db.signals().subscribe();
    let news = Signal::Workspace(WorkspaceId::new());
    let mut tx = here.db.begin().await.expect("a transaction");
    tx.signal(news);
    tx.commit().await.expect("a commit");
    while next(&mut heard).await != news {}
    there.db.close().await;
    app.stop().await;
}

#[tokio::test]
async fn a_cut_connection_is_made_anew_and_said_so() {
    let Some(app) = TestApp::start(Engine::Postgres, |_| ()).await else { return };
    let (here, there) = (app.backend(), second_process(&app).await);
    tokio::time::timeout(PATIENCE, connect(here, &there)).await.expect("they hear each other");
    let mut heard = there.db.signals().subscribe();
    // Whoever listens last said LISTEN.
    app.texts(
        "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = \
        current_database() AND query LIKE 'LISTEN%'",
    )
    .await;
    while next(&mut heard).await != Signal::Missed {}
    tokio::time::timeout(PATIENCE, connect(here, &there))
        .await
        .expect("they hear each other again");
    there.db.close().await;
    app.stop().await;
}
