//! `/api/auth`: register, log in, log out, the person themselves.

use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::envelope::{Answer, Body, Rest};
use crate::model::UserId;
use crate::server::domain::users::{self, Entered, Registering};
use crate::server::session;
use crate::server::web::cookies;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Register {
    email: String,
    password: Password,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Login {
    email: String,
    password: Password,
}

/// A password on its way in: it can't be printed and is wiped afterwards.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct Password(SecretString);

impl From<String> for Password {
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
}

pub async fn register(rest: Rest, headers: HeaderMap, Body(body): Body<Register>) -> Answer {
    let form = Registering { name: body.name, email: body.email, password: body.password.0 };
    let entered = rest.told(users::register(&rest.backend, form, user_agent(&headers)).await)?;
    enter(&rest, StatusCode::CREATED, &entered)
}

pub async fn login(rest: Rest, headers: HeaderMap, Body(body): Body<Login>) -> Answer {
    let entered = rest.told(users::log_in(&rest.backend, &body.email, body.password.0, user_agent(&headers)).await)?;
    enter(&rest, StatusCode::OK, &entered)
}

/// An access token and the session's cookie, for whichever the caller wants to use.
fn enter(rest: &Rest, status: StatusCode, entered: &Entered) -> Answer {
    let token = rest.told(session::access_token(&rest.backend, entered.user, entered.session))?;
    let user = User { id: entered.user, email: &entered.email, name: &entered.name, time_zone: &entered.time_zone };
    let data = json!({
        "accessToken": token.expose_secret(),
        "tokenType": "Bearer",
        "expiresIn": session::ACCESS.num_seconds(),
        "user": user,
    });
    let cookie = cookies::session(&rest.backend, &entered.secret);
    Ok(([(SET_COOKIE, cookie)], rest.with_status(status, data)).into_response())
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

/// Fields are called in REST as REST calls them.
fn rest_fields(error: crate::server::domain::Error) -> crate::server::domain::Error {
    match error {
        crate::server::domain::Error::Validation(mut fields) => {
            fields.iter_mut().filter(|f| f.field == "time_zone").for_each(|f| f.field = "timeZone".into());
            crate::server::domain::Error::Validation(fields)
        }
        other => other,
    }
}

fn person(rest: &Rest, name: &str, time_zone: &str) -> Result<Response, super::envelope::Failure> {
    let actor = rest.actor()?;
    Ok(rest.ok(json!({ "user": User { id: actor.user, email: &actor.email, name, time_zone } })))
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
