//! `/api/integrations`: the same verbs that the pages use.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use super::envelope::{Answer, Body, Envelope, Failure, Rest};
use crate::error::AppError;
use crate::model::{AccountId, Choice, ConnectKind, FlowId, Provider, Reason, Status};
use crate::server::db::accounts::{Account, Shown};
use crate::server::domain::{Error, accounts};
use crate::server::platform::{Entry, IDS};

/// The platforms of the examples.
const EXAMPLE: &str = IDS[3];
const WITH_CHOICES: &str = IDS[0];

/// One connection as programs see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
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

/// Every connection and a summary.
#[derive(Serialize, ToSchema)]
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
    description = "Former connections are not listed. At most 60 requests a minute.",
    responses((status = 200, description = "The connections of this workspace", body = Envelope<Overview<'static>>, example = json!({
        "integrations": [{
            "id": "01a1fc29-d45c-738e-bede-42163d3cda5b", "provider": EXAMPLE, "accountId": "1427750916318339072", "accountName": "Inês Carvalho",
            "label": "Main shop", "status": "connected", "expiresAt": "2026-11-21T05:32:41.204682Z", "metadata": { "username": "ines_draws" },
            "createdAt": "2026-11-21T03:32:41.204682Z", "updatedAt": "2026-11-21T03:32:41.204682Z"
        }],
        "summary": { "total": 1, "connected": 1, "expired": 0, "byProvider": { (EXAMPLE): 1 } }
    })))
)]
pub async fn status(rest: Rest) -> Answer {
    let actor = rest.actor()?;
    let now = rest.backend.clock.now();
    let mut rows = rest.told(crate::server::domain::accounts::list(&rest.backend, actor).await)?;
    rows.dedup_by_key(|row| row.id);
    let integrations: Vec<Integration> =
        rows.iter().map(|row| Integration::of(rest.backend.platforms.get(row.provider.as_str()), row, now)).collect();
    let with = |statuses: &[Status]| integrations.iter().filter(|i| statuses.contains(&i.status)).count();
    let at = |entry: &Entry| integrations.iter().filter(|i| *i.provider == entry.provider).count();
    let summary = Summary {
        total: integrations.len(),
        connected: with(&[Status::Connected, Status::Expiring]),
        expired: with(&[Status::Expired]),
        by_provider: rest.backend.platforms.iter().map(|entry| (entry.provider.to_string(), at(entry))).collect(),
    };
    Ok(rest.ok(Overview { integrations, summary }))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Connect {
    /// The connection to renew, by our id.
    #[schema(value_type = Option<Uuid>)]
    account_id: Option<AccountId>,
    /// The fields of a browser session, for platforms without a consent page: `cookie`, `xBc`, `userAgent`.
    credentials: Option<BTreeMap<String, String>>,
}

/// Where the person consents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Begun<'a> {
    #[schema(value_type = String)]
    auth_url: Url,
    state: &'a str,
    /// The person has to be back by then.
    expires_at: DateTime<Utc>,
}

