//! Beginning a connection, and choosing among the accounts that one consent covers.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::{IntoParams, ToSchema};

use super::{Integration, one};
use crate::error::AppError;
use crate::model::{AccountId, Choice, ConnectKind, FlowId};
use crate::server::domain::{Error, accounts};
use crate::server::platform::IDS;
use crate::server::web::kit::envelope::{Body, Envelope, Failure, Rest, RestResult};

/// A platform on which one consent may cover several accounts.
const WITH_CHOICES: &str = IDS[0];

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Connect {
    /// The connection to renew, by our id.
    #[schema(value_type = Option<Uuid>)]
    account_id: Option<AccountId>,
    /// The fields of a browser session, for platforms without a consent page: `cookie`, `xBc`,
    /// `userAgent`.
    credentials: Option<BTreeMap<String, String>>,
}

/// Where the person consents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "authUrl": "https://platform.example/authorize?response_type=code&client_id=huntaze&state=k3bQm1vC",
    "state": "k3bQm1vC", "expiresAt": "2026-11-21T03:42:37.484Z"
}))]
pub struct Begun<'a> {
    #[schema(value_type = String)]
    auth_url: Url,
    state: &'a str,
    /// The person has to be back by then.
    expires_at: DateTime<Utc>,
}

/// `POST /api/integrations/connect/{provider}`: the address of a consent page, or a connection
/// where there is none. The body may be left out.
#[utoipa::path(
    post,
    path = "/connect/{provider}",
    tag = "Integrations",
    summary = "Begin to connect, or to reconnect",
    description = "Answers where the person consents; the flow is finished in a browser that holds \
        the cookie of the session that began it. A \
                   platform without a consent page takes `credentials` and answers the connection. \
                   The body may be left out.",
    params(("provider" = String, Path, description = "The platform")),
    request_body(content = Option<Connect>, examples(
        ("begin" = (summary = "Begin", value = json!({}))),
        ("reconnect" = (summary = "Reconnect", value = json!({
            "accountId": "01a1fc29-d45c-738e-bede-42163d3cda5b" }))),
        ("credentials" = (summary = "Where there is no consent page", value = json!({
            "credentials": { "cookie": "sess=9m1v2c; \
             auth_id=216348905", "xBc": "5f1d7a", "userAgent": "Mozilla/5.0" }
        })))
    )),
    responses(
        (status = 200, description = "Where to consent", body = Envelope<Begun<'static>>),
        (status = 201, description = "The connection, where there is no consent \
            page", body = Envelope<Integration<'static>>),
    )
)]
pub async fn connect(
    rest: Rest,
    Path(provider): Path<String>,
    body: Option<Body<Option<Connect>>>,
) -> RestResult {
    let actor = rest.actor()?;
    let body = body.and_then(|Body(body)| body).unwrap_or_default();
    let entry = rest.map_error(accounts::entry(&rest.backend, &provider))?;
    match entry.info().kind {
        ConnectKind::OAuth => {
            // A program has confirmed by calling; people confirm on the page.
            let attested = entry.info().attests.len();
            let begun = rest.map_error(
                accounts::begin_flow(&rest.backend, actor, &provider, body.account_id, attested)
                    .await,
            )?;
            Ok(rest.ok(Begun {
                auth_url: begun.url,
                state: begun.state.secret(),
                expires_at: begun.expires_at,
            }))
        }
        ConnectKind::Session => {
            let missing = || {
                Error::field(
                    "credentials",
                    format!("{} is connected with credentials; none were sent.", entry.info().name),
                )
            };
            let fields = rest.map_error(body.credentials.ok_or_else(missing))?;
            let account = rest.map_error(
                accounts::connect_session(
                    &rest.backend,
                    actor,
                    &provider,
                    &fields,
                    body.account_id,
                )
                .await,
            )?;
            Ok(rest.with_status(StatusCode::CREATED, one(&account)))
        }
    }
}

/// The accounts that one consent covers.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "provider": WITH_CHOICES, "choices": [{ "id": "17841405822304914", "name": "ines.paints",
        "detail": "Page: Inês paints" }]
}))]
pub struct Choices<'a> {
    provider: &'a str,
    choices: &'a [Choice],
}

/// What stands in the address of a choice.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// From the callback's redirect
    #[param(format = Uuid, example = "01a1fc29-d45c-738e-bede-42163d3cda5b")]
    flow_id: String,
}

impl Flow {
    fn id(&self, rest: &Rest) -> Result<FlowId, Failure> {
        self.flow_id.parse().map_err(|_| rest.fail(AppError::not_found("choice")))
    }
}

#[utoipa::path(
    get,
    path = "/choices/{flowId}",
    tag = "Integrations",
    summary = "The accounts to choose from",
    description = "Where a consent covers several accounts the callback leads to \
        `/integrations/choose/{flowId}`; for ten minutes one may be chosen.",
    params(Flow),
    responses((status = 200, description = "The accounts", body = Envelope<Choices<'static>>))
)]
pub async fn choices(rest: Rest, Path(flow): Path<Flow>) -> RestResult {
    let actor = rest.actor()?;
    let choices = rest.map_error(accounts::choices(&rest.backend, actor, flow.id(&rest)?).await)?;
    Ok(rest.ok(Choices { provider: &choices.info.id, choices: &choices.choices }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "id": "17841405822304914" }))]
pub struct Choose {
    /// One of the ids offered.
    id: String,
}

#[utoipa::path(
    post,
    path = "/choices/{flowId}",
    tag = "Integrations",
    summary = "Choose an account",
    description = "One of those that the consent covers. The others' access is not kept.",
    params(Flow),
    request_body(content = Choose),
    responses((status = 201, description = "The connection", body = Envelope<Integration<'static>>))
)]
pub async fn choose(rest: Rest, Path(flow): Path<Flow>, Body(body): Body<Choose>) -> RestResult {
    let actor = rest.actor()?;
    let account =
        rest.map_error(accounts::choose(&rest.backend, actor, flow.id(&rest)?, &body.id).await)?;
    Ok(rest.with_status(StatusCode::CREATED, one(&account)))
}
