//! `/api/auth` once more: the password, the address, and where the person is logged in.

use axum::extract::Path;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{LoggedIn, MessageResponse, Proof, Secret, client, enter, rest_fields, said};
use crate::model::{SessionId, SessionView};
use crate::server::domain::Error;
use crate::server::domain::users;
use crate::server::web::kit::cookies;
use crate::server::web::kit::envelope::{Body, Envelope, Rest, RestResult};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "currentPassword": "ada-draws-daily",
    "newPassword": "ada-paints-weekly" }))]
pub struct ChangePassword {
    current_password: Secret,
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    new_password: Secret,
}

/// Every session ends; the answer holds the new one.
#[utoipa::path(
    put,
    path = "/password",
    tag = "People",
    summary = "Change the password",
    description = "Every session ends; the answer holds the new one.",
    request_body(content = ChangePassword),
    responses((status = 200, description = "Changed, and logged in \
        anew", body = Envelope<LoggedIn<'static>>),
        (status = 503, description = "Too many passwords at once."))
)]
pub async fn change_password(
    rest: Rest,
    headers: HeaderMap,
    Body(body): Body<ChangePassword>,
) -> RestResult {
    let (current, new) = (body.current_password.0, body.new_password.0);
    let session =
        users::change_password(&rest.backend, rest.actor()?, current, new, client(&headers)).await;
    let session = rest.map_error(session.map_err(rest_fields))?;
    enter(&rest, StatusCode::OK, &session).await
}

/// Sends a link to the new address.
#[utoipa::path(
    put,
    path = "/email",
    tag = "People",
    summary = "Change the e-mail address",
    description = "A link goes to the new address, which counts once it is followed.",
    request_body(content = Proof),
    responses((status = 200, description = "Done", body = Envelope<MessageResponse<'static>>,
        example = json!({ "message": "We sent a link to the new address. It changes once you follow it." })),
        (status = 503, description = "Too many passwords at once."))
)]
pub async fn change_email(rest: Rest, Body(body): Body<Proof>) -> RestResult {
    rest.map_error(
        users::change_email(&rest.backend, rest.actor()?, &body.email, body.password.0).await,
    )?;
    Ok(said(&rest, "We sent a link to the new address. It changes once you follow it."))
}

/// Sends the link that confirms the address once more.
#[utoipa::path(
    post,
    path = "/verify/again",
    tag = "People",
    summary = "Send the confirmation once more",
    description = "The link that confirms the address. At most five are on their way at a time.",
    responses(
        (status = 200, description = "Done", body = Envelope<MessageResponse<'static>>, example = json!({
            "message": "We sent another link." })),
        (status = 409, description = "The address is confirmed already.")
    )
)]
pub async fn verify_again(rest: Rest) -> RestResult {
    rest.map_error(users::verify_again(&rest.backend, rest.actor()?).await)?;
    Ok(said(&rest, "We sent another link."))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "9f3aW2kq..." }))]
pub struct Verify {
    token: Secret,
}

#[utoipa::path(
    post,
    path = "/verify",
    tag = "People",
    summary = "Confirm an e-mail address",
    description = "With the token of the link that was sent.",
    request_body(content = Verify),
    responses(
        (status = 200, description = "Done", body = Envelope<MessageResponse<'static>>, example = json!({
            "message": "Your e-mail is confirmed." })),
        (status = 409, description = "The link was used, or is too old.")
    )
)]
pub async fn verify(rest: Rest, Body(body): Body<Verify>) -> RestResult {
    rest.map_error(users::confirm_email(&rest.backend, body.token.0).await)?;
    Ok(said(&rest, "Your e-mail is confirmed."))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "ada@example.com" }))]
pub struct Forgot {
    #[schema(format = Email, max_length = 254)]
    email: String,
}

/// Answers alike whether or not anybody has this address.
#[utoipa::path(
    post,
    path = "/forgot",
    tag = "People",
    summary = "Ask for a new password",
    description = "Answers alike whether or not anybody has this address.",
    request_body(content = Forgot),
    responses((status = 202, description = "A link is on its way, if there is such an \
        account", body = Envelope<MessageResponse<'static>>, example = json!({ "message": "If there is an \
        account with this address, a link to choose a new password is on its way." })))
)]
pub async fn forgot(rest: Rest, Body(body): Body<Forgot>) -> RestResult {
    rest.map_error(users::ask_reset(&rest.backend, &body.email).await)?;
    let message =
        "If there is an account with this address, a link to choose a new password is on its way.";
    Ok(rest.with_status(StatusCode::ACCEPTED, MessageResponse { message }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "9f3aW2kq...", "password": "ada-paints-weekly" }))]
