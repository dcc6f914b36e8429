//! `huntaze worker`: where it tells how it is, and what it counted.

use secrecy::ExposeSecret;

use crate::support::process::Machine;
use crate::support::{Browser, Database, Engine};

// H2: a worker of its own answers its metrics where it is told to, under the same rule as a server,
// and nothing else.
#[tokio::test]
async fn a_worker_tells_its_metrics_where_it_is_told_to() {
    let Some(database) = Database::create(Engine::Postgres).await else { return };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let machine = Machine::new();
    let url = database.url.as_ref().expect("PostgreSQL").expose_secret().to_owned();
    let worker = machine
        .command(&["worker"])
        .env("DATABASE_URL", url)
        .env("HUNTAZE__WORKER__METRICS_ADDR", "127.0.0.1:0")
        .starts();
    let prometheus = Browser::new(&worker.url);
    let mut told = String::new();
    // It begins by doing what recurs.
    for _ in 0..200 {
        told = prometheus.open("/metrics").await.expect(200).body;
        if told.contains("huntaze_jobs_finished_total{") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for metric in [
        "huntaze_build_info{",
        "huntaze_jobs_finished_total{",
        "huntaze_jobs{state=\"due\"}",
        "huntaze_job_duration_seconds_bucket{",
    ] {
        assert!(told.contains(metric), "{metric} in {told}");
    }
    assert_eq!(prometheus.open("/health").await.expect(200).json()["status"], "ok");
    assert_eq!(
        prometheus.open("/health/detailed").await.expect(200).json()["checks"]["queue"]["status"],
        "ok"
    );
    for path in ["/", "/login", "/api/auth/me", "/api/openapi.json"] {
        prometheus.open(path).await.expect(404);
    }
    let through_a_proxy = prometheus
        .request(reqwest::Method::GET, "/metrics")
        .header("x-forwarded-for", "203.0.113.9");
    prometheus.send(through_a_proxy).await.expect(401);
    let (code, log) = worker.stop("TERM");
    assert_eq!(code, Some(0), "{log}");
    database.remove().await;
}

// H2: with a token it is for whoever has it.
#[tokio::test]
async fn a_workers_metrics_ask_for_the_token() {
    let Some(database) = Database::create(Engine::Postgres).await else { return };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let machine = Machine::new();
    let url = database.url.as_ref().expect("PostgreSQL").expose_secret().to_owned();
    let worker = machine
        .command(&["worker"])
        .env("DATABASE_URL", url)
        .env("HUNTAZE__WORKER__METRICS_ADDR", "127.0.0.1:0")
        .env("HUNTAZE__SERVER__METRICS_TOKEN", "for-prometheus-only")
        .starts();
    let prometheus = Browser::new(&worker.url);
    prometheus.open("/metrics").await.expect(401);
    let request =
        prometheus.request(reqwest::Method::GET, "/metrics").bearer_auth("for-prometheus-only");
    prometheus.send(request).await.expect(200);
    drop(worker);
    database.remove().await;
}
