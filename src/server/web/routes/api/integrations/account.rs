//! One account: renew it, test it, label it, let it go.

use axum::extract::Path;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{At, EXAMPLE, EXAMPLE_ID};
use crate::model::Status;
use crate::server::domain::accounts;
use crate::server::web::kit::envelope::{Body, Envelope, Rest, RestResult};

/// A connection that is no more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "provider": EXAMPLE, "accountId": EXAMPLE_ID,
    "message": "@ines_draws is disconnected. Huntaze has deleted its access; your posts and the \
     history collected here stay."
}))]
pub struct DisconnectResponse<'a> {
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
    description = "Revokes the grant at the platform where it can and deletes every stored \
        credential. Label and history stay.",
    params(At),
    responses((status = 200, description = "It is gone", body = Envelope<DisconnectResponse<'static>>))
)]
pub async fn disconnect(rest: Rest, Path(at): Path<At>) -> RestResult {
    let found = at.find(&rest).await?;
    let gone = rest.map_error(accounts::disconnect(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(DisconnectResponse {
        provider: &at.provider,
        account_id: &at.account_id,
        message: gone.sentence(),
    }))
}

/// A token that was renewed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "provider": EXAMPLE, "accountId": EXAMPLE_ID,
    "expiresAt": "2026-11-21T05:32:41.204682Z" }))]
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
    description = "Huntaze does so by itself before a token ends; this is for whoever does not \
        want to wait.",
    params(At),
    responses((status = 200, description = "It is renewed", body = Envelope<Renewed<'static>>))
)]
pub async fn refresh(rest: Rest, Path(at): Path<At>) -> RestResult {
    let found = at.find(&rest).await?;
    let renewed = rest.map_error(accounts::refresh(&rest.backend, rest.actor()?, found).await)?;
    Ok(rest.ok(Renewed {
        provider: &at.provider,
        account_id: &at.account_id,
        expires_at: renewed.expires_at,
    }))
}

/// What the platform said of a connection just now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "provider": EXAMPLE, "accountId": EXAMPLE_ID, "ok": true, "message": "X \
     answered.", "status": "connected",
    "testedAt": "2026-11-21T03:32:41.204682Z"
}))]
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
    params(At),
    responses((status = 200, description = "The result, good or \
        bad", body = Envelope<Tested<'static>>))
)]
pub async fn test(rest: Rest, Path(at): Path<At>) -> RestResult {
    let found = at.find(&rest).await?;
    let tested = rest.map_error(accounts::test(&rest.backend, rest.actor()?, found).await)?;
    let (status, tested_at) = (tested.account.status, tested.account.checked_at);
    Ok(rest.ok(Tested {
        provider: &at.provider,
        account_id: &at.account_id,
        ok: tested.ok,
        message: tested.text,
        status,
        tested_at,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "label": "Main shop" }))]
pub struct Label {
    /// Empty or null takes it away.
    #[schema(max_length = 60, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")]
    label: Option<String>,
}

/// How the person calls an account from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "provider": EXAMPLE, "accountId": EXAMPLE_ID, "label": "Main shop" }))]
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
    description = "How the person calls it: one line of at most 60 characters.",
    params(At),
    request_body(content = Label),
    responses((status = 200, description = "The label as it is \
        stored", body = Envelope<Labelled<'static>>))
)]
pub async fn label(rest: Rest, Path(at): Path<At>, Body(body): Body<Label>) -> RestResult {
    let found = at.find(&rest).await?;
    let label = body.label.unwrap_or_default();
    rest.map_error(accounts::set_label(&rest.backend, rest.actor()?, found.id, &label).await)?;
    let label = Some(label.trim()).filter(|label| !label.is_empty());
    Ok(rest.ok(Labelled { provider: &at.provider, account_id: &at.account_id, label }))
}
