//! The tables as the migrations made them, read from SQLite's catalog: one text makes the tables of
//! both engines.

use std::collections::HashMap;

use crate::support::Look;

pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

pub struct Column {
    pub name: String,
    pub kind: String,
    pub required: bool,
    /// The table that it points to.
    pub parent: Option<String>,
}

/// Every table after those that it points to.
pub async fn tables(look: &Look) -> Vec<Table> {
    let mut waiting = Vec::new();
    for name in look.tables().await {
        waiting.push(Table { columns: columns(look, &name).await, name });
    }
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_there = |name: &String| ordered.iter().any(|table| table.name == *name);
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|table: &Table| {
            let mut parents = table.columns.iter().filter_map(|column| column.parent.as_ref());
            parents.all(|parent| *parent == table.name || is_there(parent))
        });
        assert!(!ready.is_empty(), "tables point to one another in a circle");
        ordered.extend(ready);
        waiting = rest;
    }
    ordered
}

async fn columns(look: &Look, table: &str) -> Vec<Column> {
    let pairs = |lines: Vec<String>| {
        let pair = |line: String| {
            line.split_once(' ').map(|(name, rest)| (name.to_owned(), rest.to_owned()))
        };
        lines.into_iter().filter_map(pair).collect::<Vec<_>>()
    };
    let keys =
        format!("SELECT \"from\" || ' ' || \"table\" FROM pragma_foreign_key_list('{table}')");
    let mut parents: HashMap<_, _> = pairs(look.texts(&keys).await).into_iter().collect();
    let columns = format!(
        "SELECT name || ' ' || type || CASE WHEN \"notnull\" OR pk THEN ' required' ELSE '' END
         FROM pragma_table_info('{table}') ORDER BY cid"
    );
    pairs(look.texts(&columns).await)
        .into_iter()
        .map(|(name, kind)| Column {
            parent: parents.remove(&name),
            required: kind.ends_with(" required"),
            kind: kind.trim_end_matches(" required").to_owned(),
            name,
        })
        .collect()
}
