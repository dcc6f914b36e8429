//! Forms and reads about the person.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::{Outcome, Profile, SessionId, SessionView};

#[server(prefix = "/fn", endpoint = "register")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn register(name: String, email: String, password: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users::{self, Registering};
    let mut call = super::server::Call::current()?;
    let form = Registering { name: name.clone(), email: email.clone(), password: password.into() };
    let session = call.map_error(users::register(&call.backend, form, call.client()).await);
    let outcome = session.map(|session| {
        call.set_session(&session);
        Outcome::said(format!("Welcome, {}.", session.name), "Connect your first account below.")
            .and_go("/integrations")
    });
    call.answer(outcome, &[("name", &name), ("email", &email)])
}

#[server(prefix = "/fn", endpoint = "login")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn login(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let mut call = super::server::Call::current()?;
    let session = call.map_error(
        users::log_in(&call.backend, &email, password.into(), call.device(), call.client()).await,
    );
    let outcome = session.map(|session| {
        call.set_session(&session);
        Outcome::go(crate::server::web::kit::forms::own_path(&next))
    });
    call.answer(outcome, &[("email", &email)])
}

#[server(prefix = "/fn", endpoint = "logout")]
pub async fn logout() -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let mut call = super::server::Call::current()?;
    if let Some(actor) = call.asking.maybe() {
        call.map_error(users::log_out(&call.backend, actor).await)?;
    }
    call.clear_session();
    call.answer(Ok(Outcome::said("You are logged out.", "").and_go("/login")), &[])
}

#[server(prefix = "/fn", endpoint = "forgot")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn forgot(email: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let asked = call.map_error(users::ask_reset(&call.backend, &email).await);
    let outcome = asked.map(|()| {
        let text = "If there is an account with this address, the link is there in a minute. It \
            works for 30 minutes.";
        Outcome::said("Look into your mail.", text).and_go("/login")
    });
    call.answer(outcome, &[("email", &email)])
}

#[server(prefix = "/fn", endpoint = "reset")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn reset(token: String, password: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let mut call = super::server::Call::current()?;
    let done = call.map_error(users::reset(&call.backend, token.into(), password.into()).await);
    let outcome = done.map(|device| {
        call.clear_session();
        call.remember_device(device);
        Outcome::said("Your password is changed.", "Log in with the new one.").and_go("/login")
    });
    call.answer(outcome, &[])
}

#[server(prefix = "/fn", endpoint = "verify")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn verify(token: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let done = call.map_error(users::confirm_email(&call.backend, token.into()).await);
    call.answer(
        done.map(|()| Outcome::said("Your e-mail is confirmed.", "").and_go("/settings")),
        &[],
    )
}

#[server(prefix = "/fn", endpoint = "verify_again")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn verify_again() -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let sent = call.map_error(users::verify_again(&call.backend, call.actor()?).await);
    call.answer(
        sent.map(|()| Outcome::said("We sent another link.", "It works for 24 hours.")),
        &[],
    )
}

#[server(prefix = "/fn", endpoint = "change_email")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn change_email(new_email: String, email_password: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let asked =
        users::change_email(&call.backend, call.actor()?, &new_email, email_password.into()).await;
    let asked = call.map_error(asked).map_err(|mut error| {
        // Several forms of the page ask for an e-mail or a password; their fields have names of
        // their own.
        for field in &mut error.fields {
            field.field =
                if field.field == "email" { "new_email".into() } else { "email_password".into() };
        }
        error
    });
    let sent = |()| {
        Outcome::said(
            format!("We sent a link to {}.", new_email.trim()),
            "Your e-mail changes once you follow it.",
        )
    };
    call.answer(asked.map(sent), &[("new_email", &new_email)])
}

#[server(prefix = "/fn", endpoint = "change_password")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn change_password(
    current_password: String,
    new_password: String,
) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let mut call = super::server::Call::current()?;
    let (current, new) = (current_password.into(), new_password.into());
    let done =
        users::change_password(&call.backend, call.actor()?, current, new, call.client()).await;
    let outcome = call.map_error(done).map(|session| {
        call.set_session(&session);
        Outcome::said("Your password is changed.", "Every other device is logged out.")
    });
    call.answer(outcome, &[])
}

#[server(prefix = "/fn", endpoint = "delete_account")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::Auth))]
pub async fn delete_account(email: String, password: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let mut call = super::server::Call::current()?;
    let done =
        call.map_error(users::delete(&call.backend, call.actor()?, &email, password.into()).await);
    let outcome = done.map(|()| {
        call.clear_session();
        Outcome::said("Your account is deleted.", "Nothing of it is left here.").and_go("/login")
    });
    call.answer(outcome, &[("email", &email)])
}

#[server(prefix = "/fn", endpoint = "profile")]
pub async fn update_profile(name: String, time_zone: String) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let saved = call
        .map_error(users::update_profile(&call.backend, call.actor()?, &name, &time_zone).await);
    call.answer(
        saved.map(|_| Outcome::said("Your profile is saved.", "")),
        &[("name", &name), ("time_zone", &time_zone)],
    )
}

#[server(prefix = "/fn", endpoint = "revoke_session")]
pub async fn revoke_session(id: SessionId) -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let done = call.map_error(users::revoke_session(&call.backend, call.actor()?, id).await);
    call.answer(done.map(|()| Outcome::said("That device is logged out.", "")), &[])
}

#[server(prefix = "/fn", endpoint = "revoke_other_sessions")]
pub async fn revoke_other_sessions() -> Result<Outcome, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    let done = call.map_error(users::revoke_other_sessions(&call.backend, call.actor()?).await);
    call.answer(done.map(|_| Outcome::said("Every other device is logged out.", "")), &[])
}

#[server(name = ReadProfile, prefix = "/fn", endpoint = "read_profile")]
pub async fn profile() -> Result<Profile, AppError> {
    let call = super::server::Call::current()?;
    let actor = call.actor()?;
    Ok(Profile {
        name: actor.name.clone(),
        email: actor.email.clone(),
        time_zone: actor.time_zone.clone(),
        verified: actor.verified,
    })
}

#[server(name = ReadSessions, prefix = "/fn", endpoint = "read_sessions")]
pub async fn sessions() -> Result<Vec<SessionView>, AppError> {
    use crate::server::domain::users;
    let call = super::server::Call::current()?;
    call.map_error(users::sessions(&call.backend, call.actor()?).await)
}
