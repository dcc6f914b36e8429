//! One database, one sandbox, and server processes that come and go.

use std::fmt::Write;
use std::sync::{Mutex, MutexGuard};

use huntaze::server::db::Db;
use huntaze::server::vault::Vault;
use secrecy::ExposeSecret;

use super::until;
use crate::support::process::{Machine, Running, Start};
use crate::support::{Database, Engine, Look, Sandbox, start_sandbox};

/// The name people know the site by, whichever process answers, as behind a proxy.
pub const HOST: &str = "localhost:8080";
/// A time that is over, for SQL.
const PAST: &str = "'2026-01-01T00:00:00Z'";

pub struct World {
    machine: Machine,
    database: Database,
    pub look: Look,
    pub sandbox: Sandbox,
}

/// A server process.
pub struct Node {
    process: Mutex<Running>,
    base: String,
}

impl World {
    /// `None`: this engine is not there.
    pub async fn new(engine: Engine) -> Option<Self> {
        Self::on(engine, Machine::new()).await
    }

    /// With another binary than the one that was built beside the tests. A path of this folder.
    pub async fn with_binary(engine: Engine, binary: &str) -> Option<Self> {
        let binary = std::path::absolute(binary).expect("a path");
        Self::on(engine, Machine::with_binary(&binary)).await
    }

    async fn on(engine: Engine, machine: Machine) -> Option<Self> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let database = Database::create(engine).await?;
        let (sandbox, platforms) = start_sandbox(&machine.path("sandbox")).await;
        platforms.register_app(&format!("http://{HOST}").parse().expect("an address"));
        machine.write("Leptos.toml", &settings(sandbox.base.as_str(), sandbox.browser.as_str()));
        with_database(machine.command(&["migrate"]), &database).succeeds();
        let look = database.look(&machine.path("data")).await;
        Some(Self { machine, database, look, sandbox: Sandbox::new(sandbox.base) })
    }

    /// A process that nothing is wrong with.
    pub fn node(&self) -> Node {
        Node::start(self.serve())
    }

    /// A process that dies where `failpoint` says.
    pub fn doomed(&self, failpoint: &str) -> Node {
        Node::start(self.serve().env("HUNTAZE_FAILPOINT", failpoint))
    }

    /// A process that stands still where `failpoint` says. It does no jobs, so that it stands still
    /// inside of nothing else: a process that is stopped in a transaction keeps its locks.
    pub fn stops_at(&self, failpoint: &str) -> Node {
        self.doomed_without_worker(&format!("{failpoint}!stop"))
    }

    /// One of these that does no jobs.
    pub fn doomed_without_worker(&self, failpoint: &str) -> Node {
        Node::start(
            self.serve()
                .env("HUNTAZE_FAILPOINT", failpoint)
                .env("HUNTAZE__WORKER__IN_SERVE", "false"),
        )
    }

    /// A process that serves and leaves the jobs to others.
    pub fn idle(&self) -> Node {
        Node::start(self.serve().env("HUNTAZE__WORKER__IN_SERVE", "false"))
    }

    /// `huntaze worker`
    pub fn worker(&self) -> Start {
        self.command(&["worker"]).env("HUNTAZE__SERVER__LOG", "json")
    }

    pub fn serve(&self) -> Start {
        with_database(self.machine.serve(), &self.database).env("HUNTAZE__SERVER__LOG", "json")
    }

    /// Whoever holds an account for its refresh does so no longer.
    pub async fn leases_end(&self) {
        self.look.run(&format!("UPDATE refresh_leases SET expires_at = {PAST}")).await;
    }

    /// While no process runs: every lease ends, and whatever waits for a time is due.
    pub async fn time_passes(&self) {
        for (table, column) in [
            ("refresh_leases", "expires_at"),
            ("jobs", "run_at"),
            ("pending_connections", "expires_at"),
            ("outgoing_emails", "next_try_at"),
        ] {
            self.look.run(&format!("UPDATE {table} SET {column} = {PAST}")).await;
        }
        // What recurs is due when nothing is known of its time.
        self.look.run("DELETE FROM schedules").await;
    }

    /// A command of the operator that dies at its failpoint, and whether it did.
    pub fn dies(&self, arguments: &[&str], failpoint: &str) -> bool {
        self.command(arguments).env("HUNTAZE_FAILPOINT", failpoint).ends_by_signal()
    }

    /// A command of the operator that ends well.
    pub fn runs(&self, arguments: &[&str]) {
        let _ = self.command(arguments).succeeds();
    }

    pub fn command(&self, arguments: &[&str]) -> Start {
        with_database(self.machine.command(arguments), &self.database)
    }

    /// The id of the key that seals, as the key file has it.
    pub fn primary_key(&self) -> String {
        let file: serde_json::Value =
            serde_json::from_str(&self.machine.read("data/keys.json")).expect("a key file is JSON");
        file["seal"]["primary"].as_str().expect("an id").to_owned()
    }

    /// Letters that went out, into files.
    pub fn letters(&self) -> usize {
        std::fs::read_dir(self.machine.path("data/mail")).map_or(0, Iterator::count)
    }

    /// The server's own way in.
    pub async fn db(&self) -> Db {
        Db::open(self.database.url.as_ref(), &self.machine.path("data"), Some(1))
            .await
            .expect("the database")
    }

    /// The server's own keys.
    pub fn vault(&self) -> Vault {
        Vault::from_text(&self.machine.read("data/keys.json").into()).expect("the keys")
    }

    /// Every row of every table, each with its table's name before it, in lower case.
    pub async fn rows(&self) -> Vec<String> {
        let mut all = Vec::new();
        for table in self.look.tables().await {
            all.extend(
                self.look
                    .rows(&table)
                    .await
                    .into_iter()
                    .map(|row| format!("{table}: {row}").to_lowercase()),
            );
        }
        all
    }

    pub async fn end(self) {
        self.look.close().await;
        self.database.remove().await;
    }
}

