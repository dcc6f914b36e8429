//! The one host that this server answers under.

use axum::extract::{Request, State};
use axum::http::header::{HOST, LOCATION};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use super::super::kit::App;

/// One host, ours: another name would be another origin with its own cookies (and DNS rebinding's
/// way in). A page asked for under another loopback name is sent to the right one.
pub async fn host(State(app): State<App>, request: Request, next: Next) -> Response {
    let public = &app.backend.public_url;
    let told = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .or(request.uri().authority().map(|a| a.as_str()));
    if told.is_some_and(|host| public.is_host(host)) {
        return next.run(request).await;
    }
    // A name and a port, and nothing around them that a URL could hold besides.
    let told = told.filter(|host| !host.contains(['@', '/', '\\', '?', '#']));
    let told = told.and_then(|host| Url::parse(&format!("{}://{host}", public.scheme())).ok());
    match told {
        Some(told) if public.is_origin_of(&told) => next.run(request).await,
        Some(told)
            if is_loopback(&told) && is_loopback(public) && request.method() == Method::GET =>
        {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let target = format!("{}{path}", public.as_str().trim_end_matches('/'));
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, target)]).into_response()
        }
        _ => (
            StatusCode::MISDIRECTED_REQUEST,
            format!("This is {}, and not the host you asked for.\n", public.as_str()),
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
