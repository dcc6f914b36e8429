//! What every story stands on: the app and its sandbox in this process on ports of their own, on
//! either database, and named people with a browser and a program.

mod answer;
mod app;
mod browser;
pub mod cross_origin;
mod database;
pub mod hostile;
mod html;
pub mod log;
mod metrics;
mod person;
mod post;
pub mod process;
mod redis;
mod sandbox;
mod smtp;
#[path = "../../benches/world/statements.rs"]
pub mod statements;

pub use answer::Answer;
pub use app::{TestApp, play, start_sandbox};
pub use browser::Browser;
pub use database::{Database, Engine, Look};
pub use html::{Toast, heading, text};
pub use metrics::Metrics;
pub use person::{Begun, PASSWORD, Person};
pub use redis::Redis;
pub use sandbox::Sandbox;
pub use smtp::MailServer;

/// Tells one story on SQLite and on PostgreSQL: `name::sqlite` and `name::postgres`.
///
/// `both!(ada_connects, |app| async { ... })`, or with settings of its own:
/// `both!(ada_connects, config = |config| config.default_tier = "free".into(), |app| async { ...
/// })`.
macro_rules! both {
    ($name:ident, |$app:ident| async $story:block) => {
        $crate::support::both!($name, config = |_config| (), |$app| async $story);
    };
    ($name:ident, config = |$config:ident| $change:expr, |$app:ident| async $story:block) => {
        mod $name {
            #[allow(unused_imports, reason = "a story may need nothing of its theme")]
            use super::*;

            fn change($config: &mut huntaze::server::config::Config) {
                $change;
            }

            async fn story($app: $crate::support::TestApp) $story

            #[tokio::test]
            async fn sqlite() {
                $crate::support::play($crate::support::Engine::Sqlite, change, story).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::support::play($crate::support::Engine::Postgres, change, story).await;
            }
        }
    };
}
pub(crate) use both;
