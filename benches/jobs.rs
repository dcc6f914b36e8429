//! The queue with two workers, on SQLite and, below `scripts/with-postgres.sh`, on PostgreSQL: jobs
//! enqueued and done in a second, and the time from a commit until its job was started and done.
//! The jobs do next to nothing, so what is measured is the queue.

use std::time::{Duration, Instant};

use huntaze::server::clock::Clock;
use huntaze::server::config::Config;
use huntaze::server::db;
use huntaze::server::domain::jobs::{self, Job};
use huntaze::server::{Backend, start, worker};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinSet;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const JOBS: usize = 2_000;
/// So many requests enqueue at once, each in a transaction of its own.
const CALLERS: usize = 8;
const SINGLE: usize = 200;

fn main() {
    // An error only says that somebody else was first.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    println!(
        "\n{:<16}{:>16}{:>12}{:>16}{:>12}",
        "jobs", "enqueued/s", "done/s", "start p50", "p99"
    );
    runtime.block_on(async {
        measure("  sqlite", None).await;
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => measure("  postgres", Some(fresh_database(&server).await)).await,
            Err(_) => println!("  postgres      not measured: TEST_DATABASE_URL is not set"),
        }
    });
}

async fn fresh_database(server: &str) -> SecretString {
    let pool = PgPool::connect(server).await.expect("the PostgreSQL of TEST_DATABASE_URL");
    let name = format!("bench_{}", Uuid::now_v7().simple());
    let create = format!("CREATE DATABASE {name}");
    sqlx::query(AssertSqlSafe(create)).execute(&pool).await.expect("a database");
    let mut url: url::Url = server.parse().expect("a URL");
    url.set_path(&name);
    String::from(url).into()
}

/// Two processes on PostgreSQL have a backend each; SQLite has one process.
async fn measure(name: &str, url: Option<SecretString>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::default();
    config.server.data_dir = folder.path().to_owned();
    config.database.url = url.clone();
    let first = start::backend(config.clone(), Clock::System).await.expect("a backend");
    let second = match url {
        Some(_) => start::backend(config, Clock::System).await.expect("a second backend"),
        None => first.clone(),
    };
    let enqueued = enqueue_many(&first).await;
    let begun = Instant::now();
    let (stop, _) = tokio::sync::broadcast::channel::<()>(1);
    let mut workers = JoinSet::new();
    for backend in [first.clone(), second] {
        let mut stopped = stop.subscribe();
        workers.spawn(worker::run(backend, async move { _ = stopped.recv().await }));
    }
    until_done(&first).await;
    let done = JOBS as f64 / begun.elapsed().as_secs_f64();
    let mut waits = Vec::with_capacity(SINGLE);
    for _ in 0..SINGLE {
        waits.push(enqueue_and_wait(&first).await);
    }
    waits.sort_unstable();
    let at = |share: f64| ms(waits[((SINGLE - 1) as f64 * share) as usize]);
    println!("{name:<16}{enqueued:>16.0}{done:>12.0}{:>16}{:>12}", at(0.5), at(0.99));
    drop(stop);
    while workers.join_next().await.is_some() {}
    first.db.close().await;
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

async fn enqueue(backend: &Backend) -> Job {
    let job = Job::Revoke { id: Uuid::now_v7() };
    let mut tx = backend.db.begin().await.expect("a transaction");
    jobs::enqueue(backend, &mut tx, job.clone()).await.expect("a job");
    tx.commit().await.expect("a commit");
    job
}

async fn enqueue_many(backend: &Backend) -> f64 {
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let backend = backend.clone();
        callers.spawn(async move {
            for _ in 0..JOBS / CALLERS {
                enqueue(&backend).await;
            }
        });
    }
    callers.join_all().await;
    JOBS as f64 / begun.elapsed().as_secs_f64()
}

async fn until_done(backend: &Backend) {
    let left = async || {
        let depth = db::jobs::depth(&backend.db, backend.clock.now()).await.expect("a depth");
        depth.due + depth.running
    };
    while left().await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Until the job was started and done: it is gone then.
async fn enqueue_and_wait(backend: &Backend) -> Duration {
    let job = enqueue(backend).await;
    let begun = Instant::now();
    while db::jobs::is_active(&backend.db, &job.payload()).await.expect("an answer") {
        tokio::task::yield_now().await;
    }
    begun.elapsed()
}
