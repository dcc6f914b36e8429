//! Refreshes under way in this process. Whoever comes while one is, waits for it and gets its
//! outcome: a thousand callers are one.
//!
//! A refresh runs on a task of its own: a browser that goes away must not cut it off between the
//! platform's answer and our storing it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tracing::Instrument;

use super::refresh;
use super::token::RefreshReason;
use crate::model::{AccountId, WorkspaceId};
use crate::server::db::accounts::Account;
use crate::server::domain::{Error, Result};
use crate::server::{Backend, request_context};

type InflightRefresh = Shared<BoxFuture<'static, Result<Account, Arc<Error>>>>;

/// The refreshes of this process, one an account.
#[derive(Default)]
pub struct InflightRefreshes(Mutex<HashMap<AccountId, InflightRefresh>>);

/// Takes a refresh off the list, however it ended.
struct RemoveOnDrop(Backend, AccountId);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        self.0.inflight_refreshes.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// The account after the refresh that is under way, or after one that begins now.
pub(super) async fn join(
    backend: &Backend,
    workspace: WorkspaceId,
    id: AccountId,
    why: RefreshReason,
) -> Result<Account> {
    let refresh = {
        let mut inflight =
            backend.inflight_refreshes.0.lock().unwrap_or_else(PoisonError::into_inner);
        inflight.entry(id).or_insert_with(|| begin(backend.clone(), workspace, id, why)).clone()
    };
    refresh.await.map_err(Error::shared)
}

/// Waits for the refreshes of this process, before it ends: one that was sent has to hear its
/// answer, or a rotated token is lost. The platforms' time-outs bound it.
pub async fn drain(backend: &Backend) {
    let inflight: Vec<InflightRefresh> = backend
        .inflight_refreshes
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .values()
        .cloned()
        .collect();
    futures::future::join_all(inflight).await;
}

fn begin(
    backend: Backend,
    workspace: WorkspaceId,
    id: AccountId,
    why: RefreshReason,
) -> InflightRefresh {
    let work = async move {
        let _remove = RemoveOnDrop(backend.clone(), id);
        refresh::refresh(&backend, workspace, id, why).await.map_err(Arc::new)
    };
    let task =
        tokio::spawn(request_context::scope(request_context::current(), work.in_current_span()));
    async move { task.await.unwrap_or_else(|_| Err(Arc::new(Error::Interrupted))) }.boxed().shared()
}
