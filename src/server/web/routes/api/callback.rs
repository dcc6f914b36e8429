//! The callback of every platform. The person always ends on a page of ours that says what
//! happened.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;

use crate::error::AppError;
use crate::model::{Flash, Outcome};
use crate::server::Backend;
use crate::server::domain::Error;
use crate::server::domain::accounts::{self, CallbackOutcome, CallbackParams};
use crate::server::error::CallbackError;
use crate::server::web::kit::context::{Correlation, Identity};
use crate::server::web::kit::cookies::{self, FlashAudience};
use crate::server::web::kit::envelope::refused;
use crate::server::web::kit::outcomes;

/// `GET /api/integrations/callback/{provider}`.
#[utoipa::path(
    get,
    path = "/callback/{provider}",
    tag = "Browser",
    summary = "Where a platform sends people back to",
    description = "Claims the flow of `state`, exchanges the code and leads to a page that says \
        what came of it. Who begins must be who finishes: \
                   the browser has to hold the cookie of the session that began.",
    params(
        ("provider" = String, Path, description = "The platform"),
        ("state" = Option<String>, Query, description = "From the consent page's address"),
        ("code" = Option<String>, Query, description = "Exchanged once"),
        ("error" = Option<String>, Query, description = "Why there is no code")
    ),
    responses((status = 303, description = "To `/integrations`, with a message, or to the page \
        where the person chooses an account")),
    security(("cookie" = []), ())
)]
pub async fn callback(
    State(backend): State<Backend>,
    Extension(asking): Extension<Identity>,
    Extension(correlation): Extension<Correlation>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let reader = FlashAudience::of(&backend, &headers);
    let returned = read(query.as_deref().unwrap_or_default());
    let actor = asking.maybe();
    if let (Some(actor), Some(state)) = (actor, returned.state.as_deref()) {
        // A reload shows what came of it the first time.
        match accounts::seen_outcome(&backend, actor, state).await {
            Ok(Some(outcome)) => return leave(&backend, reader, outcome),
            Ok(None) => {}
            Err(error) => {
                return leave(&backend, reader, failed(error.into_app_error(&correlation.0)));
            }
        }
    }
    let finished = accounts::finish_flow(&backend, actor, &provider, &returned).await;
    // Of two callbacks with one state only the one that claimed it tells what came of it.
    let claimed = !matches!(finished, Err(Error::Callback(CallbackError::AlreadyUsed { .. })));
    let outcome = match finished {
        Ok(CallbackOutcome::Connected(account)) => outcomes::connected(&backend, &account),
        Ok(CallbackOutcome::Choose(flow)) => Outcome::go(format!("/integrations/choose/{flow}")),
        Err(error) => failed(error.into_app_error(&correlation.0)),
    };
    if let (Some(actor), Some(state), true) = (actor, returned.state.as_deref(), claimed)
        && let Err(error) = accounts::keep_outcome(&backend, actor, state, &outcome).await
    {
        tracing::warn!("could not store callback outcome: {error}");
    }
    leave(&backend, reader, outcome)
}

fn failed(error: AppError) -> Outcome {
    Outcome {
        toast: Some(error.toast()),
        location: Some("/integrations".to_owned()),
        errors: Vec::new(),
    }
}

/// On to the page, with what there is to say.
fn leave(backend: &Backend, reader: FlashAudience, outcome: Outcome) -> Response {
    let mut headers = HeaderMap::new();
    let target = outcome.location.unwrap_or_else(|| "/integrations".to_owned());
    // Our own relative paths only.
    headers.insert(
        LOCATION,
        target.parse().unwrap_or(axum::http::HeaderValue::from_static("/integrations")),
    );
    if outcome.toast.is_some() {
        let flash = Flash { toast: outcome.toast, ..Flash::default() };
        headers.insert(SET_COOKIE, cookies::flash(backend, reader, &flash));
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Of a parameter that comes twice the first counts; unknown ones are left alone.
fn read(query: &str) -> CallbackParams {
    let mut returned = CallbackParams::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        // Longer than anything a platform sends, or nothing that a platform sends.
        if value.len() > 4096 || value.chars().any(char::is_control) {
            continue;
        }
        // Facebook and Reddit hang `#_` on the last parameter; a client that keeps fragments would
        // pass it on.
        let value = value.trim_end_matches("#_=_").trim_end_matches("#_").to_owned();
        match name.as_ref() {
            "state" => returned.state = returned.state.or(Some(value)),
            "code" => {
                returned.code =
                    returned.code.or(Some(value).filter(|v| !v.is_empty()).map(SecretString::from))
            }
            "error" => returned.error = returned.error.or(Some(value)),
            "iss" => returned.iss = returned.iss.or(Some(value)),
            "scopes" | "scope" => returned.scopes = returned.scopes.or(Some(value)),
            _ => {}
        }
    }
    returned
}

#[utoipa::path(
    get,
    path = "/{provider}/callback",
    tag = "Browser",
    summary = "The same under another address",
    description = "Forwards to the one callback with its query.",
    params(("provider" = String, Path, description = "The platform")),
    responses((status = 303, description = "To the callback"))
)]
/// `GET /api/auth/{provider}/callback`: an address some people register; the one callback does the
/// work.
pub async fn shortcut_callback(
    State(backend): State<Backend>,
    Extension(correlation): Extension<Correlation>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(entry) = accounts::entry(&backend, &provider) else {
        return refused(&correlation, AppError::not_found("platform"));
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    (
        StatusCode::SEE_OTHER,
        [(LOCATION, format!("/api/integrations/callback/{}{query}", entry.provider))],
    )
        .into_response()
}

#[utoipa::path(
    get,
    path = "/{provider}",
    tag = "Browser",
    summary = "Begin to connect in a browser",
    description = "To the consent page when the person clicked or typed it here; anything else \
        sees the page that says what will happen first.",
    params(("provider" = String, Path, description = "The platform")),
    responses((status = 303, description = "To the consent page, or to the page before it")),
    security(("cookie" = []), ())
)]
/// `GET /api/auth/{provider}`: begins a connection when the person typed or clicked it here;
/// anything else sees the page that says what will happen first.
pub async fn shortcut(
    State(backend): State<Backend>,
    Extension(asking): Extension<Identity>,
    Extension(correlation): Extension<Correlation>,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok(entry) = accounts::entry(&backend, &provider) else {
        return refused(&correlation, AppError::not_found("platform"));
    };
    let says = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let own = matches!(says("sec-fetch-site").as_str(), "same-origin" | "none");
    let prefetch =
        [says("sec-purpose"), says("purpose")].iter().any(|purpose| purpose.contains("prefetch"));
    let page = format!("/platforms/connect/{}", entry.provider);
    let target = match asking.maybe() {
        Some(actor) if own && !prefetch => {
            match accounts::begin_flow(&backend, actor, &provider, None, 0).await {
                Ok(begun) => begun.url.into(),
                // The page says what is missing: a confirmation, room, credentials.
                Err(_) => page,
            }
        }
        _ => page,
    };
    (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response()
}
