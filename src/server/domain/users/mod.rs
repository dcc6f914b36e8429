//! People: register, log in and out, prove an address, change what they are known by, leave.

mod delete;
mod demo;
mod device;
mod email;
mod email_tokens;
mod emails;
mod input;
mod log_in;
mod password;
mod password_throttle;
mod refresh;
mod reset;
mod sessions;

use secrecy::SecretString;

use super::events::{self, AuditEvent};
use super::{Error, Result};
use crate::model::audit::Action;
use crate::model::{FieldError, Profile, SessionId, UserId, WorkspaceId};
use crate::server::Backend;
use crate::server::config::Registration;
use crate::server::db::{self, users::User};
use crate::server::identity::{self, Actor};

pub use delete::delete;
pub use demo::{DEMO, ensure_demo};
pub use device::Device;
pub use email::{change as change_email, confirm as confirm_email, verify_again};
pub use input::normal_email;
pub use log_in::log_in;
pub use password::change as change_password;
pub use refresh::{Refreshed, refresh};
pub use reset::{answer as answer_resets, ask as ask_reset, reset};
pub(super) use sessions::device_name;
pub use sessions::{purge_sessions, revoke_other_sessions, revoke_session, sessions};

/// What somebody logs in with.
#[derive(Clone, Copy)]
pub struct ClientInfo<'a> {
    pub user_agent: &'a str,
    /// A program that renews its access token, rather than a browser that has a cookie.
    pub wants_refresh_token: bool,
}

impl<'a> ClientInfo<'a> {
    pub fn browser(user_agent: &'a str) -> Self {
        Self { user_agent, wants_refresh_token: false }
    }

    pub fn program(user_agent: &'a str) -> Self {
        Self { user_agent, wants_refresh_token: true }
    }
}

/// The session of somebody who just registered or logged in.
pub struct LoggedInSession {
    pub user: UserId,
    pub session: SessionId,
    /// For the cookie.
    pub secret: SecretString,
    /// For a program.
    pub refresh_token: Option<SecretString>,
    pub email: String,
    pub name: String,
    pub time_zone: String,
    pub verified: bool,
}

impl LoggedInSession {
    fn new(user: User, session: NewSession) -> Self {
        let NewSession { session, secret, refresh_token } = session;
        let verified = user.email_verified_at.is_some();
        Self {
            user: user.id,
            session,
            secret,
            refresh_token,
            email: user.email,
            name: user.name,
            time_zone: user.time_zone,
            verified,
        }
    }
}

/// A session that was just created, with its secrets.
struct NewSession {
    session: SessionId,
    secret: SecretString,
    refresh_token: Option<SecretString>,
}

/// Begins a session with all that its client is given: once the transaction has committed, nothing
/// is left that could fail.
async fn begin_session(
    backend: &Backend,
    tx: &mut db::Tx,
    user: UserId,
    workspace: WorkspaceId,
    client: ClientInfo<'_>,
) -> Result<NewSession> {
    let (session, secret) =
        identity::start(backend, tx, user, workspace, client.user_agent).await?;
    let refresh_token = match client.wants_refresh_token {
        true => Some(refresh::issue(backend, tx, session).await?),
        false => None,
    };
    Ok(NewSession { session, secret, refresh_token })
}

/// What a registration form holds.
pub struct Registering {
    pub name: String,
    pub email: String,
    pub password: SecretString,
}

pub async fn register(
    backend: &Backend,
    form: Registering,
    client: ClientInfo<'_>,
) -> Result<LoggedInSession> {
    if backend.config.users.registration == Registration::Closed {
        return Err(Error::RegistrationClosed);
    }
    open_account(backend, form, client, false).await
}

/// Makes a user with a workspace of their own, whoever asks for it. An address that nobody vouches
/// for is sent a link.
pub async fn open_account(
    backend: &Backend,
    form: Registering,
    client: ClientInfo<'_>,
    verified: bool,
) -> Result<LoggedInSession> {
    let email = input::normal_email(&form.email);
    let name = form.name.trim().to_owned();
    let problems = [
        input::name_problem(&name),
        input::email_problem(&email),
        input::password_problem("password", &form.password, &email),
    ];
    let problems: Vec<FieldError> = problems.into_iter().flatten().collect();
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    let password_hash = password::hash_password(backend, form.password).await?;
    let now = backend.clock.now();
    let user = User {
        id: UserId::new(),
        email,
        name,
        password_hash,
        time_zone: "UTC".into(),
        email_verified_at: verified.then_some(now),
        created_at: now,
    };
    let workspace = WorkspaceId::new();
    let mut tx = backend.db.begin().await?;
    if !db::users::insert(&mut tx, &user).await? {
        return Err(Error::EmailTaken);
    }
    let title = format!("{}'s workspace", user.name);
    db::users::insert_workspace(
        &mut tx,
        workspace,
        &title,
        &backend.config.default_tier,
        user.id,
        user.created_at,
    )
    .await?;
    let session = begin_session(backend, &mut tx, user.id, workspace, client).await?;
    let event = AuditEvent::by_user(Some(workspace), user.id, &user.name, Action::Register);
    events::record(backend, &mut tx, event).await?;
    if !verified {
        email::send_verification(backend, &mut tx, user.id, &user.email).await?;
    }
    tx.commit().await?;
    tracing::info!(user = %user.id, "user registered");
    Ok(LoggedInSession::new(user, session))
}

/// Ends the session, its open flows and its waiting choices; what those had been granted is given
/// back to the platform.
pub async fn log_out(backend: &Backend, actor: &Actor) -> Result<()> {
    sessions::end(backend, actor.user, actor.session, AuditEvent::by(actor, Action::Logout))
        .await
        .map(|_| ())
}

/// Changes name and time zone.
pub async fn update_profile(
    backend: &Backend,
    actor: &Actor,
    name: &str,
    time_zone: &str,
) -> Result<Profile> {
    let name = name.trim();
    let mut problems: Vec<FieldError> = input::name_problem(name).into_iter().collect();
    if time_zone.parse::<chrono_tz::Tz>().is_err() {
        problems.push(input::problem(
            "time_zone",
            "Choose a time zone from the list, such as Europe/Berlin.",
        ));
    }
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    let mut tx = backend.db.begin().await?;
    db::users::update_profile(&mut tx, actor.user, name, time_zone, backend.clock.now()).await?;
    events::record(backend, &mut tx, AuditEvent::by(actor, Action::Profile)).await?;
    tx.commit().await?;
    Ok(Profile {
        name: name.to_owned(),
        email: actor.email.clone(),
        time_zone: time_zone.to_owned(),
        verified: actor.verified,
    })
}

/// The job: deletes e-mail tokens that have expired.
pub async fn purge_email_tokens(backend: &Backend) -> Result<()> {
    db::email_tokens::delete_expired(&backend.db, backend.clock.now()).await?;
    Ok(())
}
