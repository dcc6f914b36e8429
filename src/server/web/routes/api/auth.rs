//! `/api/auth`: register, log in, stay logged in, log out, the person themselves.

use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::error::AppError;
use crate::model::{SessionId, UserId};
use crate::server::domain::Error;
use crate::server::domain::users::{self, ClientInfo, Device, LoggedInSession, Registering};
use crate::server::identity;
use crate::server::web::kit::cookies;
use crate::server::web::kit::envelope::{Body, Envelope, Failure, Rest, RestResult};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "email": "ada@example.com", "password": "draws a little every \
    day", "name": "Ada Lovelace" }))]
pub struct Register {
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    password: Secret,
    #[schema(
        max_length = 100,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$"
    )]
    name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "email": "ada@example.com", "password": "ada-draws-daily" }))]
pub struct Login {
    email: String,
    password: Secret,
}

/// A password or a token on its way in: it can't be printed and is wiped afterwards.
#[derive(Deserialize, ToSchema)]
#[serde(from = "String")]
#[schema(value_type = String, format = Password)]
pub struct Secret(pub(super) SecretString);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!(example()))]
pub struct User<'a> {
    #[schema(value_type = Uuid)]
    id: UserId,
    email: &'a str,
    name: &'a str,
    time_zone: &'a str,
    email_verified: bool,
}

fn example() -> Value {
    json!({
        "id": "01a1fc29-d45c-738e-bede-42163d3cda5b", "email": "ada@example.com", "name": "Ada \
         Lovelace", "timeZone": "Europe/London",
        "emailVerified": true
    })
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "accessToken": "eyJhbGciOiJIUzI1NiJ9...", "tokenType": "Bearer", "expiresIn": 900,
        "refreshToken": "6f1cq8Zt..."
}))]
pub struct Tokens {
    /// A JWT, to send as `Authorization: Bearer`.
    access_token: String,
    /// Always "Bearer".
    token_type: &'static str,
    /// Of the access token, in seconds.
    expires_in: i64,
    /// Good for one `POST /api/auth/refresh`.
    refresh_token: String,
}

/// Somebody who has just logged in.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "accessToken": "eyJhbGciOiJIUzI1NiJ9...", "tokenType": "Bearer", "expiresIn": 900,
        "refreshToken": "6f1cq8Zt...", "user": example()
}))]
pub struct LoggedIn<'a> {
    #[serde(flatten)]
    tokens: Tokens,
    user: User<'a>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "user": example() }))]
pub struct Me<'a> {
    user: User<'a>,
}

/// A sentence for people.
#[derive(Serialize, ToSchema)]
pub struct MessageResponse<'a> {
    pub(super) message: &'a str,
}

#[utoipa::path(
    post,
    path = "/register",
    tag = "People",
    summary = "Create an account",
    description = "Also sets the session's cookie. Passwords have 10 to 128 characters.",
    request_body(content = Register),
    responses(
        (status = 201, description = "The account, logged in", body = Envelope<LoggedIn<'static>>),
        (status = 409, description = "There is an account with this e-mail already."),
        (status = 503, description = "Too many passwords at once."))
)]
pub async fn register(rest: Rest, headers: HeaderMap, Body(body): Body<Register>) -> RestResult {
    let form = Registering { name: body.name, email: body.email, password: body.password.0 };
    let session = rest.map_error(users::register(&rest.backend, form, client(&headers)).await)?;
    enter(&rest, StatusCode::CREATED, &session).await
}

#[utoipa::path(
    post,
    path = "/login",
    tag = "People",
    summary = "Log in",
    description = "Also sets the session's cookie. An unknown e-mail and a wrong password are \
        answered alike.",
    request_body(content = Login),
    responses((status = 200, description = "Logged in", body = Envelope<LoggedIn<'static>>),
        (status = 503, description = "Too many passwords at once."))
)]
pub async fn login(rest: Rest, headers: HeaderMap, Body(body): Body<Login>) -> RestResult {
    let device = cookies::read_device(&rest.backend, &headers);
    let session =
        users::log_in(&rest.backend, &body.email, body.password.0, device, client(&headers)).await;
    let session = rest.map_error(session)?;
    enter(&rest, StatusCode::OK, &session).await
}

/// Tokens and the session's cookie, for whichever the caller wants to use.
pub(super) async fn enter(
    rest: &Rest,
    status: StatusCode,
    session: &LoggedInSession,
) -> RestResult {
    // Whoever logs in here is given one.
    let refresh = session.refresh_token.as_ref().ok_or_else(AppError::internal)?;
    let user = User {
        id: session.user,
        email: &session.email,
        name: &session.name,
        time_zone: &session.time_zone,
        email_verified: session.verified,
    };
    let data = LoggedIn { tokens: tokens(rest, session.user, session.session, refresh)?, user };
    let cookies = [
        cookies::session(&rest.backend, &session.secret),
        cookies::device(&rest.backend, Device::new(session.user)),
    ];
    Ok((AppendHeaders(cookies.map(|cookie| (SET_COOKIE, cookie))), rest.with_status(status, data))
        .into_response())
}

