//! The app and its sandbox, started in this process.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use chrono::Duration;
use huntaze::sandbox;
use huntaze::server::clock::Clock;
use huntaze::server::config::{Config, Limits, SandboxConfig};
use huntaze::server::db::{self, jobs};
use huntaze::server::domain;
use huntaze::server::{Backend, start, web, worker};
use leptos::config::LeptosOptions;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

use super::database::{Database, Look};
use super::{Engine, Person, Sandbox};

/// A running app. Clones are the same app.
#[derive(Clone)]
pub struct TestApp(Arc<Inner>);

struct Inner {
    backend: Backend,
    sandbox: Sandbox,
    database: Database,
    look: Look,
    folder: TempDir,
}

/// Tells a story on an app of its own, and takes the app down after a good end.
pub async fn play<Told: Future<Output = ()>>(
    engine: Engine,
    change: fn(&mut Config),
    story: fn(TestApp) -> Told,
) {
    if let Some(app) = TestApp::start(engine, change).await {
        story(app.clone()).await;
        app.stop().await;
    }
}

impl TestApp {
    /// An app with a clock that stands until [`Self::later`]. `None`: this engine is not there.
    pub async fn start(engine: Engine, change: impl FnOnce(&mut Config)) -> Option<Self> {
        // An error only says that another test of this process was first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let database = Database::create(engine).await?;
        let folder = TempDir::new().expect("a folder for the test");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (addresses, platforms) = start_sandbox(folder.path()).await;
        let config = configure(&listener, &database, folder.path(), addresses, change);
        platforms.register_app(&config.public_url());
        let base = config.sandbox.as_ref().expect("the sandbox's address").base.clone();
        let backend = start::backend(config, Clock::fixed(Clock::System.now()))
            .await
            .expect("the app starts");
        let look = database.look(folder.path()).await;
        let served =
            web::App::new(backend.clone(), leptos_options(folder.path())).expect("no list is read");
        tokio::spawn(web::serve(listener, served, std::future::pending()));
        Some(Self(Arc::new(Inner { backend, sandbox: Sandbox::new(base), database, look, folder })))
    }

    pub fn engine(&self) -> Engine {
        self.0.database.engine
    }

    pub fn backend(&self) -> &Backend {
        &self.0.backend
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    /// Where database, keys and the sandbox's state are.
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// `http://127.0.0.1:port`
    pub fn base(&self) -> String {
        self.backend().config.public_url().as_str().trim_end_matches('/').to_owned()
    }

    /// A person with an account of their own, logged in in a browser and in a program.
    pub async fn person(&self, name: &str) -> Person {
        Person::register(self, name).await
    }

    /// A person nobody knows yet.
    pub fn stranger(&self, name: &str) -> Person {
        Person::new(self, name)
    }

    /// Time passes, here and at the platforms.
    pub async fn later(&self, by: Duration) {
        self.backend().clock.advance(by);
        self.sandbox().advance_all(by).await;
    }

    /// The background worker's turn: everything that is due, until nothing is.
    pub async fn work(&self) {
        worker::work(self.backend()).await.expect("a round of work");
    }

    /// Every row of a table as text, to the byte.
    pub async fn rows(&self, table: &str) -> Vec<String> {
        self.0.look.rows(table).await
    }

    /// Every row of every table, each with its table's name before it.
    pub async fn all_rows(&self) -> Vec<String> {
        let mut all = Vec::new();
        for table in self.0.look.tables().await {
            all.extend(self.rows(&table).await.into_iter().map(|row| format!("{table}: {row}")));
        }
        all
    }

    /// One column of text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        self.0.look.texts(sql).await
    }

    /// Changes rows behind the app's back.
    pub async fn sql(&self, sql: &str) -> u64 {
        self.0.look.run(sql).await
    }

    /// Takes the app down, once. What is still due is done before; a job that was given up is a
    /// failure of the story.
    pub async fn stop(&self) {
        match worker::work(self.backend()).await {
            Err(domain::Error::Database(db::Error::PoolClosed)) => return,
            done => done.expect("the last round of work"),
        }
        let dead = jobs::in_state(&self.backend().db, "dead", 9).await.expect("the dead letters");
        assert!(dead.is_empty(), "given up: {dead:#?}");
        self.0.look.close().await;
        self.backend().db.close().await;
        self.0.database.remove().await;
    }
}

/// The sandbox alone, in this process: it outlives every server that a test kills. Which app's
/// callbacks it knows is for the test to say.
pub async fn start_sandbox(folder: &Path) -> (SandboxConfig, sandbox::Sandbox) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let at = |host: &str| Url::parse(&format!("http://{host}:{port}")).expect("an address");
    let addresses = SandboxConfig { base: at("127.0.0.1"), browser: at("localhost") };
    let sandbox = sandbox::Sandbox::open(sandbox::Options {
        data_dir: folder.into(),
        public_url: addresses.browser.clone(),
    })
    .expect("a sandbox");
    let router = sandbox.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (addresses, sandbox)
}

fn configure(
    listener: &TcpListener,
    database: &Database,
    folder: &Path,
    sandbox: SandboxConfig,
    change: impl FnOnce(&mut Config),
) -> Config {
    let mut config = Config::default();
    config.server.addr = listener.local_addr().expect("its address");
    config.server.data_dir = folder.to_owned();
    config.database.url = database.url.clone();
    config.database.max_connections = Some(4);
    // As in production, but nobody waits.
    config.http.retry_first_ms = 1;
    config.http.retry_longest_ms = 4;
    // Stories are told faster than people act; those about limits set their own.
    config.limits = Limits::none();
    start::use_sandbox(&mut config, sandbox, sandbox::CLIENT_ID, sandbox::CLIENT_SECRET);
    change(&mut config);
    config
}

/// Pages without the site that cargo-leptos builds: its files keep their plain names and are not
/// there.
fn leptos_options(folder: &Path) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("huntaze")
        .site_root(folder.join("site").to_string_lossy().into_owned())
        .hash_files(false)
        .build()
}