pub struct Reset {
    token: Secret,
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    password: Secret,
}

#[utoipa::path(
    post,
    path = "/reset",
    tag = "People",
    summary = "Choose a new password",
    description = "With the token of the link, good once and for 30 minutes. Every session ends.",
    request_body(content = Reset),
    responses(
        (status = 200, description = "Done", body = Envelope<MessageResponse<'static>>, example = json!({
            "message": "Your password is changed. Log in with it." })),
        (status = 409, description = "The link was used, or is too old."),
        (status = 503, description = "Too many passwords at once."))
)]
pub async fn reset(rest: Rest, Body(body): Body<Reset>) -> RestResult {
    let device =
        rest.map_error(users::reset(&rest.backend, body.token.0, body.password.0).await)?;
    let cookie = cookies::device(&rest.backend, device);
    Ok(([(SET_COOKIE, cookie)], said(&rest, "Your password is changed. Log in with it."))
        .into_response())
}

/// A browser or a program in which the person is logged in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Session<'a> {
    #[schema(value_type = Uuid)]
    id: SessionId,
    device: &'a str,
    /// The one that asks.
    current: bool,
    #[schema(format = DateTime)]
    started_at: &'a str,
    #[schema(format = DateTime)]
    seen_at: &'a str,
}

impl<'a> From<&'a SessionView> for Session<'a> {
    fn from(view: &'a SessionView) -> Self {
        let SessionView { id, device, current, started, seen, .. } = view;
        Self { id: *id, device, current: *current, started_at: &started.iso, seen_at: &seen.iso }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "sessions": [{
    "id": "01a1fc29-d45c-738e-bede-42163d3cda5b", "device": "Firefox on Linux", "current": true,
    "startedAt": "2026-11-21T03:32:36.755Z", "seenAt": "2026-11-21T03:32:36.755Z"
}] }))]
pub struct Sessions<'a> {
    sessions: Vec<Session<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "ended": 2 }))]
pub struct SessionsEnded {
    /// How many sessions ended.
    ended: usize,
}

/// Where the person is logged in.
#[utoipa::path(
    get,
    path = "/sessions",
    tag = "People",
    summary = "Where the person is logged in",
    description = "Browsers and programs, the latest first.",
    responses((status = 200, description = "The sessions", body = Envelope<Sessions<'static>>))
)]
pub async fn sessions(rest: Rest) -> RestResult {
    let sessions = rest.map_error(users::sessions(&rest.backend, rest.actor()?).await)?;
    let sessions = sessions.iter().map(Session::from).collect();
    Ok(rest.ok(Sessions { sessions }))
}

/// Ends every session but the one that asks.
#[utoipa::path(
    delete,
    path = "/sessions",
    tag = "People",
    summary = "Log out everywhere else",
    description = "Every session ends but the one that asks.",
    responses((status = 200, description = "Done", body = Envelope<SessionsEnded>))
)]
pub async fn end_other_sessions(rest: Rest) -> RestResult {
    let ended = rest.map_error(users::revoke_other_sessions(&rest.backend, rest.actor()?).await)?;
    Ok(rest.ok(SessionsEnded { ended }))
}

#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "People",
    summary = "Log out elsewhere",
    description = "Ends one session, and with it its tokens.",
    params(("id" = Uuid, Path, description = "From the list of \
        sessions", example = "01a1fc29-d45c-738e-bede-42163d3cda5b")),
    responses((status = 200, description = "Done", body = Envelope<MessageResponse<'static>>,
        example = json!({ "message": "That device is logged out." })))
)]
pub async fn end_session(rest: Rest, Path(id): Path<String>) -> RestResult {
    let id = rest.map_error(id.parse::<SessionId>().map_err(|_| Error::NotFound("session")))?;
    rest.map_error(users::revoke_session(&rest.backend, rest.actor()?, id).await)?;
    Ok(said(&rest, "That device is logged out."))
}
