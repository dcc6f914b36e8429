//! Forms and reads about the person.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::{Outcome, Profile, SessionId, SessionView};

#[server(prefix = "/fn", endpoint = "register")]
pub async fn register(name: String, email: String, password: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users::{self, Registering};
    let call = super::server::Call::here()?;
    let form = Registering { name: name.clone(), email: email.clone(), password: password.into() };
    let entered = call.told(users::register(&call.backend, form, call.header("user-agent")).await);
    let outcome = entered.map(|entered| {
        call.set_cookie(crate::server::web::cookies::session(&call.backend, &entered.secret));
        Outcome::said(format!("Welcome, {}.", entered.name), "Connect your first account below.").and_go("/integrations")
    });
    call.answer(outcome, &[("name", &name), ("email", &email)])
}

#[server(prefix = "/fn", endpoint = "login")]
pub async fn login(email: String, password: String, #[server(default)] next: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::here()?;
    let entered = call.told(users::log_in(&call.backend, &email, password.into(), call.header("user-agent")).await);
    let outcome = entered.map(|entered| {
        call.set_cookie(crate::server::web::cookies::session(&call.backend, &entered.secret));
        Outcome::go(super::server::own_path(&next))
    });
    call.answer(outcome, &[("email", &email)])
}

#[server(prefix = "/fn", endpoint = "logout")]
pub async fn logout() -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::here()?;
    if let Some(actor) = call.asking.maybe() {
        call.told(users::log_out(&call.backend, actor).await)?;
    }
    call.set_cookie(crate::server::web::cookies::no_session(&call.backend));
    call.answer(Ok(Outcome::said("You are logged out.", "").and_go("/login")), &[])
}

#[server(prefix = "/fn", endpoint = "profile")]
pub async fn update_profile(name: String, time_zone: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::here()?;
    let saved = call.told(users::update_profile(&call.backend, call.actor()?, &name, &time_zone).await);
    call.answer(saved.map(|_| Outcome::said("Your profile is saved.", "")), &[("name", &name), ("time_zone", &time_zone)])
}

#[server(prefix = "/fn", endpoint = "revoke_session")]
pub async fn revoke_session(id: SessionId) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::here()?;
    let done = call.told(users::revoke_session(&call.backend, call.actor()?, id).await);
    call.answer(done.map(|()| Outcome::said("That device is logged out.", "")), &[])
}

#[server(name = ReadProfile, prefix = "/fn", endpoint = "read_profile")]
pub async fn profile() -> Result<Profile, AppError> {
    let call = super::server::Call::here()?;
    let actor = call.actor()?;
    Ok(Profile { name: actor.name.clone(), email: actor.email.clone(), time_zone: actor.time_zone.clone() })
}

#[server(name = ReadSessions, prefix = "/fn", endpoint = "read_sessions")]
pub async fn sessions() -> Result<Vec<SessionView>, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::here()?;
    call.told(users::sessions(&call.backend, call.actor()?).await)
}