fn with_database(start: Start, database: &Database) -> Start {
    match &database.url {
        Some(url) => start.env("DATABASE_URL", url.expose_secret()),
        None => start,
    }
}

/// Real mode with every platform at the sandbox's address: the sandbox beside the server would die
/// with it.
fn settings(base: &str, browser: &str) -> String {
    let (base, browser) = (base.trim_end_matches('/'), browser.trim_end_matches('/'));
    // As in production, but nobody waits.
    let mut text = format!(
        "[server]\npublic_url = \"http://{HOST}\"\n[http]\nretry_first_ms = 1\nretry_longest_ms = \
         4\n\
         [limits]\naddress = 0\nperson = 0\nauth = 0\noauth = 0\nstatus = 0\naccount_calls = \
         0\n"
    );
    for id in huntaze::server::platform::IDS {
        let (client, secret) = (huntaze::sandbox::CLIENT_ID, huntaze::sandbox::CLIENT_SECRET);
        write!(
            text,
            "[platforms.{id}]\nclient_id = \"{client}\"\nclient_secret = \"{secret}\"\nbase_url = \
             \"{base}/{id}\"\n\
             browser_url = \"{browser}/{id}\"\nissuer = \"{browser}/{id}\"\n"
        )
        .expect("a text takes everything");
        if *id == "reddit" {
            text += "user_agent = \"web:test:v1 (by /u/huntaze)\"\n";
        }
    }
    text
}

impl Node {
    pub fn start(start: Start) -> Self {
        let process = start.starts();
        let log = process.log();
        let ready = log
            .lines()
            .find(|line| line.contains("\"server ready\""))
            .expect("it says that it is ready");
        let ready: serde_json::Value = serde_json::from_str(ready).expect("a line of JSON");
        let base = format!("http://{}", ready["addr"].as_str().expect("where it listens"));
        Self { process: Mutex::new(process), base }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A signal by its name.
    pub fn signal(&self, name: &str) {
        self.process().signal(name);
    }

    fn process(&self) -> MutexGuard<'_, Running> {
        self.process.lock().expect("nobody panicked holding it")
    }

    pub fn has_ended(&self) -> bool {
        self.process().has_ended()
    }

    /// Whether it stands still, until somebody sends CONT.
    pub fn is_stopped(&self) -> bool {
        self.process().is_stopped()
    }

    /// All it logged so far.
    pub fn log(&self) -> String {
        self.process().log()
    }

    /// Waits for its death, which came by itself.
    pub async fn dies(self) {
        until("the process to die at its failpoint", async || self.has_ended()).await;
    }

    /// SIGKILL, and gone.
    pub fn kill(self) {
        drop(self);
    }
}
