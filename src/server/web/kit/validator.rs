//! By what a client finds out that nothing has changed: an entity tag (RFC 9110, 8.8.3).

use axum::http::header::IF_NONE_MATCH;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Of what an answer says. Beside an answer it covers less than the whole body: of the envelope
/// only `data`, for its time and its correlation id are others every time and say nothing new.
#[derive(Clone)]
pub struct Validator(String);

impl Validator {
    /// Of contents that people may choose: a hash that nobody finds a second text for.
    pub fn of(content: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&Sha256::digest(content)[..16]))
    }

    /// `ETag`. Weak: compressed or not, and whatever stands around `data`, it says the same.
    pub fn to_header(&self) -> HeaderValue {
        HeaderValue::try_from(format!("W/\"{}\"", self.0)).expect("base64 is header characters")
    }

    /// Whether the client says that it has this already.
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || self.is(tag.strip_prefix("W/").unwrap_or(tag)))
    }

    fn is(&self, tag: &str) -> bool {
        tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')) == Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_knows_by_any_of_its_tags() {
        let validator = Validator::of(b"{}");
        let strong = format!("\"{}\"", validator.0);
        let known = |tags: &str| {
            let value = tags.parse().expect("a header value");
            validator.is_known(&HeaderMap::from_iter([(IF_NONE_MATCH, value)]))
        };
        for tags in [
            format!("W/{strong}"),
            strong.clone(),
            format!("\"other\", W/{strong}"),
            format!("W/{strong},\"other\""),
            "*".to_owned(),
        ] {
            assert!(known(&tags), "{tags}");
        }
        for tags in ["\"other\"", "W/\"\"", "", validator.0.as_str(), &format!("w/{strong}")] {
            assert!(!known(tags), "{tags}");
        }
        assert!(!validator.is_known(&HeaderMap::new()));
    }
}
