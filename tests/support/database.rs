//! A database for one test, and a look into it from outside the app.

use std::path::Path;

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

/// Which of the two databases a story is told on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh database, empty until the app has brought its tables up.
pub struct Database {
    pub engine: Engine,
    /// What the app is configured with; nothing means SQLite's file in the data directory.
    pub url: Option<SecretString>,
    /// The server's own database and the name of ours in it.
    server: Option<(PgPool, String)>,
}

impl Database {
    /// `None`: a person who runs some tests by hand without PostgreSQL has said so. A test that was
    /// to run there and could not is a failure everywhere else.
    pub async fn create(engine: Engine) -> Option<Self> {
        if engine == Engine::Sqlite {
            return Some(Self { engine, url: None, server: None });
        }
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            assert!(
                std::env::var_os("HUNTAZE_SKIP_POSTGRES").is_some(),
                "TEST_DATABASE_URL is not set: run `make test`, or `scripts/with-postgres.sh cargo \
                 nextest run --features ssr`. HUNTAZE_SKIP_POSTGRES=1 leaves PostgreSQL out."
            );
            eprintln!("skipped on PostgreSQL, as HUNTAZE_SKIP_POSTGRES says");
            return None;
        };
        let pool = PgPool::connect(&server).await.expect("the PostgreSQL of TEST_DATABASE_URL");
        let name = format!("story_{}", uuid::Uuid::now_v7().simple());
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&pool)
            .await
            .expect("a database of its own");
        let mut url: url::Url = server.parse().expect("TEST_DATABASE_URL is a URL");
        url.set_path(&name);
        Some(Self { engine, url: Some(String::from(url).into()), server: Some((pool, name)) })
    }

    /// Takes a PostgreSQL database away again; SQLite's file goes with its folder.
    pub async fn remove(&self) {
        if let Some((pool, name)) = &self.server {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(drop)).execute(pool).await.expect("the database is dropped");
        }
    }

    /// A second way in, beside the app.
    pub async fn look(&self, data_dir: &Path) -> Look {
        use secrecy::ExposeSecret;
        match &self.url {
            Some(url) => Look::Postgres(
                PgPool::connect(url.expose_secret()).await.expect("a look into PostgreSQL"),
            ),
            None => {
                let file =
                    sqlx::sqlite::SqliteConnectOptions::new().filename(data_dir.join("huntaze.db"));
                Look::Sqlite(SqlitePool::connect_with(file).await.expect("a look into SQLite"))
            }
        }
    }
}

/// Reads and changes rows behind the app's back.
pub enum Look {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Look {
    /// One column of text, in the order asked for.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await,
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await,
        }
        .expect("a column of text")
    }

    pub async fn run(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(pool) => {
                sqlx::query(sql).execute(pool).await.map(|done| done.rows_affected())
            }
            Self::Postgres(pool) => {
                sqlx::query(sql).execute(pool).await.map(|done| done.rows_affected())
            }
        }
        .expect("the statement runs")
    }

    pub async fn tables(&self) -> Vec<String> {
        self.texts(match self {
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT \
                LIKE '\\_%' ESCAPE '\\' ORDER BY name"
            }
            Self::Postgres(_) => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = \
                'public' AND tablename NOT LIKE '\\_%' ORDER BY tablename"
            }
        })
        .await
    }

    /// Every row of a table as one text, to the byte.
    pub async fn rows(&self, table: &str) -> Vec<String> {
        let sql = match self {
            Self::Sqlite(_) => {
                let columns =
                    self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let quoted: Vec<String> = columns
                    .iter()
                    .map(|column| format!("'{column}=' || quote({column})"))
                    .collect();
                format!("SELECT {} AS line FROM {table} ORDER BY line", quoted.join(" || ', ' || "))
            }
            Self::Postgres(_) => {
                format!("SELECT row_to_json(t)::text AS line FROM {table} t ORDER BY line")
            }
        };
        self.texts(&sql).await
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
