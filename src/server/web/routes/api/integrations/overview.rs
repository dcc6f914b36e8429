//! How the connections are: all of them, and those on one platform.

use std::collections::BTreeMap;

use axum::extract::Path;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{EXAMPLE, EXAMPLE_ID, Integration};
use crate::model::{Reason, Status};
use crate::server::domain::accounts;
use crate::server::platform::Entry;
use crate::server::web::kit::envelope::{Envelope, Rest, RestResult};

/// Every connection and a summary.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "integrations": [super::example()], "summary": { "total": 1, "connected": 1, "expired": 0,
        "byProvider": { (EXAMPLE): 1 } }
}))]
pub struct Overview<'a> {
    integrations: Vec<Integration<'a>>,
    summary: Summary,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    total: usize,
    /// Includes those that are expiring.
    connected: usize,
    expired: usize,
    /// A number for each platform.
    by_provider: BTreeMap<String, usize>,
}

#[utoipa::path(
    get,
    path = "/status",
    tag = "Integrations",
    summary = "Every connection and its state",
    description = "Former connections are not listed.",
    responses((status = 200, description = "The connections of this \
        workspace", body = Envelope<Overview<'static>>))
)]
pub async fn status(rest: Rest) -> RestResult {
    let actor = rest.actor()?;
    let now = rest.backend.clock.now();
    let mut rows = rest.map_error(accounts::list(&rest.backend, actor).await)?;
    rows.dedup_by_key(|row| row.id);
    let integrations: Vec<Integration> = rows
        .iter()
        .map(|row| Integration::of(rest.backend.platforms.get(row.provider.as_str()), row, now))
        .collect();
    let with =
        |statuses: &[Status]| integrations.iter().filter(|i| statuses.contains(&i.status)).count();
    let at = |entry: &Entry| integrations.iter().filter(|i| *i.provider == entry.provider).count();
    let summary = Summary {
        total: integrations.len(),
        connected: with(&[Status::Connected, Status::Expiring]),
        expired: with(&[Status::Expired]),
        by_provider: rest
            .backend
            .platforms
            .iter()
            .map(|entry| (entry.provider.to_string(), at(entry)))
            .collect(),
    };
    Ok(rest.ok(Overview { integrations, summary }))
}

/// The state of every account on one platform.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "provider": EXAMPLE, "configured": true, "healthy": true, "nextTryAt": null, "accounts": [{
        "accountId": EXAMPLE_ID, "accountName": "Inês \
         Carvalho", "status": "connected", "reason": null, "message": null,
        "expiresAt": "2026-11-21T05:32:41.204682Z", "renewableUntil": null,
            "nextRefreshAt": "2026-11-21T05:21:07.418200Z",
        "refreshFailures": 0, "checkedAt": null, "checkOk": null
    }]
}))]
pub struct Health<'a> {
    provider: &'a str,
    /// Whether the operators have set it up.
    configured: bool,
    healthy: bool,
    /// The platform answers nobody at the moment, and is asked again then.
    next_try_at: Option<DateTime<Utc>>,
    accounts: Vec<AccountHealth<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AccountHealth<'a> {
    account_id: &'a str,
    account_name: &'a str,
    status: Status,
    reason: Option<Reason>,
    /// What happened, for people.
    message: Option<&'a str>,
    expires_at: Option<DateTime<Utc>>,
    /// Until when it can be renewed without the person, where that has an end.
    renewable_until: Option<DateTime<Utc>>,
    /// When it is renewed next, by itself.
    next_refresh_at: Option<DateTime<Utc>>,
    /// Renewals in a row that came to nothing.
    refresh_failures: i64,
    checked_at: Option<DateTime<Utc>>,
    check_ok: Option<bool>,
}

#[utoipa::path(
    get,
    path = "/health/{provider}",
    tag = "Integrations",
    summary = "The health of a platform's connections",
    params(("provider" = String, Path, description = "The platform")),
    responses((status = 200, description = "Every account on the \
        platform", body = Envelope<Health<'static>>))
)]
pub async fn health(rest: Rest, Path(provider): Path<String>) -> RestResult {
    let actor = rest.actor()?;
    let entry = rest.map_error(accounts::entry(&rest.backend, &provider))?;
    let now = rest.backend.clock.now();
    let mut rows = rest.map_error(accounts::list(&rest.backend, actor).await)?;
    rows.retain(|row| row.provider == entry.provider);
    rows.dedup_by_key(|row| row.id);
    let next_try_at = rest.map_error(accounts::open_until(&rest.backend, entry).await)?;
    let accounts = rows.iter().map(|row| AccountHealth {
        account_id: &row.provider_account_id,
        account_name: &row.name,
        status: accounts::shown_status(entry, row, now),
        reason: row.reason,
        message: row.message.as_deref(),
        expires_at: row.expires_at,
        renewable_until: accounts::renewable_until(entry, row.expires_at, row.refresh_expires_at),
        next_refresh_at: row.next_refresh_at,
        refresh_failures: row.refresh_failures,
        checked_at: row.checked_at,
        check_ok: row.check_ok,
    });
    let accounts: Vec<_> = accounts.collect();
    let healthy = accounts
        .iter()
        .all(|account| matches!(account.status, Status::Connected | Status::Expiring));
    Ok(rest.ok(Health {
        provider: &provider,
        configured: entry.configured(),
        healthy,
        next_try_at,
        accounts,
    }))
}
