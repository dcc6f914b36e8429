//! What holds for any input, not only for the examples of a story.

mod disconnecting;
mod due;
mod independence;
mod leases;
mod metadata;
mod queue;
mod refreshing;
mod schedule;
mod state;
mod uniqueness;
mod vault;

use huntaze::server::db::{self, accounts::Account};
use huntaze::server::identity::{Actor, identify};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::support::{Person, TestApp};

/// Values of a strategy for a story that awaits, which proptest's own runner can't: without
/// shrinking, so that every failure has to show its case.
fn samples<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::default();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// Test accounts that each consent connects at once, two of them on one platform.
const ACCOUNTS: [(&str, &str); 4] = [
    ("x", "1427750916318339072"),
    ("x", "84610273"),
    ("reddit", "4k2mf9qd"),
    ("tiktok", "afd97af1-b87b-48b9-ac98-410a5e0c5344"),
];

/// The person as the server's own code sees them.
async fn actor(app: &TestApp, person: &Person) -> Actor {
    let bearer = format!("Bearer {}", person.token()).parse().expect("a header");
    let headers = http::HeaderMap::from_iter([(http::header::AUTHORIZATION, bearer)]);
    identify(app.backend(), &headers)
        .await
        .expect("the database answers")
        .expect("they are logged in")
}

/// The whole row of a connection.
async fn row(app: &TestApp, person: &Person, provider: &str, account: &str) -> Account {
    let workspace = actor(app, person).await.workspace;
    let found = db::accounts::by_platform_id(&app.backend().db, workspace, provider, account).await;
    found.expect("the database answers").expect("the account has a row")
}

/// Our name for an account at its platform.
fn account_id(integration: &serde_json::Value) -> &str {
    integration["accountId"].as_str().expect("an id")
}
