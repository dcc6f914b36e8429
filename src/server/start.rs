//! From a configuration to a [`Backend`] that can serve, or a message that says what to mend.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::clock::Clock;
use super::config::{Config, SandboxConfig};
use super::db::{self, Db};
use super::domain::{self, users};
use super::egress::Egress;
use super::limits::{Limits, Shared};
use super::platform::{self, Client, Registry, Settings, http};
use super::public_url::PublicUrl;
use super::vault::Vault;
use super::web::routes::probes::health::COMMIT;
use super::{Backend, Parts, keys, mail, metrics};

/// Why the server does not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "database: {0}\n  fix: check database.url, and that the server behind it is running and \
         lets us in"
    )]
    Database(#[from] db::Error),
    #[error(
        "the tables could not be brought up to this version: {0}\n  fix: restore the backup from \
         before the update, or use the version that made them"
    )]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error(transparent)]
    Keys(#[from] keys::Error),
    #[error(
        "there is no database at {}\n  fix: start `huntaze serve` once, or name the folder where \
         it keeps its data with --data-dir, or --sandbox for the sandbox's", .0.display()
    )]
    NoDatabase(PathBuf),
    #[error(
        "this database belongs to the {stored} mode, and you are starting in the {asked} \
         mode\n  fix: use another data directory or database; sandbox and real accounts never mix"
    )]
    OtherMode { stored: String, asked: &'static str },
    #[error("redis.url: {0}\n  fix: give it as redis://host:6379, or leave it out")]
    Redis(String),
    #[error("http client: {0}")]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error("demo user: {0}")]
    Demo(domain::Error),
}

/// Opens everything. Cheap: one connection, the migrations, one look at the key constants.
pub async fn backend(config: Config, clock: Clock) -> Result<Backend, Error> {
    let db = open_database(&config, config.database.max_connections).await?;
    migrate(&config, &db).await?;
    if let Some(url) = config.database.direct_url.as_ref().or(config.database.url.as_ref()) {
        db.listen(url);
    }
    let asked = mode(&config);
    check_mode(asked, db::server_facts::insert_if_absent(&db, MODE, asked).await?)?;
    let vault = keys::load(&config)?;
    keys::prove(&db, &vault).await?;
    let backend = assemble(config, clock, db, vault)?;
    if backend.config.sandbox.is_some() {
        users::ensure_demo(&backend).await.map_err(Error::Demo)?;
    }
    Ok(backend)
}

/// Opens what is there and changes nothing of it: for commands that only read.
pub async fn inspect(config: Config, clock: Clock) -> Result<Backend, Error> {
    require_existing(&config)?;
    let vault = keys::load_existing(&config)?;
    let db = open_database(&config, Some(1)).await?;
    for fact in db::server_facts::with_prefix(&db, MODE).await? {
        check_mode(mode(&config), fact.value)?;
    }
    keys::prove_known(&db, &vault).await?;
    assemble(config, clock, db, vault)
}

/// Refuses to go on where nothing has been made yet.
pub fn require_existing(config: &Config) -> Result<(), Error> {
    match database_file(config)? {
        Some(path) if !path.exists() => Err(Error::NoDatabase(path)),
        _ => Ok(()),
    }
}

/// SQLite's file; nothing where the database is a server.
pub fn database_file(config: &Config) -> Result<Option<PathBuf>, Error> {
    Ok(Db::file(config.database.url.as_ref(), &config.server.data_dir)?)
}

pub async fn open_database(config: &Config, connections: Option<u32>) -> Result<Db, Error> {
    Ok(Db::open(config.database.url.as_ref(), &config.server.data_dir, connections).await?)
}

fn assemble(config: Config, clock: Clock, db: Db, vault: Vault) -> Result<Backend, Error> {
    metrics::listen(env!("CARGO_PKG_VERSION"), COMMIT);
    let http = http::pool()?;
    let platforms = registry(&config, &clock, &http);
    let mailer = mail::Mailer::new(&config)?;
    let shared = config
        .redis
        .url
        .as_ref()
        .map(Shared::new)
        .transpose()
        .map_err(|error| Error::Redis(error.to_string()))?;
    let limits = Limits::new(config.limits.clone(), clock.clone(), shared);
    let pictures = Duration::from_millis(config.http.picture_timeout_ms);
    Ok(Backend::new(Parts {
        public_url: PublicUrl::new(config.public_url()),
        config,
        clock,
        db,
        vault,
        platforms,
        egress: Egress::new(pictures)?,
        inflight_refreshes: Default::default(),
        breakers: Default::default(),
        limits,
        health: Default::default(),
        streams: Default::default(),
        mailer,
        requests: Default::default(),
    }))
}

/// Migrations need a connection of their own where the other one goes through a pooler.
pub async fn migrate(config: &Config, db: &Db) -> Result<(), Error> {
    match &config.database.direct_url {
        Some(direct) => {
            let direct = Db::open(Some(direct), &config.server.data_dir, Some(1)).await?;
            direct.migrate().await?;
            direct.close().await;
        }
        None => db.migrate().await?,
    }
    Ok(())
}

/// Whether the accounts of a database are real.
const MODE: &str = "mode";

fn mode(config: &Config) -> &'static str {
    if config.sandbox.is_some() { "sandbox" } else { "real" }
}

fn check_mode(asked: &'static str, stored: String) -> Result<(), Error> {
    if stored == asked { Ok(()) } else { Err(Error::OtherMode { stored, asked }) }
}

fn registry(config: &Config, clock: &Clock, pool: &reqwest::Client) -> Registry {
    let retries = http::Retries {
        first: Duration::from_millis(config.http.retry_first_ms),
        longest: Duration::from_millis(config.http.retry_longest_ms),
        ..http::Retries::default()
    };
    let patience = http::Timeouts {
        call: Duration::from_millis(config.http.timeout_ms),
        token_call: Duration::from_millis(config.http.token_timeout_ms),
    };
    let client =
        |id: &str| Client::new(pool.clone(), Arc::new(config.platform(id)), clock.clone(), retries);
    Registry::new(|id| client(id).with_timeouts(patience))
}

/// Points every platform at the sandbox, whatever the file says: its data can never appear for a
/// real connection.
pub fn use_sandbox(
    config: &mut Config,
    sandbox: SandboxConfig,
    client_id: &str,
    client_secret: &str,
) {
    let at = |base: &url::Url, id: &str| {
        url::Url::parse(&format!("{}/{id}", base.as_str().trim_end_matches('/'))).ok()
    };
    for platform in platform::all() {
        let id = platform.info().id.as_ref();
        let base = at(&sandbox.base, id);
        let settings = Settings {
            enabled: Some(true),
            client_id: client_id.to_owned(),
            client_secret: SecretString::from(client_secret.to_owned()),
            browser_url: at(&sandbox.browser, id),
            issuer: at(&sandbox.browser, id).map(String::from),
            own: base.as_ref().map(|base| platform.sandbox_settings(base)).unwrap_or_default(),
            base_url: base,
            ..config.platform(id)
        };
        config.platforms.insert(id.to_owned(), settings);
    }
    config.users.operators.push(users::DEMO.email.to_owned());
    config.sandbox = Some(sandbox);
}
