//! `/api/integrations`: the same verbs that the pages use.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::envelope::{Answer, Body, Rest};
use crate::error::AppError;
use crate::model::{AccountId, ConnectKind, FlowId, Provider, Reason, Status};
use crate::server::db::accounts::{Account, Shown};
use crate::server::domain::{Error, accounts};
use crate::server::platform::Entry;

/// One connection as programs see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Integration<'a> {
    id: AccountId,
    provider: &'a Provider,
    account_id: &'a str,
    account_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    expires_at: Option<DateTime<Utc>>,
    metadata: &'a Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> Integration<'a> {
    fn of(entry: Option<&Entry>, row: &'a Shown, now: DateTime<Utc>) -> Self {
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

/// `GET /api/integrations/status`
pub async fn status(rest: Rest) -> Answer {
    let actor = rest.actor()?;
    let now = rest.backend.clock.now();
    let mut rows = rest.told(crate::server::domain::accounts::list(&rest.backend, actor).await)?;
    rows.dedup_by_key(|row| row.id);
    let list: Vec<Integration> =
        rows.iter().map(|row| Integration::of(rest.backend.platforms.get(row.provider.as_str()), row, now)).collect();
    let with = |statuses: &[Status]| list.iter().filter(|i| statuses.contains(&i.status)).count();
    let by_provider: Map<String, Value> = rest
        .backend
        .platforms
        .iter()
        .map(|entry| (entry.provider.to_string(), json!(list.iter().filter(|i| *i.provider == entry.provider).count())))
        .collect();
    let summary = json!({
        "total": list.len(),
        "connected": with(&[Status::Connected, Status::Expiring]),
        "expired": with(&[Status::Expired]),
        "byProvider": by_provider,
    });
    let body = json!({ "integrations": list, "summary": summary });
    Ok(rest.ok(body))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Connect {
    /// The connection to renew, by our id.
    account_id: Option<AccountId>,
    credentials: Option<BTreeMap<String, String>>,
}

/// `POST /api/integrations/connect/{provider}`: the address of a consent page, or a connection where there is none. The body may be
/// left out.
pub async fn connect(rest: Rest, Path(provider): Path<String>, body: Option<Body<Connect>>) -> Answer {
    let actor = rest.actor()?;
    let body = body.map(|Body(body)| body).unwrap_or_default();
    let entry = rest.told(accounts::entry(&rest.backend, &provider))?;
    match entry.info().kind {
        ConnectKind::OAuth => {
            // A program has confirmed by calling; people confirm on the page.
            let attested = entry.info().attests.len();
            let begun = rest.told(accounts::begin(&rest.backend, actor, &provider, body.account_id, attested).await)?;
            Ok(rest.ok(json!({ "authUrl": begun.url, "state": begun.state.secret(), "expiresAt": begun.expires_at })))
        }
        ConnectKind::Session => {
            let missing =
                || Error::field("credentials", format!("{} is connected with credentials; none were sent.", entry.info().name));
            let fields = rest.told(body.credentials.ok_or_else(missing))?;
            let account =
                rest.told(accounts::connect_session(&rest.backend, actor, &provider, &fields, body.account_id).await)?;
            Ok(rest.with_status(StatusCode::CREATED, one(&account)))
        }
    }
}

/// A connection just made: its stored state is what a person sees.
fn one(account: &Account) -> Value {
    json!(Integration {
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
    })
}

/// `GET /api/integrations/choices/{flow}`
pub async fn choices(rest: Rest, Path(flow): Path<String>) -> Answer {
    let actor = rest.actor()?;
    let choices = rest.told(accounts::choices(&rest.backend, actor, flow_id(&rest, &flow)?).await)?;
    Ok(rest.ok(json!({ "provider": choices.info.id, "choices": choices.choices })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    id: String,
}

/// `POST /api/integrations/choices/{flow}`
pub async fn choose(rest: Rest, Path(flow): Path<String>, Body(body): Body<Choose>) -> Answer {
    let actor = rest.actor()?;
    let account = rest.told(accounts::choose(&rest.backend, actor, flow_id(&rest, &flow)?, &body.id).await)?;
    Ok(rest.with_status(StatusCode::CREATED, one(&account)))
}

fn flow_id(rest: &Rest, text: &str) -> Result<FlowId, super::envelope::Failure> {
    text.parse().map_err(|_| rest.fail(AppError::not_found("choice")))
}

async fn find(rest: &Rest, provider: &str, account: &str) -> Result<Account, super::envelope::Failure> {
    let actor = rest.actor()?;
    rest.told(accounts::mine_by_platform_id(&rest.backend, actor, provider, account).await)
}

/// `DELETE /api/integrations/disconnect/{provider}/{accountId}`
pub async fn disconnect(rest: Rest, Path((provider, account)): Path<(String, String)>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let gone = rest.told(accounts::disconnect(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(json!({ "provider": provider, "accountId": account, "message": gone.sentence() })))
}

/// `POST /api/integrations/refresh/{provider}/{accountId}`
pub async fn refresh(rest: Rest, Path((provider, account)): Path<(String, String)>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let renewed = rest.told(accounts::refresh(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(json!({ "provider": provider, "accountId": account, "expiresAt": renewed.expires_at })))
}

/// `POST /api/integrations/test/{provider}/{accountId}`
pub async fn test(rest: Rest, Path((provider, account)): Path<(String, String)>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let tested = rest.told(accounts::test(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(json!({
        "provider": provider, "accountId": account, "ok": tested.ok, "message": tested.text,
        "status": tested.account.status, "testedAt": tested.account.checked_at,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    label: Option<String>,
}

/// `PUT /api/integrations/{provider}/{accountId}/label`
pub async fn label(rest: Rest, Path((provider, account)): Path<(String, String)>, Body(body): Body<Label>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let label = body.label.unwrap_or_default();
    rest.told(accounts::set_label(&rest.backend, rest.actor()?, found.id, &label).await)?;
    let label = Some(label.trim()).filter(|label| !label.is_empty());
    Ok(rest.ok(json!({ "provider": provider, "accountId": account, "label": label })))
}

/// `GET /api/integrations/health/{provider}`: the state of every account on one platform.
pub async fn health(rest: Rest, Path(provider): Path<String>) -> Answer {
    let actor = rest.actor()?;
    let entry = rest.told(accounts::entry(&rest.backend, &provider))?;
    let now = rest.backend.clock.now();
    let mut rows = rest.told(accounts::list(&rest.backend, actor).await)?;
    rows.retain(|row| row.provider == entry.provider);
    rows.dedup_by_key(|row| row.id);
    let list: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "accountId": row.provider_account_id, "accountName": row.name, "status": accounts::shown_status(entry, row, now),
                "reason": row.reason, "message": row.say, "expiresAt": row.expires_at, "checkedAt": row.checked_at, "checkOk": row.check_ok,
            })
        })
        .collect();
    let healthy = rows.iter().all(|row| matches!(accounts::shown_status(entry, row, now), Status::Connected | Status::Expiring));
    Ok(rest.ok(json!({ "provider": provider, "configured": entry.configured(), "healthy": healthy, "accounts": list })))
}
