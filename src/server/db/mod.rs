//! All SQL. One text runs on SQLite and on PostgreSQL through [`sql!`].
//!
//! Rules: bind times and ids from Rust, never `now()`; `CAST(SUM(x) AS BIGINT)`; every ORDER BY
//! ends in the id; JSON columns hold objects and are never queried inside; no ILIKE, ANY, `::`, FOR
//! UPDATE, greatest; text is compared and sorted after Rust has folded it. A text that begins with
//! SELECT may run on a reader, everything else runs on SQLite's one writer, and while a transaction
//! is open only in it: [`write_guard`]. Nothing here calls anything outside the database.

pub mod accounts;
pub mod audit;
pub mod breakers;
pub mod email_tokens;
pub mod flows;
pub mod gauges;
pub mod idempotency;
pub mod incidents;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod notices;
pub mod outgoing_emails;
pub mod pending;
pub mod refresh_tokens;
pub mod refreshes;
pub mod sealed;
pub mod server_facts;
pub mod sessions;
pub mod signals;
pub mod tasks;
pub mod users;
pub mod write_guard;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

pub use signals::Signal;
use signals::Signals;
use write_guard::{OpenTx, assert_none_open};

pub type Error = sqlx::Error;
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The same thing on either engine.
pub enum On<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// A database. Cloning shares its connections.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    signals: Signals,
}

#[derive(Clone)]
enum Engine {
    /// One writer, so that nobody waits for a lock inside a statement, and a pool of readers beside
    /// it.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], nothing of it happened.
pub struct Tx {
    on: On<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>,
    signals: Signals,
    /// What to tell when it has committed.
    pending_signals: Vec<Signal>,
    _open: OpenTx,
}

/// Where a statement runs: on a [`Db`] by itself, or in a [`Tx`] with others. For functions that
/// are wanted both ways: `find(&db, ..)`, `find(&mut tx, ..)`.
pub enum Executor<'c> {
    Db(&'c Db),
    Tx(&'c mut Tx),
}

impl<'c> From<&'c Db> for Executor<'c> {
    fn from(db: &'c Db) -> Self {
        Self::Db(db)
    }
}

impl<'c> From<&'c mut Tx> for Executor<'c> {
    fn from(tx: &'c mut Tx) -> Self {
        Self::Tx(tx)
    }
}

/// The body of such a function: `on_either!(executor, on => sql!(on, ..))`. Boxed, because a
/// future that is generic over a borrow is not `Send` enough for the compiler.
macro_rules! on_either {
    ($executor:expr, $on:ident => $run:expr) => {
        match $executor.into() {
            $crate::server::db::Executor::Db($on) => Box::pin(async move { $run }),
            $crate::server::db::Executor::Tx($on) => Box::pin(async move { $run }),
        }
    };
}
pub(crate) use on_either;

/// Runs one text on either engine: `sql!(db, Option<Row>, "SELECT ... WHERE id = $1", id)` for
/// `Row`, `Option<Row>`, `Vec<Row>`, or `rows` for the number of rows it touched. `db` is a [`Db`]
/// or a [`Tx`].
macro_rules! sql {
    ($on:expr, rows, $sql:expr $(, $arg:expr)* $(,)?) => {
        match $on.on($sql) {
            $crate::server::db::On::Sqlite(db) => {
                let done = sqlx::query($sql)$(.bind($arg))*.execute(db).await;
                done.map(|done| done.rows_affected())
            }
            $crate::server::db::On::Postgres(db) => {
                let done = sqlx::query($sql)$(.bind($arg))*.execute(db).await;
                done.map(|done| done.rows_affected())
            }
        }
    };
    ($on:expr, Option<$row:ty>, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::server::db::sql!(@ $on, $row, fetch_optional, $sql $(, $arg)*)
    };
    ($on:expr, Vec<$row:ty>, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::server::db::sql!(@ $on, $row, fetch_all, $sql $(, $arg)*)
    };
    (@ $on:expr, $row:ty, $fetch:ident, $sql:expr $(, $arg:expr)*) => {
        match $on.on($sql) {
            $crate::server::db::On::Sqlite(db) => sqlx::query_as::<_,
                $row>($sql)$(.bind($arg))*.$fetch(db).await,
            $crate::server::db::On::Postgres(db) => sqlx::query_as::<_,
                $row>($sql)$(.bind($arg))*.$fetch(db).await,
        }
    };
    ($on:expr, $row:ty, $sql:expr $(, $arg:expr)* $(,)?) => {
        $crate::server::db::sql!(@ $on, $row, fetch_one, $sql $(, $arg)*)
    };
}
pub(crate) use sql;

