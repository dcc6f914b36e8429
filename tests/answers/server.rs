//! The server that is asked, here or as a process, with the interceptor between it and its sandbox.

use chrono::Duration;

use super::client::Client;
use super::contract::RULES;
use super::interceptor::Interceptor;
use crate::support::{Engine, Sandbox, TestApp, cross_origin};
use crate::sweep::world::{HOST, Node, World};

pub struct Server {
    pub client: Client,
    pub interceptor: Interceptor,
    pub runs: Runs,
}

pub enum Runs {
    /// In the test's own process, with a clock that the test moves.
    Here(TestApp),
    /// A process that the test starts, by the time of the machine.
    Process(Box<(World, Node)>),
}

impl Server {
    pub async fn here() -> Self {
        let interceptor = Interceptor::default();
        let router = interceptor.router();
        let app = TestApp::start(Engine::Sqlite, |config| {
            cross_origin::stand(config, router);
            // A platform that says "four seconds" is not waited for here.
            config.http.retry_longest_ms = 4;
        })
        .await
        .expect("SQLite is there");
        let client = Client::register(app.base(), None).await;
        let server = Self { client, interceptor, runs: Runs::Here(app) };
        server.settle_in().await;
        server
    }

    /// The binary at this path.
    pub async fn process(binary: &str) -> Self {
        let interceptor = Interceptor::default();
        let world = World::with_binary(Engine::Sqlite, binary).await.expect("SQLite is there");
        let base = cross_origin::start(world.sandbox.base().clone(), interceptor.router());
        let rules = cross_origin::below(&base, "onlyfans/rules.json");
        let mut start = world.serve();
        for id in huntaze::server::platform::IDS {
            let name = format!("HUNTAZE__PLATFORMS__{}__BASE_URL", id.to_uppercase());
            start = start.env(&name, cross_origin::below(&base, id).as_str());
        }
        let start = start
            .env("HUNTAZE__PLATFORMS__ONLYFANS__ENABLED", "true")
            .env("HUNTAZE__PLATFORMS__ONLYFANS__RULES", rules.as_str());
        let node = Node::start(start);
        let client = Client::register(node.url(""), Some(HOST)).await;
        let server = Self { client, interceptor, runs: Runs::Process(Box::new((world, node))) };
        server.settle_in().await;
        server
    }

    /// Aiko has followed the link of her mail, and reads times as they are in Tokyo: nine hours
    /// more than some calendars hold.
    async fn settle_in(&self) {
        self.sql("UPDATE users SET email_verified_at = created_at, time_zone = 'Asia/Tokyo'").await;
        // So many cases take longer, by the app's clock, than a session lasts.
        self.sql("UPDATE sessions SET expires_at = '2099-01-01T00:00:00+00:00'").await;
    }

    pub fn sandbox(&self) -> &Sandbox {
        match &self.runs {
            Runs::Here(app) => app.sandbox(),
            Runs::Process(process) => &process.0.sandbox,
        }
    }

    pub async fn sql(&self, sql: &str) {
        match &self.runs {
            Runs::Here(app) => app.sql(sql).await,
            Runs::Process(process) => process.0.look.run(sql).await,
        };
    }

    pub async fn texts(&self, sql: &str) -> Vec<String> {
        match &self.runs {
            Runs::Here(app) => app.texts(sql).await,
            Runs::Process(process) => process.0.look.texts(sql).await,
        }
    }

    /// More than a quarter of an hour later: no pause that a platform or a failure brought lasts
    /// any longer for whoever presses the button.
    pub async fn time_passes(&self) {
        match &self.runs {
            Runs::Here(app) => app.later(Duration::minutes(16)).await,
            // Its clock is the machine's; what it remembers is put back.
            Runs::Process(process) => {
                for sql in [
                    "DELETE FROM breakers",
                    "DELETE FROM account_limits",
                    "DELETE FROM platform_limits",
                    "UPDATE account_tasks SET deferred_until = NULL",
                    "UPDATE oauth_accounts SET checked_at = NULL, issued_at =
                     min(issued_at, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-2 minutes'))",
                ] {
                    self.sql(sql).await;
                }
                // So many calls use Facebook's window up; the next one begins with the hour.
                let sandbox = &process.0.sandbox;
                if sandbox.calls("instagram", "").await > 150 {
                    sandbox.advance(Duration::minutes(61)).await;
                }
            }
        }
    }

    /// A process looks for signing rules at its start, and not again for ten minutes of the
    /// machine's time.
    pub fn asks_every_time(&self, call: &str) -> bool {
        matches!(self.runs, Runs::Here(_)) || !call.ends_with(RULES)
    }

    /// The worker does what is due; a process works by itself.
    pub async fn work(&self) {
        if let Runs::Here(app) = &self.runs {
            app.work().await;
        }
    }

    pub async fn is_alive(&self) -> bool {
        let ended = matches!(&self.runs, Runs::Process(process) if process.1.has_ended());
        !ended && self.client.is_alive().await
    }

    pub async fn end(self) {
        match self.runs {
            Runs::Here(app) => app.stop().await,
            Runs::Process(process) => {
                let (world, node) = *process;
                node.kill();
                world.end().await;
            }
        }
    }
}
