//! Where people's browsers find this server: worked out once, asked for in every request.

use std::ops::Deref;

use url::{Origin, Url};

/// The public URL, and what guards compare with it.
#[derive(Debug)]
pub struct PublicUrl {
    url: Url,
    origin: Origin,
    /// `host`, or `host:port`, as a `Host` header has it.
    authority: String,
}

impl PublicUrl {
    pub fn new(url: Url) -> Self {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let authority = format!("{}{port}", url.host_str().unwrap_or_default());
        Self { origin: url.origin(), authority, url }
    }

    /// Whether browsers reach it encrypted; then cookies are for https only.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether a URL is one of ours.
    pub fn is_origin_of(&self, url: &Url) -> bool {
        self.origin == url.origin()
    }

    /// Whether a `Host` header names this server letter by letter. Another spelling of the same
    /// name is for [`Self::is_origin_of`] to recognise.
    pub fn is_host(&self, host: &str) -> bool {
        self.authority == host
    }
}

impl Deref for PublicUrl {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_compared_as_browsers_send_it() {
        for (url, host) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://[::1]:3000", "[::1]:3000"),
            ("https://huntaze.example", "huntaze.example"),
            ("https://huntaze.example:443", "huntaze.example"),
            ("https://huntaze.example:8443/", "huntaze.example:8443"),
        ] {
            let public = PublicUrl::new(url.parse().expect("a URL"));
            assert!(public.is_host(host), "{url}: {public:?}");
            for other in ["", "evil.example", "huntaze.example.", "HUNTAZE.example", "::1"] {
                assert!(!public.is_host(other), "{url}: {other}");
            }
        }
    }
}
