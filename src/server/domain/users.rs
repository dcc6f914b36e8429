//! People: register, log in and out, profile, devices.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::words::Reader;
use super::{Error, Result, accounts, audit};
use crate::model::audit::Action;
use crate::model::{FieldError, Profile, SessionId, SessionView, UserId, WorkspaceId};
use crate::server::Backend;
use crate::server::config::Registration;
use crate::server::db::{self, users::User};
use crate::server::session::{self, Actor};

/// Of length alone many would pass; these are tried first by everybody who guesses.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "12345678910",
    "123456789a",
    "qwertyuiop",
    "password12",
    "password123",
    "password1234",
    "passwordpassword",
    "1q2w3e4r5t",
    "q1w2e3r4t5",
    "iloveyou12",
    "iloveyou123",
    "letmein123",
    "welcome123",
    "administrator",
    "adminadmin",
    "qwerty12345",
    "qwerty123456",
    "abcdefghij",
    "abcdefghijk",
    "0987654321",
    "9876543210",
    "1111111111",
    "0000000000",
    "aaaaaaaaaa",
    "changeme123",
];

/// Someone who just registered or logged in.
pub struct Entered {
    pub user: UserId,
    pub session: SessionId,
    /// For the cookie.
    pub secret: SecretString,
    pub email: String,
    pub name: String,
    pub time_zone: String,
}

/// What a registration form holds.
pub struct Registering {
    pub name: String,
    pub email: String,
    pub password: SecretString,
}

pub async fn register(backend: &Backend, form: Registering, user_agent: &str) -> Result<Entered> {
    if backend.config.users.registration == Registration::Closed {
        return Err(Error::RegistrationClosed);
    }
    open_account(backend, form, user_agent).await
}

/// Makes a user with a workspace of their own, whoever asks for it.
pub async fn open_account(backend: &Backend, form: Registering, user_agent: &str) -> Result<Entered> {
    let email = normal_email(&form.email);
    let name = form.name.trim().to_owned();
    let problems = [name_problem(&name), email_problem(&email), password_problem(&form.password, &email)];
    let problems: Vec<FieldError> = problems.into_iter().flatten().collect();
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    let user = User {
        id: UserId::new(),
        email,
        name,
        password_hash: hash_password(form.password).await?,
        time_zone: "UTC".into(),
        created_at: backend.clock.now(),
    };
    let workspace = WorkspaceId::new();
    let mut tx = backend.db.begin().await?;
    if !db::users::insert(&mut tx, &user).await? {
        return Err(Error::EmailTaken);
    }
    let title = format!("{}'s workspace", user.name);
    db::users::insert_workspace(&mut tx, workspace, &title, &backend.config.default_tier, user.id, user.created_at).await?;
    let (session, secret) = session::start(backend, &mut tx, user.id, workspace, user_agent).await?;
    let event = audit::Event::by_user(Some(workspace), user.id, &user.name, Action::Register);
    audit::record(backend, &mut tx, event).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "registered");
    Ok(Entered { user: user.id, session, secret, email: user.email, name: user.name, time_zone: user.time_zone })
}

/// Logs in. An unknown e-mail costs as much time as a wrong password and is answered alike.
pub async fn log_in(backend: &Backend, email: &str, password: SecretString, user_agent: &str) -> Result<Entered> {
    // What is no e-mail address is nobody's, and no text for PostgreSQL where it holds U+0000.
    let email = Some(normal_email(email)).filter(|email| email_problem(email).is_none());
    let found = match email {
        Some(email) => db::users::by_email(&backend.db, &email).await?,
        None => None,
    };
    let known_hash = found.as_ref().map(|user| user.password_hash.clone());
    let right = verify_password(password, known_hash).await?;
    // Asked of nobody's id too: neither the answer nor its time tells whether the e-mail is known.
    let id = found.as_ref().map_or(UserId(Uuid::nil()), |user| user.id);
    let home = db::users::home_workspace(&backend.db, id).await?;
    let (Some(user), Some(workspace)) = (found.as_ref().filter(|_| right), home) else {
        audit::note(backend, refused_login(found.as_ref(), home)).await;
        return Err(Error::WrongLogin);
    };
    let user = user.clone();
    let mut tx = backend.db.begin().await?;
    let (session, secret) = session::start(backend, &mut tx, user.id, workspace, user_agent).await?;
    let event = audit::Event::by_user(Some(workspace), user.id, &user.name, Action::Login);
    audit::record(backend, &mut tx, event).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, "logged in");
    Ok(Entered { user: user.id, session, secret, email: user.email, name: user.name, time_zone: user.time_zone })
}

/// What was typed for an e-mail that nobody has is not kept: it may be a password in the wrong field.
fn refused_login(user: Option<&User>, home: Option<WorkspaceId>) -> audit::Event {
    let event = match user {
        Some(user) => audit::Event::by_user(home, user.id, &user.name, Action::Login),
        None => audit::Event::of_workspace(None, Action::Login).about("an e-mail that nobody has here"),
    };
    event.failed(&Error::WrongLogin)
}

