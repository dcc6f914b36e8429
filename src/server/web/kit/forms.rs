//! How plain forms want to be answered.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, REFERER};
use url::{Position, Url};

use crate::server::Backend;

/// Whether a browser asks by itself, rather than our code in it or a program.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.to_str().unwrap_or_default().contains("text/html"))
}

/// A path of our own to go to after logging in, out of a parameter that anybody can write
/// (CWE-601).
pub fn own_path(next: &str) -> String {
    let path = if is_own(next) { normalised(next) } else { None };
    path.filter(|path| is_own(path)).unwrap_or_else(|| "/".to_owned())
}

fn is_own(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        // What is there acts or answers programs; a person goes to a page.
        && !["/api", "/fn"].iter().any(|door| is_below(path, door))
        && path.bytes().all(|b| b.is_ascii_graphic())
}

/// As a browser asks for it: without `.` and `..`, however they are written.
fn normalised(path: &str) -> Option<String> {
    let url = Url::parse(&format!("http://own.invalid{path}")).ok()?;
    Some(url[Position::BeforePath..].to_owned())
}

fn is_below(path: &str, door: &str) -> bool {
    path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// The page with the form, as a path of ours: never another site. The path of a referrer may itself
/// begin with `//elsewhere`.
pub fn came_from(backend: &Backend, headers: &HeaderMap) -> String {
    let referer = headers.get(REFERER).and_then(|value| Url::parse(value.to_str().ok()?).ok());
    let ours = referer.filter(|url| backend.public_url.is_origin_of(url));
    ours.map_or_else(
        || "/".to_owned(),
        |url| {
            own_path(&format!(
                "{}{}",
                url.path(),
                url.query().map(|q| format!("?{q}")).unwrap_or_default()
            ))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::own_path;

    // S1
    #[test]
    fn after_logging_in_people_stay_on_this_site() {
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
            "/\tx",
            "/\u{ff0f}evil.example",
            "/api/auth/somewhere",
            "/fn/logout",
            "/settings/../api/auth/x",
            "/./api/auth/x",
            "/%2e%2E/api/auth/x",
            "/a/.%2e/fn/logout",
            "/.//evil.example",
            "/a/..//evil.example",
        ] {
            assert_eq!(own_path(evil), "/", "{evil:?}");
        }
        let page = "/platforms/connect/x?account=1&to=/../api#top";
        assert_eq!(own_path(page), page);
        assert_eq!(own_path("/api/../settings/./profile"), "/");
        assert_eq!(own_path("/settings/./profile"), "/settings/profile");
    }
}
