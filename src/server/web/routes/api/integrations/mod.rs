//! `/api/integrations`: the same verbs that the pages use.

pub mod account;
pub mod connect;
pub mod overview;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::model::{AccountId, Provider, Reason, Status};
use crate::server::db::accounts::{Account, AccountRow};
use crate::server::domain::accounts;
use crate::server::platform::{Entry, IDS};
use crate::server::web::kit::envelope::{Failure, Rest};

/// The platform and the account of the examples.
pub const EXAMPLE: &str = IDS[3];
const EXAMPLE_ID: &str = "1427750916318339072";

/// One connection as programs see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!(example()))]
pub struct Integration<'a> {
    #[schema(value_type = Uuid)]
    id: AccountId,
    #[schema(value_type = String)]
    provider: &'a Provider,
    /// The platform's own id: what stands in addresses.
    account_id: &'a str,
    account_name: &'a str,
    /// What the person calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// The end of the access token, which is renewed by itself; null where nobody knows.
    expires_at: Option<DateTime<Utc>>,
    /// In the platform's own shape.
    #[schema(value_type = Object)]
    metadata: &'a Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> Integration<'a> {
    fn of(entry: Option<&Entry>, row: &'a AccountRow, now: DateTime<Utc>) -> Self {
        Self {
            id: row.id,
            provider: &row.provider,
            account_id: &row.provider_account_id,
            account_name: &row.name,
            label: row.label.as_deref(),
            status: entry.map_or(row.status, |entry| accounts::shown_status(entry, row, now)),
            reason: row.reason,
            expires_at: row.expires_at,
            metadata: &row.metadata.0,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A connection just made: its stored state is what a person sees.
fn one(account: &Account) -> Integration<'_> {
    Integration {
        id: account.id,
        provider: &account.provider,
        account_id: &account.provider_account_id,
        account_name: &account.name,
        label: account.label.as_deref(),
        status: account.status,
        reason: account.reason,
        expires_at: account.expires_at,
        metadata: &account.metadata.0,
        created_at: account.created_at,
        updated_at: account.updated_at,
    }
}

fn example() -> Value {
    json!({
        "id": "01a1fc29-d45c-738e-bede-42163d3cda5b", "provider": EXAMPLE, "accountId": EXAMPLE_ID,
            "accountName": "Inês Carvalho",
        "label": "Main \
         shop", "status": "connected", "expiresAt": "2026-11-21T05:32:41.204682Z", "metadata": {
             "username": "ines_draws" },
        "createdAt": "2026-11-21T03:32:41.204682Z", "updatedAt": "2026-11-21T03:32:41.204682Z"
    })
}

/// What stands in the address of one account.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
#[serde(rename_all = "camelCase")]
pub struct At {
    /// The platform
    provider: String,
    /// The platform's own id for the account
    #[param(example = json!(EXAMPLE_ID), min_length = 1)]
    account_id: String,
}

impl At {
    async fn find(&self, rest: &Rest) -> Result<Account, Failure> {
        let actor = rest.actor()?;
        rest.map_error(
            accounts::find_owned_by_platform_id(
                &rest.backend,
                actor,
                &self.provider,
                &self.account_id,
            )
            .await,
        )
    }
}
