//! What stands before every handler: the host, cross-site requests, the size of bodies, and the
//! headers of answers.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use tokio::time::timeout;
use url::Url;

use super::context::Correlation;
use super::refusal::Wanted;
use super::{App, rest};
use crate::error::{AppError, Kind};

/// Nothing that a form or a REST call says is longer. Uploads will have a route of their own.
pub const LARGEST_BODY: usize = 64 * 1024;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// One host, ours: another name would be another origin with its own cookies (and DNS rebinding's
/// way in). A page asked for under another loopback name is sent to the right one.
pub async fn host(State(app): State<App>, request: Request, next: Next) -> Response {
    let public = app.backend.config.public_url();
    let told = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .or(request.uri().authority().map(|a| a.as_str()));
    // A name and a port, and nothing around them that a URL could hold besides.
    let told = told.filter(|host| !host.contains(['@', '/', '\\', '?', '#']));
    let told = told.and_then(|host| Url::parse(&format!("{}://{host}", public.scheme())).ok());
    match told {
        Some(told) if told.origin() == public.origin() => next.run(request).await,
        Some(told)
            if is_loopback(&told) && is_loopback(&public) && request.method() == Method::GET =>
        {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let target = format!("{}{path}", public.as_str().trim_end_matches('/'));
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, target)]).into_response()
        }
        _ => (
            StatusCode::MISDIRECTED_REQUEST,
            format!("This is {public}, and not the host you asked for.\n"),
        )
            .into_response(),
    }
}

pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Cross-site request forgery: a browser says where a request comes from. One that changes state
/// has to come from ourselves. Requests without any of these headers are not a browser's; bearer
/// requests carry nothing that a browser adds.
pub async fn cross_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // No browser can be made to send this from another site; it may be made to send `Basic`.
    let by_bearer = request
        .headers()
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"Bearer "));
    if changes && !by_bearer && !is_ours(request.headers(), &app.backend.config.public_url()) {
        let error = AppError::new(
            Kind::Forbidden,
            "This request came from another site.",
            "Nothing was changed. Open Huntaze and do it there.",
        );
        return rest::envelope::refused(&Correlation::of(&request), error);
    }
    next.run(request).await
}

fn is_ours(headers: &HeaderMap, public: &Url) -> bool {
    if let Some(site) = headers.get(SITE) {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    match headers.get(ORIGIN) {
        Some(origin) => origin
            .to_str()
            .ok()
            .and_then(|text| Url::parse(text).ok())
            .is_some_and(|url| url.origin() == public.origin()),
        None => true,
    }
}

/// Reads the body, so that handlers begin with a whole one of bounded size that came in bounded
/// time, and whoever sends another is told so in words, whatever the handler would have made of it.
pub async fn whole(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let wanted = Wanted::by(&request);
    let (parts, body) = request.into_parts();
    let patience = Duration::from_secs(app.backend.config.server.request_seconds);
    let error = match timeout(patience, read(body)).await {
        Ok(Ok(Some(bytes))) => {
            return next.run(Request::from_parts(parts, Body::from(bytes))).await;
        }
        Ok(Ok(None)) => AppError::new(
            Kind::TooLarge,
            "This is too large.",
            "Send at most 64 KiB. Nothing was changed.",
        ),
        Ok(Err(_)) => AppError::new(
            Kind::BadRequest,
            "This did not arrive whole.",
            "Nothing was changed. Send it again.",
        ),
        Err(_) => AppError::new(
            Kind::BadRequest,
            "This took too long to arrive.",
            "Nothing was changed. Send it again, all at once.",
        ),
    };
    wanted.refuse(&app.backend, error)
}

/// A whole body, or nothing if it is too large. A while longer is read and forgotten: whoever is
/// still sending does not hear the answer.
async fn read(body: Body) -> Result<Option<Vec<u8>>, axum::Error> {
    let (mut pieces, mut whole, mut seen) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(piece) = pieces.try_next().await? {
        seen += piece.len();
        if seen <= LARGEST_BODY {
            whole.extend_from_slice(&piece);
        } else if seen > 16 * LARGEST_BODY {
            break;
        }
    }
    Ok((seen <= LARGEST_BODY).then_some(whole))
}

/// The headers of every answer (requirement S8). Pages add their own CSP with a nonce.
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_page = request.headers().get(DEST).is_some_and(|dest| dest == "document");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // `no-referrer` makes browsers send `Origin: null` with our own forms; only the pages that see
    // codes have it.
    let referrer = if path.starts_with("/api/") || path.starts_with("/integrations/choose") {
        "no-referrer"
    } else {
        "same-origin"
    };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    if app.backend.config.public_url().scheme() == "https" {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if !path.starts_with("/pkg/") && !headers.contains_key(CACHE_CONTROL) {
        // Pages of a person: kept for the back button only, and by nobody in between.
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static(if is_page { "private, no-cache" } else { "no-store" }),
        );
    }
    response
}