/// `POST /api/integrations/connect/{provider}`: the address of a consent page, or a connection where there is none. The body may be
/// left out.
#[utoipa::path(
    post,
    path = "/connect/{provider}",
    tag = "Integrations",
    summary = "Begin to connect, or to reconnect",
    description = "Answers where the person consents; the flow is finished in a browser that holds the cookie of the session that began it. A \
                   platform without a consent page takes `credentials` and answers the connection. The body may be left out.",
    params(("provider", description = "The platform")),
    request_body(content = Option<Connect>, example = json!({})),
    responses(
        (status = 200, description = "Where to consent", body = Envelope<Begun<'static>>, example = json!({
            "authUrl": "https://platform.example/authorize?response_type=code&client_id=...", "state": "k3bQ...", "expiresAt": "2026-11-21T03:42:36.755Z"
        })),
        (status = 201, description = "The connection, where there is no consent page", body = Envelope<Integration<'static>>),
    )
)]
pub async fn connect(rest: Rest, Path(provider): Path<String>, body: Option<Body<Connect>>) -> Answer {
    let actor = rest.actor()?;
    let body = body.map(|Body(body)| body).unwrap_or_default();
    let entry = rest.told(accounts::entry(&rest.backend, &provider))?;
    match entry.info().kind {
        ConnectKind::OAuth => {
            // A program has confirmed by calling; people confirm on the page.
            let attested = entry.info().attests.len();
            let begun = rest.told(accounts::begin(&rest.backend, actor, &provider, body.account_id, attested).await)?;
            Ok(rest.ok(Begun { auth_url: begun.url, state: begun.state.secret(), expires_at: begun.expires_at }))
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

/// The accounts that one consent covers.
#[derive(Serialize, ToSchema)]
pub struct Choices<'a> {
    provider: &'a str,
    choices: &'a [Choice],
}

#[utoipa::path(
    get,
    path = "/choices/{flowId}",
    tag = "Integrations",
    summary = "The accounts to choose from",
    description = "Where a consent covers several accounts the callback leads to `/integrations/choose/{flowId}`; for ten minutes one may be chosen.",
    params(("flowId", description = "From the callback's redirect", example = "01a1fc29-d45c-738e-bede-42163d3cda5b")),
    responses((status = 200, description = "The accounts", body = Envelope<Choices<'static>>, example = json!({
        "provider": WITH_CHOICES, "choices": [{ "id": "17841405822304914", "name": "ines.paints", "detail": "Page: Inês paints" }]
    })))
)]
pub async fn choices(rest: Rest, Path(flow): Path<String>) -> Answer {
    let actor = rest.actor()?;
    let choices = rest.told(accounts::choices(&rest.backend, actor, flow_id(&rest, &flow)?).await)?;
    Ok(rest.ok(Choices { provider: &choices.info.id, choices: &choices.choices }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    /// One of the ids offered.
    id: String,
}

#[utoipa::path(
    post,
    path = "/choices/{flowId}",
    tag = "Integrations",
    summary = "Choose an account",
    params(("flowId", description = "From the callback's redirect", example = "01a1fc29-d45c-738e-bede-42163d3cda5b")),
    request_body(content = Choose, example = json!({ "id": "17841405822304914" })),
    responses((status = 201, description = "The connection", body = Envelope<Integration<'static>>))
)]
pub async fn choose(rest: Rest, Path(flow): Path<String>, Body(body): Body<Choose>) -> Answer {
    let actor = rest.actor()?;
    let account = rest.told(accounts::choose(&rest.backend, actor, flow_id(&rest, &flow)?, &body.id).await)?;
    Ok(rest.with_status(StatusCode::CREATED, one(&account)))
}

fn flow_id(rest: &Rest, text: &str) -> Result<FlowId, Failure> {
    text.parse().map_err(|_| rest.fail(AppError::not_found("choice")))
}

async fn find(rest: &Rest, provider: &str, account: &str) -> Result<Account, Failure> {
    let actor = rest.actor()?;
    rest.told(accounts::mine_by_platform_id(&rest.backend, actor, provider, account).await)
}

/// A connection that is no more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gone<'a> {
    provider: &'a str,
    account_id: &'a str,
    /// What was deleted, and what became of the grant at the platform.
    message: String,
}

#[utoipa::path(
    delete,
    path = "/disconnect/{provider}/{accountId}",
    tag = "Integrations",
    summary = "Disconnect an account",
    description = "Revokes the grant at the platform where it can and deletes every stored credential. Label and history stay.",
    params(
        ("provider", description = "The platform"),
        ("accountId", description = "The platform's own id for the account", example = "1427750916318339072")
    ),
    responses((status = 200, description = "It is gone", body = Envelope<Gone<'static>>, example = json!({
        "provider": EXAMPLE, "accountId": "1427750916318339072", "message": "@ines_draws is disconnected. X has ended our access too."
    })))
)]
pub async fn disconnect(rest: Rest, Path((provider, account)): Path<(String, String)>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let gone = rest.told(accounts::disconnect(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(Gone { provider: &provider, account_id: &account, message: gone.sentence() }))
}

/// A token that was renewed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renewed<'a> {
    provider: &'a str,
    account_id: &'a str,
    expires_at: Option<DateTime<Utc>>,
}

#[utoipa::path(
    post,
    path = "/refresh/{provider}/{accountId}",
    tag = "Integrations",
    summary = "Renew an account's access",
    description = "Huntaze does so by itself before a token ends; this is for whoever does not want to wait.",
    params(
        ("provider", description = "The platform"),
        ("accountId", description = "The platform's own id for the account", example = "1427750916318339072")
    ),
    responses((status = 200, description = "It is renewed", body = Envelope<Renewed<'static>>, example = json!({
        "provider": EXAMPLE, "accountId": "1427750916318339072", "expiresAt": "2026-11-21T05:32:41.204682Z"
    })))
)]
pub async fn refresh(rest: Rest, Path((provider, account)): Path<(String, String)>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let renewed = rest.told(accounts::refresh(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(Renewed { provider: &provider, account_id: &account, expires_at: renewed.expires_at }))
}

/// What the platform said of a connection just now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tested<'a> {
    provider: &'a str,
    account_id: &'a str,
    ok: bool,
    message: String,
    status: Status,
    tested_at: Option<DateTime<Utc>>,
}

