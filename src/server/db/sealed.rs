//! Every column that holds sealed bytes, so that they can be sealed anew with another key. A test
//! compares the list with the tables.

use uuid::Uuid;

use super::{Db, Result, Tx, sql};

/// A sealed column, with its statements. The blob's place is its table, the row's id and the
/// column's name.
pub struct Column {
    pub table: &'static str,
    pub name: &'static str,
    others: &'static str,
    page: &'static str,
    swap: &'static str,
    count: &'static str,
    left: &'static str,
}

/// A blob begins with its version and the id of its key: five bytes, which the database can tell
/// apart by itself.
macro_rules! column {
    ($table:literal $name:literal) => {
        Column {
            table: $table,
            name: $name,
            others: concat!(
                "SELECT id, ",
                $name,
                " FROM ",
                $table,
                " WHERE ",
                $name,
                " IS NOT NULL AND
                 substr(",
                $name,
                ", 1, 5) <> $1 AND id > $2
                 ORDER BY id LIMIT $3"
            ),
            page: concat!(
                "SELECT id, ",
                $name,
                " FROM ",
                $table,
                " WHERE ",
                $name,
                " IS NOT NULL
                AND id > $1 ORDER BY id LIMIT $2"
            ),
            swap: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $name,
                " = $3 WHERE id = $1
                AND ",
                $name,
                " = $2"
            ),
            count: concat!(
                "SELECT head, COUNT(*) FROM (SELECT substr(",
                $name,
                ", 1, 5) AS head
                 FROM ",
                $table,
                " WHERE ",
                $name,
                " IS NOT NULL) AS heads
                 GROUP BY head ORDER BY head"
            ),
            left: concat!(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM ",
                $table,
                " WHERE
                substr(",
                $name,
                ", 1, 5) = $1"
            ),
        }
    };
}

/// The one list.
pub const COLUMNS: &[Column] = &[
    column!("oauth_accounts" "access_token"),
    column!("oauth_accounts" "refresh_token"),
    column!("oauth_flows" "code_verifier"),
    column!("pending_connections" "payload"),
    column!("pending_revocations" "payload"),
    column!("outgoing_emails" "body"),
    column!("refresh_journal" "response"),
    column!("idempotency_keys" "response"),
];

/// A sealed value and its row.
pub type Row = (Uuid, Vec<u8>);

/// The next rows whose value begins with anything but `head`.
pub async fn sealed_with_other_keys(
    db: &Db,
    column: &Column,
    head: &[u8],
    after: Uuid,
    limit: i64,
) -> Result<Vec<Row>> {
    sql!(db, Vec<Row>, column.others, head, after, limit)
}

/// The next rows, whatever they are sealed with.
pub async fn page(db: &Db, column: &Column, after: Uuid, limit: i64) -> Result<Vec<Row>> {
    sql!(db, Vec<Row>, column.page, after, limit)
}

/// Replaces a value that is still the one that was read; `false`: it is another one by now, or
/// gone.
pub async fn swap(tx: &mut Tx, column: &Column, id: Uuid, old: &[u8], new: &[u8]) -> Result<bool> {
    Ok(sql!(tx, rows, column.swap, id, old, new)? == 1)
}

/// How many values begin with each head.
pub async fn count(db: &Db, column: &Column) -> Result<Vec<(Vec<u8>, i64)>> {
    sql!(db, Vec<(Vec<u8>, i64)>, column.count)
}

/// How many values begin with one head, as a transaction sees it.
pub async fn count_remaining(tx: &mut Tx, column: &Column, head: &[u8]) -> Result<i64> {
    let (remaining,) = sql!(tx, (i64,), column.left, head)?;
    Ok(remaining)
}
