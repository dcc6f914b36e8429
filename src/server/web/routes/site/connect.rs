//! `POST /platforms/connect/{platform}`: the form of a platform's landing page.
//!
//! Browsers check `form-action` on every redirect hop of a submitted form, so the consent page is
//! not reached by redirect: the answer is a page that goes on by itself, or JSON for the browser's
//! own code.

use std::collections::BTreeMap;

use axum::Extension;
use axum::Json;
use axum::extract::{Path, RawForm, State};
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use leptos::prelude::{IntoView, Owner, RenderHtml};

use crate::app;
use crate::error::AppError;
use crate::model::{AccountId, ConnectKind, Flash, Outcome};
use crate::server::Backend;
use crate::server::domain::accounts;
use crate::server::web::kit::context::{Correlation, Identity};
use crate::server::web::kit::cookies::{self, FlashAudience};
use crate::server::web::kit::{App, outcomes};

/// The page that goes on runs no script and sends no form.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// What the form says.
struct Form {
    account: Option<AccountId>,
    attested: usize,
    fields: BTreeMap<String, String>,
}

pub async fn begin(
    State(app): State<App>,
    Extension(asking): Extension<Identity>,
    Extension(correlation): Extension<Correlation>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Response {
    let backend = app.backend.clone();
    let wants_json = headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.to_str().unwrap_or_default().contains("application/json"));
    let reader = FlashAudience::of(&backend, &headers);
    let form = read(&body);
    let account = form.account;
    let outcome = connect(&backend, &asking, &correlation, &provider, form).await;
    match (outcome, wants_json) {
        (Ok(outcome), true) => Json(outcome).into_response(),
        (Err(error), true) => {
            let status = StatusCode::from_u16(error.kind.status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(error)).into_response()
        }
        (Ok(outcome), false) => match outcome.location.as_deref() {
            Some(url) if url.starts_with("http") => onward(&app, &provider, url),
            _ => redirect(
                &backend,
                reader,
                "/integrations",
                Flash { toast: outcome.toast, ..Flash::default() },
            ),
        },
        (Err(error), false) => {
            let query = account.map(|id| format!("?account={id}")).unwrap_or_default();
            let flash = Flash {
                toast: error.fields.is_empty().then(|| error.toast()),
                errors: error.fields,
                values: Vec::new(),
            };
            // An unknown platform has no page of its own.
            let target = if accounts::entry(&backend, &provider).is_ok() {
                format!("/platforms/connect/{provider}{query}")
            } else {
                "/integrations".to_owned()
            };
            redirect(&backend, reader, &target, flash)
        }
    }
}

async fn connect(
    backend: &Backend,
    asking: &Identity,
    correlation: &Correlation,
    provider: &str,
    form: Form,
) -> Result<Outcome, AppError> {
    let actor = asking.actor()?;
    let told = |error: crate::server::domain::Error| error.into_app_error(&correlation.0);
    let kind = accounts::entry(backend, provider).map_err(told)?.info().kind;
    match kind {
        ConnectKind::OAuth => {
            let begun = accounts::begin_flow(backend, actor, provider, form.account, form.attested)
                .await
                .map_err(told)?;
            Ok(Outcome::go(begun.url))
        }
        ConnectKind::Session => {
            let account =
                accounts::connect_session(backend, actor, provider, &form.fields, form.account)
                    .await
                    .map_err(told)?;
            Ok(outcomes::connected(backend, &account))
        }
    }
}

fn read(body: &[u8]) -> Form {
    let mut form = Form { account: None, attested: 0, fields: BTreeMap::new() };
    for (name, value) in url::form_urlencoded::parse(body) {
        match name.as_ref() {
            "account" => form.account = value.parse().ok(),
            "attest" => form.attested += 1,
            _ => {
                form.fields.insert(name.into_owned(), value.into_owned());
            }
        }
    }
    form
}

/// A page that goes on to the consent page by itself, with a link for whoever it does not take
/// there.
fn onward(app: &App, provider: &str, url: &str) -> Response {
    let name = app.backend.platforms.get(provider).map_or("", |entry| entry.info().name.as_ref());
    let (name, url) = (name.to_owned(), url.to_owned());
    let page = Owner::new().with(|| app::onward(&app.site, name, url).into_view().to_html());
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, page).into_response()
}

fn redirect(backend: &Backend, reader: FlashAudience, target: &str, flash: Flash) -> Response {
    let location =
        HeaderValue::try_from(target).unwrap_or(HeaderValue::from_static("/integrations"));
    (
        StatusCode::SEE_OTHER,
        [(LOCATION, location), (SET_COOKIE, cookies::flash(backend, reader, &flash))],
    )
        .into_response()
}
