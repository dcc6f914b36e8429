//! `/api/auth`: register, log in, stay logged in, log out, the person themselves.

use axum::extract::Path;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::envelope::{Answer, Body, Failure, Rest};
use crate::model::{SessionId, SessionView, UserId};
use crate::server::domain::Error;
use crate::server::domain::users::{self, Entered, Registering};
use crate::server::session;
use crate::server::web::cookies;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Register {
    email: String,
    password: Secret,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Login {
    email: String,
    password: Secret,
}

/// A password or a token on its way in: it can't be printed and is wiped afterwards.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct Secret(SecretString);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    id: UserId,
    email: &'a str,
    name: &'a str,
    time_zone: &'a str,
    email_verified: bool,
}

pub async fn register(rest: Rest, headers: HeaderMap, Body(body): Body<Register>) -> Answer {
    let form = Registering { name: body.name, email: body.email, password: body.password.0 };
    let entered = rest.told(users::register(&rest.backend, form, user_agent(&headers)).await)?;
    enter(&rest, StatusCode::CREATED, &entered).await
}

pub async fn login(rest: Rest, headers: HeaderMap, Body(body): Body<Login>) -> Answer {
    let entered = rest.told(users::log_in(&rest.backend, &body.email, body.password.0, user_agent(&headers)).await)?;
    enter(&rest, StatusCode::OK, &entered).await
}

/// Tokens and the session's cookie, for whichever the caller wants to use.
async fn enter(rest: &Rest, status: StatusCode, entered: &Entered) -> Answer {
    let refresh = rest.told(users::issue_refresh_token(&rest.backend, entered.session).await)?;
    let mut data = tokens(rest, entered.user, entered.session, &refresh)?;
    data["user"] = json!(User {
        id: entered.user,
        email: &entered.email,
        name: &entered.name,
        time_zone: &entered.time_zone,
        email_verified: entered.verified,
    });
    let cookie = cookies::session(&rest.backend, &entered.secret);
    Ok(([(SET_COOKIE, cookie)], rest.with_status(status, data)).into_response())
}

