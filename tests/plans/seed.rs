//! Rows for every table, made by one INSERT each that both engines understand. Only what a planner
//! looks at is true to life: how many rows there are, how they refer to one another, and how many
//! of them share a value.

use std::collections::HashMap;

use super::shape::{Column, Table};
use crate::support::Look;

const WORKSPACES: usize = 1_000;
const ROWS: usize = 100_000;

/// Columns whose values are few and are not listed beside them in the migration.
const FEW: &[&str] = &["provider"];

/// Fills the tables that grow, and returns how many rows stand in all of them.
pub async fn fill(look: &Look, tables: &[Table], small: &[&str]) -> usize {
    let grows = |table: &&Table| !small.contains(&table.name.as_str());
    let share = (ROWS - WORKSPACES).div_ceil(tables.iter().filter(grows).count() - 1);
    let values = listed_values();
    let mut counts = HashMap::new();
    for table in tables.iter().filter(grows) {
        let rows = if table.name == "workspaces" { WORKSPACES } else { share };
        let added = look.run(&insert(table, rows, &counts, &values)).await;
        counts.insert(table.name.clone(), added as usize);
    }
    counts.values().sum()
}

fn insert(table: &Table, rows: usize, counts: &Counts, values: &Values) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut parents = 0;
    let mut expressions = Vec::new();
    for column in &table.columns {
        let parent = column.parent.as_ref().filter(|parent| **parent != table.name);
        let value = match parent {
            Some(parent) => {
                parents += 1;
                uuid(&row_of(counts[parent], parents))
            }
            None => expression(table, column, values),
        };
        let value = if column.required {
            value
        } else {
            // Ends, answers and times to come are there or not; most rows are past them.
            format!("CASE WHEN (i + {}) % 20 = 0 THEN NULL ELSE {value} END", expressions.len())
        };
        expressions.push(value);
    }
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
         SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n) AS numbers WHERE TRUE
         ON CONFLICT DO NOTHING",
        table.name,
        names.join(", "),
        expressions.join(", ")
    )
}

type Counts = HashMap<String, usize>;
/// By table and column.
type Values = HashMap<(String, String), Vec<String>>;

/// Which row of `count` the row `i` belongs to. Two parents of one table do not go in step.
fn row_of(count: usize, parents: usize) -> String {
    match parents {
        1 => format!("1 + i % {count}"),
        _ => format!("1 + (i * {} + i / {count}) % {count}", 2 * parents + 3),
    }
}

fn uuid(number: &str) -> String {
    format!("CAST('00000000000000000000' || CAST(100000000000 + {number} AS TEXT) AS UUID)")
}

fn expression(table: &Table, column: &Column, values: &Values) -> String {
    let place = (table.name.clone(), column.name.clone());
    match column.kind.as_str() {
        "UUID" => uuid("i"),
        // A day, an hour and a minute that come back after 39,900 rows.
        "TIMESTAMPTZ" => "CAST('2026-' || CAST(10 + i % 3 AS TEXT) || '-' ||
            CAST(10 + i % 19 AS TEXT) || ' ' || CAST(10 + i / 57 % 14 AS TEXT) || ':' ||
            CAST(10 + i / 798 % 50 AS TEXT) || ':00+00' AS TIMESTAMPTZ)"
            .to_owned(),
        "BIGINT" => "i % 5".to_owned(),
        "BOOLEAN" => "i % 2 = 0".to_owned(),
        "BYTEA" => "CAST(CAST(i AS TEXT) AS BYTEA)".to_owned(),
        "JSONB" => "CAST('{}' AS JSONB)".to_owned(),
        "TEXT" => match values.get(&place) {
            Some(few) => one_of(few),
            None if FEW.contains(&column.name.as_str()) => {
                "'value ' || CAST(i % 6 AS TEXT)".to_owned()
            }
            None => "'value ' || CAST(i AS TEXT)".to_owned(),
        },
        other => panic!("{}.{}: say here what a {other} may hold", table.name, column.name),
    }
}

fn one_of(few: &[String]) -> String {
    let cases: Vec<_> =
        few.iter().enumerate().map(|(at, value)| format!("WHEN {at} THEN '{value}'")).collect();
    format!("CASE i % {} {} END", few.len(), cases.join(" "))
}

/// Migrations say beside a column which values it takes: `role TEXT, -- owner | editor | viewer`.
fn listed_values() -> Values {
    let mut found = HashMap::new();
    let mut table = String::new();
    for line in migrations().lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.trim_end_matches(" (").to_owned();
        }
        if let Some((column, comment)) = line.split_once("--")
            && let Some(name) = column.split_whitespace().next()
        {
            let words: Vec<_> = comment.split('|').map(|word| word.trim().to_owned()).collect();
            let plain = |word: &String| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if words.len() > 1 && words.iter().all(plain) {
                found.insert((table.clone(), name.to_owned()), words);
            }
        }
    }
    assert!(!found.is_empty(), "no migration lists values");
    found
}

fn migrations() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| entry.expect("a migration").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("it is text")).collect()
}
