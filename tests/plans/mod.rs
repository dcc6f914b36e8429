//! What becomes of each statement when the tables are large: every text that the server can run is
//! planned on both engines over 100,000 rows, and none reads a table that grows from end to end,
//! unless that is meant.

mod expand;
mod explain;
mod foreign_keys;
mod meant;
mod seed;
mod shape;
mod source;

use huntaze::server::db::Db;
use tempfile::TempDir;

use crate::support::{Database, Engine, Look};
use explain::Scan;
use shape::Table;
use source::Statement;

/// A database with the server's tables, and a look into it.
struct Planned {
    look: Look,
    database: Database,
    _folder: TempDir,
}

impl Planned {
    async fn create(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::create(engine).await?;
        let db = Db::open(database.url.as_ref(), folder.path(), None).await.expect("it opens");
        db.migrate().await.expect("the tables are made");
        db.close().await;
        Some(Self { look: database.look(folder.path()).await, database, _folder: folder })
    }

    async fn remove(self) {
        self.look.close().await;
        self.database.remove().await;
    }

    async fn scans(&self, tables: &[Table]) -> Vec<Scan> {
        let small: Vec<_> = meant::SMALL.iter().map(|(table, _)| *table).collect();
        let rows = seed::fill(&self.look, tables, &small).await;
        assert!(rows >= 100_000, "only {rows} rows");
        let names: Vec<_> = tables.iter().map(|table| table.name.clone()).collect();
        let mut statements = source::read().statements;
        statements.insert(unindexed());
        let mut scans = explain::scans(&self.look, statements.iter(), &names).await;
        let caught = scans.extract_if(.., |scan| scan.statement == unindexed().name);
        assert_eq!(caught.count(), 1, "a scan is recognised");
        scans.retain(|scan| !small.contains(&scan.table.as_str()));
        scans
    }
}

/// What the test is there to refuse.
fn unindexed() -> Statement {
    let text = "SELECT n.id FROM notices AS n WHERE n.title = $1 ORDER BY n.id";
    Statement { name: "unindexed".to_owned(), text: text.to_owned() }
}

#[tokio::test]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    let sqlite = Planned::create(Engine::Sqlite).await.expect("SQLite is always there");
    let tables = shape::tables(&sqlite.look).await;
    let mut scans = sqlite.scans(&tables).await;
    sqlite.remove().await;
    let postgres = Planned::create(Engine::Postgres).await;
    let both = postgres.is_some();
    if let Some(postgres) = postgres {
        scans.extend(postgres.scans(&tables).await);
        postgres.remove().await;
    }
    let unmeant: Vec<_> = scans.iter().filter(|scan| !meant::is_meant(scan)).collect();
    assert!(unmeant.is_empty(), "an index is missing, or a reason in meant.rs: {unmeant:#?}");
    if both {
        let unused: Vec<_> = meant::unused(&scans).collect();
        assert_eq!(unused, Vec::<&str>::new(), "these need no reason any more");
    }
}

/// sqlx takes a text that lives as long as the program, so each stands in the sources; a text put
/// together at run time would have to say so.
#[test]
fn every_statement_is_found() {
    let sources = source::read();
    assert_eq!(sources.unresolved, Vec::<String>::new(), "statements that were not found");
    let (calls, at_run_time) = source::count("sql!(", "AssertSqlSafe");
    assert_eq!(at_run_time, 0, "a statement is put together at run time");
    assert_eq!(sources.calls, calls, "calls of sql! that were not read");
    println!("{} statements in {} calls", sources.statements.len(), sources.calls);
}