/// Ends the session, its open flows and its waiting choices; what those had been granted is given back to the platform.
pub async fn log_out(backend: &Backend, actor: &Actor) -> Result<()> {
    end_session(backend, actor, actor.session).await.map(|_| ())
}

/// Ends one of the person's own sessions.
pub async fn revoke_session(backend: &Backend, actor: &Actor, id: SessionId) -> Result<()> {
    if end_session(backend, actor, id).await? { Ok(()) } else { Err(Error::NotFound("session")) }
}

async fn end_session(backend: &Backend, actor: &Actor, id: SessionId) -> Result<bool> {
    let devices = db::sessions::of_user(&backend.db, actor.user, backend.clock.now()).await?;
    let Some(device) = devices.into_iter().find(|device| device.id == id) else { return Ok(false) };
    accounts::give_back_waiting(backend, db::pending::of_session(&backend.db, id).await?).await?;
    let mut tx = backend.db.begin().await?;
    let ended = db::sessions::delete(&mut tx, id, actor.user).await?;
    if ended {
        let action = if id == actor.session { Action::Logout } else { Action::SessionRevoked };
        audit::record(backend, &mut tx, audit::Event::by(actor, action).about(device_name(&device.user_agent))).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// Changes name and time zone.
pub async fn update_profile(backend: &Backend, actor: &Actor, name: &str, time_zone: &str) -> Result<Profile> {
    let name = name.trim();
    let mut problems: Vec<FieldError> = name_problem(name).into_iter().collect();
    if time_zone.parse::<chrono_tz::Tz>().is_err() {
        problems.push(problem("time_zone", "Choose a time zone from the list, such as Europe/Berlin."));
    }
    if !problems.is_empty() {
        return Err(Error::Validation(problems));
    }
    let mut tx = backend.db.begin().await?;
    db::users::update_profile(&mut tx, actor.user, name, time_zone, backend.clock.now()).await?;
    audit::record(backend, &mut tx, audit::Event::by(actor, Action::Profile)).await?;
    tx.commit().await?;
    Ok(Profile { name: name.to_owned(), email: actor.email.clone(), time_zone: time_zone.to_owned() })
}

/// The devices on which the person is logged in.
pub async fn sessions(backend: &Backend, actor: &Actor) -> Result<Vec<SessionView>> {
    let now = backend.clock.now();
    let reader = Reader::new(now, &actor.time_zone);
    let devices = db::sessions::of_user(&backend.db, actor.user, now).await?;
    let view = |device: db::sessions::Device| SessionView {
        id: device.id,
        device: device_name(&device.user_agent),
        current: device.id == actor.session,
        started: reader.day(device.created_at),
        seen: reader.relative(device.seen_at),
    };
    Ok(devices.into_iter().map(view).collect())
}

/// "Firefox on Windows", as far as a User-Agent tells.
pub(super) fn device_name(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    // Order matters: Edge and Opera also say Chrome, Chrome also says Safari, and iPhones also say Mac.
    let browser =
        first(&[("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "A program".to_owned(),
    }
}

pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

fn problem(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

fn name_problem(name: &str) -> Option<FieldError> {
    let length = name.chars().count();
    (length == 0 || length > 100 || name.chars().any(char::is_control))
        .then(|| problem("name", "Write your name, with at most 100 characters."))
}

fn email_problem(email: &str) -> Option<FieldError> {
    let good = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.contains('@') && host.split('.').count() > 1 && host.split('.').all(|part| !part.is_empty())
        });
    (!good).then(|| problem("email", "This does not look like an e-mail address, such as ada@example.com."))
}

fn password_problem(password: &SecretString, email: &str) -> Option<FieldError> {
    let text = password.expose_secret();
    let length = text.chars().count();
    let lower = text.to_lowercase();
    let say = match () {
        () if length < 10 => "Take at least 10 characters. A few words in a row are easy to remember.",
        () if length > 128 => "Take at most 128 characters.",
        () if COMMON.contains(&lower.as_str()) => "Too many people use this password. Take another one.",
        () if lower == email => "Take something else than your e-mail address.",
        () => return None,
    };
    Some(problem("password", say))
}

/// Argon2id with the crate's defaults (19 MiB, 2 passes: OWASP's first choice), away from the threads that serve requests.
async fn hash_password(password: SecretString) -> Result<String> {
    blocking(move || {
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|e| Error::Hashing(e.to_string()))
    })
    .await?
}

/// Verified against for unknown e-mails, so that they take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default().hash_password(b"nobody has this password").map(|hash| hash.to_string()).unwrap_or_default()
});

async fn verify_password(password: SecretString, hash: Option<String>) -> Result<bool> {
    blocking(move || {
        let known = hash.is_some();
        let text = hash.as_deref().unwrap_or(&NOBODY);
        let right = PasswordHash::new(text)
            .is_ok_and(|hash| Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok());
        known && right
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Hashing(error.to_string()))
}
