//! Sealing everything anew with the primary key, while the server runs.
//!
//! Every value opens at every moment: it is replaced only after the new key is in the key file,
//! which a process reads again when it meets a key that it does not know. A value that changed
//! since it was read is left alone. So rotating may be interrupted anywhere and begun again, and
//! two may run at once.

use std::collections::BTreeMap;
use std::time::Duration as StdDuration;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::events::{self, AuditEvent};
use super::{Result, unreadable};
use crate::model::audit::Action;
use crate::server::Backend;
use crate::server::db::{self, sealed};
use crate::server::failpoint::failpoint;
use crate::server::keys::Droppable;
use crate::server::vault::{self, SealContext};

/// So many rows are sealed anew in one transaction: a few milliseconds, in which other writers wait
/// on SQLite.
const BATCH: i64 = 100;
/// Between two batches. SQLite gives its lock to whoever asks at the right moment, not to who has
/// waited longest: without a pause the writers of other processes waited for seconds.
const PAUSE: StdDuration = StdDuration::from_millis(10);

/// What was sealed with a key is stored by then, or will not be: longer than any request or
/// refresh, and than a process takes to look at the key file again.
const IN_FLIGHT: Duration = Duration::minutes(10);

/// What rotating did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rotated {
    pub resealed: u64,
    /// Changed by somebody else meanwhile, who sealed it as they knew best.
    pub overtaken: u64,
    /// Left as they are; the log names each.
    pub unreadable: u64,
}

/// Seals everything that is not sealed with the primary key with it.
pub async fn rotate(backend: &Backend) -> Result<Rotated> {
    let mut done = Rotated::default();
    let primary = backend.vault.primary();
    for key in backend.vault.key_ids().into_iter().filter(|key| *key != primary) {
        db::keys::retire(&backend.db, &format!("{key:08x}"), backend.clock.now()).await?;
    }
    for column in sealed::COLUMNS {
        let mut after = Uuid::nil();
        loop {
            let rows = sealed::sealed_with_other_keys(
                &backend.db,
                column,
                &backend.vault.head(),
                after,
                BATCH,
            )
            .await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            reseal(backend, column, rows, &mut done).await?;
            failpoint!("keys.batch");
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(done)
}

async fn reseal(
    backend: &Backend,
    column: &sealed::Column,
    rows: Vec<sealed::Row>,
    done: &mut Rotated,
) -> Result<()> {
    let mut tx = backend.db.begin().await?;
    for (id, old) in rows {
        let context = SealContext::new(column.table, id, column.name);
        match backend.vault.open(&old, context) {
            Ok(secret) => {
                match sealed::swap(&mut tx, column, id, &old, &backend.vault.seal(&secret, context))
                    .await?
                {
                    true => done.resealed += 1,
                    false => done.overtaken += 1,
                }
            }
            Err(error) => {
                unreadable::report(column.table, &id, error);
                done.unreadable += 1;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// How many values each key seals, by the key's id; values that are cut short or older than any key
/// count under `None`.
pub async fn counts(backend: &Backend) -> Result<BTreeMap<Option<u32>, i64>> {
    let mut counts = BTreeMap::new();
    for column in sealed::COLUMNS {
        for (head, count) in sealed::count(&backend.db, column).await? {
            *counts.entry(vault::key_of(&head)).or_insert(0) += count;
        }
    }
    Ok(counts)
}

/// A value that does not open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
    pub error: vault::Error,
}

/// Opens everything that is sealed, and tells what does not open. Nothing leaves this function but
/// the place.
pub async fn verify(backend: &Backend) -> Result<(u64, Vec<Unreadable>)> {
    let (mut opened, mut failed) = (0, Vec::new());
    for column in sealed::COLUMNS {
        let mut after = Uuid::nil();
        loop {
            let rows = sealed::page(&backend.db, column, after, BATCH).await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (row, blob) in &rows {
                match backend.vault.open(blob, SealContext::new(column.table, *row, column.name)) {
                    Ok(_) => opened += 1,
                    Err(error) => failed.push(Unreadable {
                        table: column.table,
                        column: column.name,
                        row: *row,
                        error,
                    }),
                }
            }
        }
    }
    Ok((opened, failed))
}

/// Why a key is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// It still seals so many values.
    Seals(i64),
    /// Nobody wrote down that another key seals.
    NotRetired,
    /// It sealed until shortly ago; what somebody sealed with it and has not stored yet may still
    /// come.
    Until(DateTime<Utc>),
}

/// Lets the database forget a key that seals nothing and will not. Looked at and forgotten in one
/// transaction.
pub async fn forget(backend: &Backend, key: Droppable) -> Result<std::result::Result<(), Kept>> {
    let (id, now) = (format!("{:08x}", key.id), backend.clock.now());
    let mut tx = backend.db.begin().await?;
    match db::keys::retired_at(&mut tx, &id).await? {
        _ if key.is_new => {}
        None => return Ok(Err(Kept::NotRetired)),
        Some(at) if at + IN_FLIGHT > now => return Ok(Err(Kept::Until(at + IN_FLIGHT))),
        Some(_) => {}
    }
    let mut left = 0;
    for column in sealed::COLUMNS {
        left += sealed::count_remaining(&mut tx, column, &vault::head_of(key.id)).await?;
    }
    if left > 0 {
        return Ok(Err(Kept::Seals(left)));
    }
    db::keys::forget(&mut tx, &id).await?;
    events::record(
        backend,
        &mut tx,
        AuditEvent::at_the_server(Action::KeyDropped).about(format!("key {id}")),
    )
    .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Writes down that a key was added to the key file.
pub async fn added(backend: &Backend, id: &str) {
    events::record_alone(
        backend,
        AuditEvent::at_the_server(Action::KeyAdded).about(format!("key {id}")),
    )
    .await;
}

/// Writes down what a rotation came to.
pub async fn rotated(backend: &Backend, done: Rotated) {
    let event = AuditEvent::at_the_server(Action::KeysRotated)
        .about(format!("key {:08x}", backend.vault.primary()));
    let event = match done.unreadable {
        0 => event.saying(format!("{} values are sealed anew.", done.resealed)),
        left => event.refused(format!("{left} values do not open and were left as they are.")),
    };
    events::record_alone(backend, event).await;
}

/// Writes down that another key signs access tokens.
pub async fn signing_rotated(backend: &Backend, id: &str) {
    events::record_alone(
        backend,
        AuditEvent::at_the_server(Action::KeysRotated).about(format!("key {id}")),
    )
    .await;
}

/// Writes down that a key that signed access tokens is gone.
pub async fn signing_dropped(backend: &Backend, id: &str) {
    events::record_alone(
        backend,
        AuditEvent::at_the_server(Action::KeyDropped).about(format!("key {id}")),
    )
    .await;
}