#[utoipa::path(
    post,
    path = "/test/{provider}/{accountId}",
    tag = "Integrations",
    summary = "Test a connection",
    description = "Calls the platform and says what came of it.",
    params(
        ("provider", description = "The platform"),
        ("accountId", description = "The platform's own id for the account", example = "1427750916318339072")
    ),
    responses((status = 200, description = "The result, good or bad", body = Envelope<Tested<'static>>, example = json!({
        "provider": EXAMPLE, "accountId": "1427750916318339072", "ok": true, "message": "X answers, and the account is fine.",
        "status": "connected", "testedAt": "2026-11-21T03:32:41.204682Z"
    })))
)]
pub async fn test(rest: Rest, Path((provider, account)): Path<(String, String)>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let tested = rest.told(accounts::test(&rest.backend, rest.actor()?, found).await)?;
    let (status, tested_at) = (tested.account.status, tested.account.checked_at);
    Ok(rest.ok(Tested { provider: &provider, account_id: &account, ok: tested.ok, message: tested.text, status, tested_at }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Empty or null takes it away.
    label: Option<String>,
}

/// How the person calls an account from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Labelled<'a> {
    provider: &'a str,
    account_id: &'a str,
    label: Option<&'a str>,
}

#[utoipa::path(
    put,
    path = "/{provider}/{accountId}/label",
    tag = "Integrations",
    summary = "Label an account",
    params(
        ("provider", description = "The platform"),
        ("accountId", description = "The platform's own id for the account", example = "1427750916318339072")
    ),
    request_body(content = Label, example = json!({ "label": "Main shop" })),
    responses((status = 200, description = "The label as it is stored", body = Envelope<Labelled<'static>>, example = json!({
        "provider": EXAMPLE, "accountId": "1427750916318339072", "label": "Main shop"
    })))
)]
pub async fn label(rest: Rest, Path((provider, account)): Path<(String, String)>, Body(body): Body<Label>) -> Answer {
    let found = find(&rest, &provider, &account).await?;
    let label = body.label.unwrap_or_default();
    rest.told(accounts::set_label(&rest.backend, rest.actor()?, found.id, &label).await)?;
    let label = Some(label.trim()).filter(|label| !label.is_empty());
    Ok(rest.ok(Labelled { provider: &provider, account_id: &account, label }))
}

/// The state of every account on one platform.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
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
    params(("provider", description = "The platform")),
    responses((status = 200, description = "Every account on the platform", body = Envelope<Health<'static>>, example = json!({
        "provider": EXAMPLE, "configured": true, "healthy": true, "nextTryAt": null, "accounts": [{
            "accountId": "1427750916318339072", "accountName": "Inês Carvalho", "status": "connected", "reason": null, "message": null,
            "expiresAt": "2026-11-21T05:32:41.204682Z", "renewableUntil": null, "nextRefreshAt": "2026-11-21T05:21:07.418200Z",
            "refreshFailures": 0, "checkedAt": null, "checkOk": null
        }]
    })))
)]
pub async fn health(rest: Rest, Path(provider): Path<String>) -> Answer {
    let actor = rest.actor()?;
    let entry = rest.told(accounts::entry(&rest.backend, &provider))?;
    let now = rest.backend.clock.now();
    let mut rows = rest.told(accounts::list(&rest.backend, actor).await)?;
    rows.retain(|row| row.provider == entry.provider);
    rows.dedup_by_key(|row| row.id);
    let next_try_at = rest.told(accounts::trouble(&rest.backend, entry).await)?;
    let accounts = rows.iter().map(|row| AccountHealth {
        account_id: &row.provider_account_id,
        account_name: &row.name,
        status: accounts::shown_status(entry, row, now),
        reason: row.reason,
        message: row.say.as_deref(),
        expires_at: row.expires_at,
        renewable_until: accounts::ends_for_good(entry, row.expires_at, row.refresh_expires_at),
        next_refresh_at: row.next_refresh_at,
        refresh_failures: row.refresh_failures,
        checked_at: row.checked_at,
        check_ok: row.check_ok,
    });
    let accounts: Vec<_> = accounts.collect();
    let healthy = accounts.iter().all(|account| matches!(account.status, Status::Connected | Status::Expiring));
    Ok(rest.ok(Health { provider: &provider, configured: entry.configured(), healthy, next_try_at, accounts }))
}