impl Db {
    /// SQLite's file that [`Db::open`] would open or make; nothing for PostgreSQL.
    pub fn file(url: Option<&SecretString>, data_dir: &Path) -> Result<Option<PathBuf>> {
        match url.map(ExposeSecret::expose_secret) {
            Some(url) if url.starts_with("postgres") => Ok(None),
            Some(url) => {
                Ok(Some(SqliteConnectOptions::from_str(url)?.get_filename().to_path_buf()))
            }
            None => Ok(Some(data_dir.join("huntaze.db"))),
        }
    }

    /// Opens `postgres://...`, `sqlite://path`, or SQLite's file in `data_dir` when there is no
    /// URL.
    pub async fn open(
        url: Option<&SecretString>,
        data_dir: &Path,
        max_connections: Option<u32>,
    ) -> Result<Self> {
        match url.map(ExposeSecret::expose_secret) {
            Some(url) if url.starts_with("postgres") => {
                let options = PgConnectOptions::from_str(url)?;
                let pool = PgPoolOptions::new()
                    .max_connections(max_connections.unwrap_or(16))
                    .acquire_timeout(Duration::from_secs(5));
                Ok(Self {
                    engine: Engine::Postgres(pool.connect_with(options).await?),
                    signals: Signals::new(),
                })
            }
            Some(url) => {
                Self::open_sqlite(SqliteConnectOptions::from_str(url)?, max_connections).await
            }
            None => {
                std::fs::create_dir_all(data_dir).map_err(Error::Io)?;
                Self::open_sqlite(
                    SqliteConnectOptions::new().filename(data_dir.join("huntaze.db")),
                    max_connections,
                )
                .await
            }
        }
    }

    async fn open_sqlite(
        options: SqliteConnectOptions,
        max_connections: Option<u32>,
    ) -> Result<Self> {
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged change survives a power cut: a rotated refresh token exists nowhere
            // else.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            // What is deleted is overwritten, so that no credential lingers in a free page.
            .pragma("secure_delete", "ON");
        let pool = |max_connections| {
            SqlitePoolOptions::new()
                .max_connections(max_connections)
                .acquire_timeout(Duration::from_secs(5))
        };
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(max_connections.unwrap_or(4)).connect_with(options.read_only(true)).await?;
        Ok(Self { engine: Engine::Sqlite { write, read }, signals: Signals::new() })
    }

    /// Brings the tables up to this version.
    pub async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        let migrator = sqlx::migrate!("./migrations");
        match &self.engine {
            Engine::Sqlite { write, .. } => migrator.run(write).await,
            Engine::Postgres(pool) => migrator.run(pool).await,
        }
    }

    /// Begins a transaction that may write: on SQLite it takes the lock at once, so that it can't
    /// fail half-way.
    pub async fn begin(&self) -> Result<Tx> {
        assert_none_open("another transaction");
        let on = match &self.engine {
            Engine::Sqlite { write, .. } => On::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres(pool) => On::Postgres(pool.begin().await?),
        };
        Ok(Tx {
            on,
            signals: self.signals.clone(),
            pending_signals: Vec::new(),
            _open: OpenTx::new(),
        })
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Sqlite { .. })
    }

    /// Waits for what is running and lets go of the files.
    pub async fn close(&self) {
        self.signals.close();
        match &self.engine {
            Engine::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    #[track_caller]
    fn on(&self, text: &str) -> On<&SqlitePool, &PgPool> {
        let reads = text.trim_start().starts_with("SELECT");
        if !reads {
            assert_none_open(text);
        }
        match &self.engine {
            Engine::Sqlite { read, .. } if reads => On::Sqlite(read),
            Engine::Sqlite { write, .. } => On::Sqlite(write),
            Engine::Postgres(pool) => On::Postgres(pool),
        }
    }
}

/// So many rows go in one transaction: other writers wait for a few milliseconds.
const BATCH: i64 = 1_000;

/// Deletes what a statement with the parameters `before` and a limit finds, a batch at a time.
async fn delete_in_batches(db: &Db, text: &'static str, before: DateTime<Utc>) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let rows = sql!(db, rows, text, before, BATCH)?;
        deleted += rows;
        if rows < BATCH.unsigned_abs() {
            return Ok(deleted);
        }
    }
}

impl Tx {
    /// Makes it last, then tells what it has to tell.
    pub async fn commit(mut self) -> Result<()> {
        self.notify().await?;
        match self.on {
            On::Sqlite(tx) => tx.commit().await?,
            On::Postgres(tx) => tx.commit().await?,
        }
        self.pending_signals.into_iter().for_each(|signal| self.signals.deliver(signal));
        Ok(())
    }

    fn on(&mut self, _text: &str) -> On<&mut SqliteConnection, &mut PgConnection> {
        match &mut self.on {
            On::Sqlite(tx) => On::Sqlite(tx),
            On::Postgres(tx) => On::Postgres(tx),
        }
    }
}
