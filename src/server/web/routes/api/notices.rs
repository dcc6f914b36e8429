//! `/api/notices`: what the person was told, and what comes by e-mail.

use axum::extract::Path;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::integrations::EXAMPLE;
use crate::error::AppError;
use crate::model::{AccountId, NoticeId, NoticeKind, NoticeView, Preference};
use crate::server::domain::notices;
use crate::server::web::kit::envelope::{Body, Envelope, Rest, RestResult};

/// One notice as programs see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notice<'a> {
    #[schema(value_type = Uuid)]
    id: NoticeId,
    kind: NoticeKind,
    provider: &'a str,
    /// Our id of the connection; null where a whole platform is meant.
    #[schema(value_type = Option<Uuid>)]
    integration_id: Option<AccountId>,
    title: &'a str,
    text: &'a str,
    #[schema(format = DateTime)]
    created_at: &'a str,
    read: bool,
    /// Whether the account still waits to be reconnected.
    reconnect: bool,
}

impl<'a> From<&'a NoticeView> for Notice<'a> {
    fn from(notice: &'a NoticeView) -> Self {
        Self {
            id: notice.id,
            kind: notice.kind,
            provider: notice.provider.as_str(),
            integration_id: notice.account,
            title: &notice.title,
            text: &notice.text,
            created_at: &notice.at.iso,
            read: notice.read,
            reconnect: notice.reconnect,
        }
    }
}

/// The newest notices.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "notices": [{
        "id": "01a1fcc5-6a3e-70e0-8863-d626978f5bfa", "kind": "broken", "provider": EXAMPLE,
        "integrationId": "01a1fc29-d45c-738e-bede-42163d3cda5b", "title": "@ines_draws on X has to \
         be reconnected",
        "text": "X ended our access to this account. Reconnect it; its label and history stay.",
        "createdAt": "2026-11-21T03:32:37.484Z", "read": false, "reconnect": true
    }],
    "unread": 1
}))]
pub struct Notices<'a> {
    notices: Vec<Notice<'a>>,
    unread: i64,
}

#[utoipa::path(
    get,
    path = "",
    tag = "Notices",
    summary = "The newest notices",
    description = "The newest hundred, newest first. One message for each incident, and one when \
        it is over.",
    responses((status = 200, description = "What the person was \
        told", body = Envelope<Notices<'static>>))
)]
pub async fn list(rest: Rest) -> RestResult {
    let shown = rest.map_error(notices::list(&rest.backend, rest.actor()?).await)?;
    Ok(rest.ok(Notices {
        notices: shown.notices.iter().map(Notice::from).collect(),
        unread: shown.unread,
    }))
}

/// A notice that is read now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "id": "01a1fcc5-6a3e-70e0-8863-d626978f5bfa", "read": true }))]
pub struct Read {
    #[schema(value_type = Uuid)]
    id: NoticeId,
    read: bool,
}

#[utoipa::path(
    post,
    path = "/{id}/read",
    tag = "Notices",
    summary = "Mark a notice read",
    description = "Doing so again changes nothing.",
    params(("id" = Uuid, Path, description = "The notice's \
        id", example = "01a1fcc5-6a3e-70e0-8863-d626978f5bfa")),
    responses((status = 200, description = "It is read", body = Envelope<Read>))
)]
pub async fn read(rest: Rest, Path(id): Path<String>) -> RestResult {
    let actor = rest.actor()?;
    let id: NoticeId = id.parse().map_err(|_| rest.fail(AppError::not_found("notice")))?;
    rest.map_error(notices::mark_read(&rest.backend, actor, id).await)?;
    Ok(rest.ok(Read { id, read: true }))
}

/// How many notices were not read yet.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "read": 3 }))]
pub struct AllRead {
    read: u64,
}

#[utoipa::path(
    post,
    path = "/read-all",
    tag = "Notices",
    summary = "Mark every notice read",
    description = "Answers how many were not.",
    responses((status = 200, description = "All are read", body = Envelope<AllRead>))
)]
pub async fn read_all(rest: Rest) -> RestResult {
    let read = rest.map_error(notices::mark_all_read(&rest.backend, rest.actor()?).await)?;
    Ok(rest.ok(AllRead { read }))
}

/// Which kinds of notices come by e-mail, too. In a request, what is left out stays as it is.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ByMail {
    broken: Option<bool>,
    expiring: Option<bool>,
    recovered: Option<bool>,
    trouble: Option<bool>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "byMail": { "broken": true, "expiring": true, "recovered": false,
    "trouble": false } }))]
pub struct Preferences {
    by_mail: ByMail,
}

impl Preferences {
    fn of(preferences: &[Preference]) -> Self {
        let chosen = |kind| preferences.iter().find(|one| one.kind == kind).map(|one| one.by_email);
        Self {
            by_mail: ByMail {
                broken: chosen(NoticeKind::Broken),
                expiring: chosen(NoticeKind::Expiring),
                recovered: chosen(NoticeKind::Recovered),
                trouble: chosen(NoticeKind::Trouble),
            },
        }
    }

    fn chosen(self) -> Vec<Preference> {
        let ByMail { broken, expiring, recovered, trouble } = self.by_mail;
        let kinds = [
            (NoticeKind::Broken, broken),
            (NoticeKind::Expiring, expiring),
            (NoticeKind::Recovered, recovered),
            (NoticeKind::Trouble, trouble),
        ];
        kinds
            .into_iter()
            .filter_map(|(kind, by_email)| Some(Preference { kind, by_email: by_email? }))
            .collect()
    }
}

#[utoipa::path(
    get,
    path = "/preferences",
    tag = "Notices",
    summary = "What comes by e-mail",
    description = "Everything is shown in the app in any case.",
    responses((status = 200, description = "Kind by kind", body = Envelope<Preferences>))
)]
pub async fn preferences(rest: Rest) -> RestResult {
    let preferences = rest.map_error(notices::preferences(&rest.backend, rest.actor()?).await)?;
    Ok(rest.ok(Preferences::of(&preferences)))
}

#[utoipa::path(
    put,
    path = "/preferences",
    tag = "Notices",
    summary = "Choose what comes by e-mail",
    description = "What is left out stays as it is.",
    request_body(content = Preferences),
    responses((status = 200, description = "Kind by kind, as it is \
        stored", body = Envelope<Preferences>))
)]
pub async fn prefer(rest: Rest, Body(body): Body<Preferences>) -> RestResult {
    let preferences = rest
        .map_error(notices::set_preferences(&rest.backend, rest.actor()?, &body.chosen()).await)?;
    Ok(rest.ok(Preferences::of(&preferences)))
}
