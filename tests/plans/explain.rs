//! How an engine would carry a statement out, and which tables it would read from end to end.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row, SqlitePool};

use super::source::Statement;
use crate::support::Look;

/// A table that a statement reads from end to end, and the engine's word for it.
#[derive(Debug)]
pub struct Scan {
    pub statement: String,
    pub table: String,
    #[allow(dead_code, reason = "a failed test prints it")]
    pub step: String,
    /// There is an index for it, which was not worth its while over these rows.
    pub has_index: bool,
}

/// Whether an engine has this statement. Where the two need a text each, the constants say whose
/// it is.
fn is_for(look: &Look, statement: &Statement) -> bool {
    let other = match look {
        Look::Sqlite(_) => {
            statement.name.ends_with("_POSTGRES") || statement.text.contains("pg_notify")
        }
        Look::Postgres(_) => statement.name.ends_with("_SQLITE"),
    };
    !other
}

pub async fn scans<'a>(
    look: &Look,
    statements: impl Iterator<Item = &'a Statement>,
    tables: &[String],
) -> Vec<Scan> {
    let statements = statements.filter(|statement| is_for(look, statement));
    match look {
        Look::Sqlite(pool) => on_sqlite(pool, statements, tables).await,
        Look::Postgres(pool) => on_postgres(pool, statements).await,
    }
}

async fn on_sqlite<'a>(
    pool: &SqlitePool,
    statements: impl Iterator<Item = &'a Statement>,
    tables: &[String],
) -> Vec<Scan> {
    let mut found = Vec::new();
    for statement in statements {
        let explain = format!("EXPLAIN QUERY PLAN {}", statement.text);
        let steps = sqlx::query(AssertSqlSafe(explain))
            .fetch_all(pool)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
        for step in steps {
            let step: String = step.get("detail");
            let words: Vec<_> = step.split_whitespace().collect();
            // An automatic index is made by reading the table, each time.
            let reads_all = words[0] == "SCAN" || step.contains("AUTOMATIC");
            if let Some(table) =
                words.get(1).and_then(|name| table_of(name, &statement.text, tables))
                && reads_all
            {
                let statement = statement.name.clone();
                found.push(Scan { statement, table, step, has_index: false });
            }
        }
    }
    found
}

/// SQLite names a table as the statement calls it: `FROM notices n`.
fn table_of(name: &str, text: &str, tables: &[String]) -> Option<String> {
    let words: Vec<_> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let called = |window: &[&str]| {
        let alias = if window[1].eq_ignore_ascii_case("AS") { window[2] } else { window[1] };
        (alias == name).then(|| window[0].to_owned())
    };
    let is_table = |word: &&str| tables.iter().any(|table| table == word);
    tables
        .iter()
        .find(|table| *table == name)
        .cloned()
        .or_else(|| words.windows(3).filter(|window| is_table(&window[0])).find_map(called))
}

async fn on_postgres<'a>(
    pool: &PgPool,
    statements: impl Iterator<Item = &'a Statement>,
) -> Vec<Scan> {
    let mut connection = pool.acquire().await.expect("a connection").detach();
    // It would come by itself sooner or later, and with it other plans.
    run(&mut connection, "VACUUM ANALYZE".to_owned()).await;
    // The plan for any value, as a statement gets it that was prepared once and runs for years.
    run(&mut connection, "SET plan_cache_mode = force_generic_plan".to_owned()).await;
    let mut found = Vec::new();
    for statement in statements {
        let mut scans = plan(&mut connection, statement).await;
        if !scans.is_empty() {
            set(&mut connection, "off").await;
            let unavoidable = plan(&mut connection, statement).await;
            set(&mut connection, "on").await;
            for scan in &mut scans {
                scan.has_index = !unavoidable.iter().any(|other| other.table == scan.table);
            }
        }
        found.extend(scans);
    }
    connection.close().await.expect("it closes");
    found
}

async fn plan(connection: &mut PgConnection, statement: &Statement) -> Vec<Scan> {
    let values = vec!["NULL"; prepare(connection, statement).await].join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE planned{values}");
    let row = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_one(&mut *connection)
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
    run(connection, "DEALLOCATE planned".to_owned()).await;
    let mut found = Vec::new();
    visit(&row.get::<Value, _>(0)[0]["Plan"], statement, &mut found);
    found
}

/// Prepares a statement and returns how many parameters it has. The server says which types it
/// binds; here PostgreSQL finds out, and where `$1 IS NULL` keeps it from that, one is tried after
/// the other.
async fn prepare(connection: &mut PgConnection, statement: &Statement) -> usize {
    const TYPES: [&str; 5] = ["unknown", "text", "uuid", "timestamptz", "bigint"];
    let mut types = vec![0; parameters(&statement.text)];
    let mut asked = None;
    loop {
        let names: Vec<_> = types.iter().map(|at| TYPES[*at]).collect();
        let names =
            if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
        let text = format!("PREPARE planned{names} AS {}", statement.text);
        let Err(error) = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await else {
            return types.len();
        };
        asked = undetermined(&error).or(asked);
        let next = asked.filter(|at| types[*at] + 1 < TYPES.len());
        types[next.unwrap_or_else(|| panic!("{}: {error}", statement.name))] += 1;
    }
}

/// Which parameter has no type yet, counted from nought.
fn undetermined(error: &sqlx::Error) -> Option<usize> {
    const INDETERMINATE_DATATYPE: &str = "42P18";
    const AMBIGUOUS_PARAMETER: &str = "42P08";
    let error = error.as_database_error()?;
    let number = error.message().rsplit('$').next()?.parse::<usize>().ok()?;
    let code = error.code()?;
    (code == INDETERMINATE_DATATYPE || code == AMBIGUOUS_PARAMETER).then(|| number - 1)
}

/// Whether PostgreSQL may read a whole table, and the joins that do.
async fn set(connection: &mut PgConnection, to: &str) {
    for way in ["seqscan", "hashjoin", "mergejoin"] {
        run(connection, format!("SET enable_{way} = {to}")).await;
    }
}

async fn run(connection: &mut PgConnection, text: String) {
    sqlx::raw_sql(AssertSqlSafe(text.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {text}"));
}

/// The highest of `$1`, `$2`, ...
fn parameters(text: &str) -> usize {
    let number = |part: &str| {
        part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok()
    };
    text.split('$').skip(1).filter_map(number).max().unwrap_or_default()
}

fn visit(node: &Value, statement: &Statement, found: &mut Vec<Scan>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let by_index = matches!(kind, "Index Scan" | "Index Only Scan");
    let reads_all = kind == "Seq Scan"
        || by_index && node["Index Cond"].is_null()
        || kind == "Bitmap Heap Scan" && reads_whole_index(node);
    if let Some(table) = node["Relation Name"].as_str()
        && reads_all
    {
        let index = node["Index Name"].as_str().unwrap_or_default();
        found.push(Scan {
            statement: statement.name.clone(),
            table: table.to_owned(),
            step: format!("{kind} {index}").trim_end().to_owned(),
            has_index: false,
        });
    }
    for inner in node["Plans"].as_array().into_iter().flatten() {
        visit(inner, statement, found);
    }
}

/// A bitmap is made from an index that is searched, or read whole where the index is a partial one.
fn reads_whole_index(node: &Value) -> bool {
    node["Plans"].as_array().into_iter().flatten().any(|inner| {
        inner["Node Type"] == "Bitmap Index Scan" && inner["Index Cond"].is_null()
            || reads_whole_index(inner)
    })
}