fn tokens(rest: &Rest, user: UserId, session: SessionId, refresh: &SecretString) -> Result<Value, Failure> {
    let access = rest.told(session::access_token(&rest.backend, user, session))?;
    Ok(json!({
        "accessToken": access.expose_secret(),
        "tokenType": "Bearer",
        "expiresIn": session::ACCESS.num_seconds(),
        "refreshToken": refresh.expose_secret(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Refresh {
    refresh_token: Secret,
}

/// The next pair of tokens. The one that was sent is used up.
pub async fn refresh(rest: Rest, Body(body): Body<Refresh>) -> Answer {
    let next = rest.told(users::refresh(&rest.backend, body.refresh_token.0).await)?;
    Ok(rest.ok(tokens(&rest, next.user, next.session, &next.token)?))
}

pub async fn logout(rest: Rest) -> Answer {
    rest.told(users::log_out(&rest.backend, rest.actor()?).await)?;
    let gone = cookies::no_session(&rest.backend);
    Ok(([(SET_COOKIE, gone)], rest.ok(json!({ "message": "Logged out." }))).into_response())
}

pub async fn me(rest: Rest) -> Answer {
    let actor = rest.actor()?;
    person(&rest, &actor.name, &actor.time_zone)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateMe {
    name: Option<String>,
    time_zone: Option<String>,
}

pub async fn update_me(rest: Rest, Body(body): Body<UpdateMe>) -> Answer {
    let actor = rest.actor()?;
    let name = body.name.as_deref().unwrap_or(&actor.name);
    let zone = body.time_zone.as_deref().unwrap_or(&actor.time_zone);
    let profile = users::update_profile(&rest.backend, actor, name, zone).await.map_err(rest_fields);
    let profile = rest.told(profile)?;
    person(&rest, &profile.name, &profile.time_zone)
}

/// Fields are called in REST as REST calls them: `time_zone` is `timeZone`.
fn rest_fields(error: Error) -> Error {
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
    let user = User { id: actor.user, email: &actor.email, name, time_zone, email_verified: actor.verified };
    Ok(rest.ok(json!({ "user": user })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Proof {
    email: String,
    password: Secret,
}

/// Deletes the account of who sends its address and password.
pub async fn delete_me(rest: Rest, Body(body): Body<Proof>) -> Answer {
    rest.told(users::delete(&rest.backend, rest.actor()?, &body.email, body.password.0).await)?;
    let gone = cookies::no_session(&rest.backend);
    Ok(([(SET_COOKIE, gone)], said(&rest, "Your account and everything in it are deleted.")).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangePassword {
    current_password: Secret,
    new_password: Secret,
}

/// Every session ends; the answer holds the new one.
pub async fn change_password(rest: Rest, headers: HeaderMap, Body(body): Body<ChangePassword>) -> Answer {
    let (current, new) = (body.current_password.0, body.new_password.0);
    let entered = users::change_password(&rest.backend, rest.actor()?, current, new, user_agent(&headers)).await;
    let entered = rest.told(entered.map_err(rest_fields))?;
    enter(&rest, StatusCode::OK, &entered).await
}

/// Sends a link to the new address.
pub async fn change_email(rest: Rest, Body(body): Body<Proof>) -> Answer {
    rest.told(users::change_email(&rest.backend, rest.actor()?, &body.email, body.password.0).await)?;
    Ok(said(&rest, "We sent a link to the new address. It changes once you follow it."))
}

/// Sends the link that confirms the address once more.
pub async fn verify_again(rest: Rest) -> Answer {
    rest.told(users::verify_again(&rest.backend, rest.actor()?).await)?;
    Ok(said(&rest, "We sent another link."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    token: Secret,
}

pub async fn verify(rest: Rest, Body(body): Body<Verify>) -> Answer {
    rest.told(users::confirm_email(&rest.backend, body.token.0).await)?;
    Ok(said(&rest, "Your e-mail is confirmed."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forgot {
    email: String,
}

/// Answers alike whether or not anybody has this address.
pub async fn forgot(rest: Rest, Body(body): Body<Forgot>) -> Answer {
    rest.told(users::ask_reset(&rest.backend, &body.email).await)?;
    let message = "If there is an account with this address, a link to choose a new password is on its way.";
    Ok(rest.with_status(StatusCode::ACCEPTED, json!({ "message": message })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    token: Secret,
    password: Secret,
}

pub async fn reset(rest: Rest, Body(body): Body<Reset>) -> Answer {
    rest.told(users::reset(&rest.backend, body.token.0, body.password.0).await)?;
    Ok(said(&rest, "Your password is changed. Log in with it."))
}

/// Where the person is logged in.
pub async fn sessions(rest: Rest) -> Answer {
    let sessions = rest.told(users::sessions(&rest.backend, rest.actor()?).await)?;
    let view = |one: &SessionView| {
        json!({
            "id": one.id,
            "device": one.device,
            "current": one.current,
            "startedAt": one.started.iso,
            "seenAt": one.seen.iso,
        })
    };
    Ok(rest.ok(json!({ "sessions": sessions.iter().map(view).collect::<Vec<_>>() })))
}

/// Ends every session but the one that asks.
pub async fn end_other_sessions(rest: Rest) -> Answer {
    let ended = rest.told(users::revoke_other_sessions(&rest.backend, rest.actor()?).await)?;
    Ok(rest.ok(json!({ "ended": ended })))
}

pub async fn end_session(rest: Rest, Path(id): Path<String>) -> Answer {
    let id = rest.told(id.parse::<SessionId>().map_err(|_| Error::NotFound("session")))?;
    rest.told(users::revoke_session(&rest.backend, rest.actor()?, id).await)?;
    Ok(said(&rest, "That device is logged out."))
}

fn said(rest: &Rest, message: &str) -> Response {
    rest.ok(json!({ "message": message }))
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
