//! What every server function begins and ends with.

use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, redirect};

use crate::error::{AppError, Kind};
use crate::model::{AccountId, Flash, Outcome};
use crate::server::Backend;
use crate::server::db::accounts::Account;
use crate::server::domain::users::{ClientInfo, Device, LoggedInSession};
use crate::server::domain::{self, accounts};
use crate::server::identity::Actor;
use crate::server::web::kit::context::{Correlation, Identity};
use crate::server::web::kit::cookies::{self, FlashAudience};
use crate::server::web::kit::forms;

/// A request as a server function sees it.
pub struct Call {
    pub backend: Backend,
    pub asking: Identity,
    pub headers: HeaderMap,
    pub flash: Flash,
    reference: String,
    /// Who will read what is said now.
    reader: FlashAudience,
}

impl Call {
    /// From leptos' context, which holds the request and what `web` provides.
    pub fn current() -> Result<Self, AppError> {
        let backend = use_context::<Backend>().ok_or_else(AppError::internal)?;
        with_context(|parts: &Parts| Self::of(backend, parts)).ok_or_else(AppError::internal)
    }

    fn of(backend: Backend, parts: &Parts) -> Self {
        let extensions = &parts.extensions;
        Self {
            reader: FlashAudience::of(&backend, &parts.headers),
            backend,
            asking: extensions.get::<Identity>().cloned().unwrap_or(Identity(Ok(None))),
            flash: extensions.get::<Flash>().cloned().unwrap_or_default(),
            reference: extensions.get::<Correlation>().map(|c| c.0.clone()).unwrap_or_default(),
            headers: parts.headers.clone(),
        }
    }

    pub fn actor(&self) -> Result<&Actor, AppError> {
        self.asking.actor().map_err(|error| self.marked(error))
    }

    /// A domain result as a page's.
    pub fn map_error<T>(&self, result: domain::Result<T>) -> Result<T, AppError> {
        result.map_err(|error| {
            self.set_retry_after(&error);
            error.into_app_error(&self.reference)
        })
    }

    /// For our code in the browser and for programs. A redirect would ask to be followed so late.
    fn set_retry_after(&self, error: &domain::Error) {
        let Some(seconds) = error.seconds_to_wait(self.backend.clock.now()) else { return };
        if !forms::wants_html(&self.headers) {
            let options = use_context::<ResponseOptions>().unwrap_or_default();
            options.insert_header(RETRY_AFTER, seconds.into());
        }
    }

    /// A verb on one account of whoever asks.
    pub async fn with_owned_account<T>(
        &self,
        id: AccountId,
        verb: impl AsyncFnOnce(&Backend, &Actor, Account) -> domain::Result<T>,
    ) -> Result<T, AppError> {
        let actor = self.actor()?;
        let done = async {
            verb(&self.backend, actor, accounts::find_owned(&self.backend, actor, id).await?).await
        };
        self.map_error(done.await)
    }

    fn marked(&self, mut error: AppError) -> AppError {
        error.reference.clone_from(&self.reference);
        error
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn client(&self) -> ClientInfo<'_> {
        ClientInfo::browser(self.header("user-agent"))
    }

    /// Answers a form. A browser's own submission gets a redirect and a flash; our code in the
    /// browser gets JSON. `back` is where the plain form goes when the outcome names no place;
    /// `typed` is given back to it when something has to be corrected.
    pub fn answer(
        &self,
        outcome: Result<Outcome, AppError>,
        typed: &[(&str, &str)],
    ) -> Result<Outcome, AppError> {
        self.answer_at(outcome, typed, forms::came_from(&self.backend, &self.headers))
    }

    /// The same for a page that sends no referrer.
    pub fn answer_at(
        &self,
        outcome: Result<Outcome, AppError>,
        typed: &[(&str, &str)],
        back: String,
    ) -> Result<Outcome, AppError> {
        let options = use_context::<ResponseOptions>().unwrap_or_default();
        let plain = forms::wants_html(&self.headers);
        let outcome = outcome.map_err(|error| self.marked(error));
        if !plain {
            if let Err(error) = &outcome {
                options.set_status(
                    StatusCode::from_u16(error.kind.status())
                        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                );
            }
            options.insert_header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return outcome;
        }
        let (target, flash) = match outcome {
            Ok(outcome) => (
                outcome.location.unwrap_or(back),
                Flash { toast: outcome.toast, errors: outcome.errors, values: Vec::new() },
            ),
            Err(error) => {
                let toast = error.fields.is_empty().then(|| error.toast());
                let values = typed
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect();
                (back, Flash { toast, errors: error.fields, values })
            }
        };
        if flash != Flash::default() {
            options.append_header(SET_COOKIE, cookies::flash(&self.backend, self.reader, &flash));
        }
        redirect(&target);
        Ok(Outcome::default())
    }

    /// Gives the browser the cookie of a new session, and knows it from now on.
    pub fn set_session(&mut self, session: &LoggedInSession) {
        self.reader = FlashAudience::with(&session.secret);
        set_cookie(cookies::session(&self.backend, &session.secret));
        self.remember_device(Device::new(session.user));
    }

    /// From now on this browser does not wait for strangers who try its person's password.
    pub fn remember_device(&self, device: Device) {
        set_cookie(cookies::device(&self.backend, device));
    }

    /// Where this browser was logged in before.
    pub fn device(&self) -> Option<Device> {
        cookies::read_device(&self.backend, &self.headers)
    }

    /// Takes the session's cookie away from the browser.
    pub fn clear_session(&mut self) {
        self.reader = FlashAudience::NOBODY;
        set_cookie(cookies::no_session(&self.backend));
    }
}

fn set_cookie(cookie: HeaderValue) {
    use_context::<ResponseOptions>().unwrap_or_default().append_header(SET_COOKIE, cookie);
}

/// Sets the status of the page that is being rendered.
pub fn set_status(kind: Kind) {
    let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    use_context::<ResponseOptions>().unwrap_or_default().set_status(status);
}

pub fn admits_members() -> bool {
    let login = with_context(|parts: &Parts| (!is_logged_in(parts)).then(|| login_for(parts)));
    let Some(login) = login.flatten() else { return true };
    see_other(&login);
    false
}

pub fn admits_guests() -> bool {
    let is_guest = with_context(|parts: &Parts| !is_logged_in(parts)).unwrap_or(true);
    if !is_guest {
        see_other("/");
    }
    is_guest
}

/// The log-in that leads back to what was asked for.
fn login_for(parts: &Parts) -> String {
    let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    if here == "/" { "/login".to_owned() } else { format!("/login?next={next}") }
}

fn is_logged_in(parts: &Parts) -> bool {
    parts.extensions.get::<Identity>().is_some_and(|asking| asking.maybe().is_some())
}

/// Sends whoever asked for a page to another one of ours.
fn see_other(path: &str) {
    let options = use_context::<ResponseOptions>().unwrap_or_default();
    options.set_status(StatusCode::SEE_OTHER);
    options.insert_header(LOCATION, HeaderValue::try_from(path).unwrap_or(ROOT));
}

const ROOT: HeaderValue = HeaderValue::from_static("/");
