//! Section 5: a database that is locked, or gone, is told as busy; nothing is lost, and it works
//! again by itself.

use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::support::process::Machine;

// S9
#[tokio::test]
async fn ada_is_told_that_the_database_is_busy_and_tries_again() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let machine = Machine::new();
    let server = machine.serve().starts();
    let http = reqwest::Client::new();
    let ada =
        json!({ "email": "ada@example.com", "password": "a-long-walk-by-the-sea", "name": "Ada" });
    let register = || http.post(format!("{}api/auth/register", server.url)).json(&ada).send();

    // A backup tool holds the write lock.
    let mut backup = SqliteConnectOptions::new()
        .filename(machine.path("data/huntaze.db"))
        .connect()
        .await
        .expect("a second connection");
    let lock = backup.begin_with("BEGIN IMMEDIATE").await.expect("the write lock");
    let answer = register().await.expect("an answer");
    assert_eq!(answer.status(), 500);
    let body: Value = answer.json().await.expect("the envelope");
    assert_eq!(body["error"]["retryable"], true);
    let said = body["error"]["userMessage"].as_str().expect("a sentence");
    assert!(said.contains("busy") && said.contains("Try again"), "{said}");
    assert!(!body.to_string().to_lowercase().contains("sqlite"), "no internals: {body}");

    lock.rollback().await.expect("the lock is given back");
    assert_eq!(register().await.expect("an answer").status(), 201);
}