fn tokens(
    rest: &Rest,
    user: UserId,
    session: SessionId,
    refresh: &SecretString,
) -> Result<Tokens, Failure> {
    let access = rest.map_error(identity::access_token(&rest.backend, user, session))?;
    Ok(Tokens {
        access_token: access.expose_secret().to_owned(),
        token_type: "Bearer",
        expires_in: identity::ACCESS.num_seconds(),
        refresh_token: refresh.expose_secret().to_owned(),
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "refreshToken": "6f1cq8Zt..." }))]
pub struct Refresh {
    refresh_token: Secret,
}

/// The next pair of tokens. The one that was sent is used up.
#[utoipa::path(
    post,
    path = "/refresh",
    tag = "People",
    summary = "Stay logged in",
    description = "The next pair of tokens. The one that was sent is used up; using it again ends \
        the session.",
    request_body(content = Refresh),
    responses((status = 200, description = "The next pair", body = Envelope<Tokens>))
)]
pub async fn refresh(rest: Rest, Body(body): Body<Refresh>) -> RestResult {
    let next = rest.map_error(users::refresh(&rest.backend, body.refresh_token.0).await)?;
    Ok(rest.ok(tokens(&rest, next.user, next.session, &next.token)?))
}

#[utoipa::path(
    post,
    path = "/logout",
    tag = "People",
    summary = "Log out",
    description = "The session ends, and with it its tokens and open attempts to connect.",
    responses((status = 200, description = "Done", body = Envelope<MessageResponse<'static>>,
        example = json!({ "message": "Logged out." })))
)]
pub async fn logout(rest: Rest) -> RestResult {
    rest.map_error(users::log_out(&rest.backend, rest.actor()?).await)?;
    let gone = cookies::no_session(&rest.backend);
    Ok(([(SET_COOKIE, gone)], said(&rest, "Logged out.")).into_response())
}

#[utoipa::path(
    get,
    path = "/me",
    tag = "People",
    summary = "Who is logged in",
    description = "The person whose token or cookie this is.",
    responses((status = 200, description = "The person", body = Envelope<Me<'static>>))
)]
pub async fn me(rest: Rest) -> RestResult {
    let actor = rest.actor()?;
    person(&rest, &actor.name, &actor.time_zone)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Ada Lovelace", "timeZone": "Europe/London" }))]
pub struct UpdateMe {
    #[schema(
        max_length = 100,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$"
    )]
    name: Option<String>,
    /// A name of the time zone database.
    time_zone: Option<String>,
}

#[utoipa::path(
    put,
    path = "/me",
    tag = "People",
    summary = "Change name and time zone",
    description = "What is left out stays.",
    request_body(content = UpdateMe),
    responses((status = 200, description = "The person as stored", body = Envelope<Me<'static>>))
)]
pub async fn update_me(rest: Rest, Body(body): Body<UpdateMe>) -> RestResult {
    let actor = rest.actor()?;
    let name = body.name.as_deref().unwrap_or(&actor.name);
    let zone = body.time_zone.as_deref().unwrap_or(&actor.time_zone);
    let profile =
        users::update_profile(&rest.backend, actor, name, zone).await.map_err(rest_fields);
    let profile = rest.map_error(profile)?;
    person(&rest, &profile.name, &profile.time_zone)
}

/// Fields are called in REST as REST calls them: `time_zone` is `timeZone`.
pub(super) fn rest_fields(error: Error) -> Error {
    let camel = |name: &str| {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |all, word| format!("{all}{}{}", word[..1].to_uppercase(), &word[1..]))
    };
    match error {
        Error::Validation(mut fields) => {
            fields.iter_mut().for_each(|field| field.field = camel(&field.field));
            Error::Validation(fields)
        }
        other => other,
    }
}

fn person(rest: &Rest, name: &str, time_zone: &str) -> Result<Response, Failure> {
    let actor = rest.actor()?;
    let user = User {
        id: actor.user,
        email: &actor.email,
        name,
        time_zone,
        email_verified: actor.verified,
    };
    Ok(rest.ok(Me { user }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "email": "ada@example.com", "password": "ada-draws-daily" }))]
pub struct Proof {
    #[schema(format = Email, max_length = 254)]
    pub(super) email: String,
    pub(super) password: Secret,
}

/// Deletes the account of who sends its address and password.
#[utoipa::path(
    delete,
    path = "/me",
    tag = "People",
    summary = "Delete the account",
    description = "Everything goes: connections are revoked at the platforms, credentials and \
        history deleted. Asks for the address and the password.",
    request_body(content = Proof),
    responses((status = 200, description = "Done", body = Envelope<MessageResponse<'static>>,
        example = json!({ "message": "Your account and everything in it are deleted." })),
        (status = 503, description = "Too many passwords at once."))
)]
pub async fn delete_me(rest: Rest, Body(body): Body<Proof>) -> RestResult {
    rest.map_error(
        users::delete(&rest.backend, rest.actor()?, &body.email, body.password.0).await,
    )?;
    let gone = cookies::no_session(&rest.backend);
    Ok(([(SET_COOKIE, gone)], said(&rest, "Your account and everything in it are deleted."))
        .into_response())
}

pub(super) fn said(rest: &Rest, message: &str) -> Response {
    rest.ok(MessageResponse { message })
}

pub(super) fn client(headers: &HeaderMap) -> ClientInfo<'_> {
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    ClientInfo::program(user_agent.unwrap_or_default())
}
