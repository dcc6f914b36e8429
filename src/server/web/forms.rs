//! How plain forms want to be answered.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, REFERER};
use url::Url;

use crate::server::Backend;

/// Whether a browser asks by itself, rather than our code in it or a program.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|accept| accept.to_str().unwrap_or_default().contains("text/html"))
}

/// The page with the form, as a path of ours: never another site.
pub fn came_from(backend: &Backend, headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| Url::parse(value.to_str().ok()?).ok());
    let ours = referer.filter(|url| url.origin() == backend.config.public_url().origin());
    ours.map_or_else(
        || "/".to_owned(),
        |url| format!("{}{}", url.path(), url.query().map(|q| format!("?{q}")).unwrap_or_default()),
    )
}
