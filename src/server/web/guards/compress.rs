//! Pages and JSON are compressed here, so that a server without a proxy is as fast as one behind
//! it.
//!
//! Compression tells whoever watches the wire how much of an answer repeats itself (BREACH): a
//! secret is found out where it stands in one answer with text that an attacker chooses, if the
//! attacker can make a browser ask for that answer again and again. No answer of ours is like that:
//! - A page holds no secret. There is no CSRF token to find out: where a request comes from is told
//!   by `Sec-Fetch-Site` and `Origin` (see `csrf`). Session and flash are cookies, and headers are
//!   not compressed. The code of a mailed link stands in the address's fragment, which no server
//!   sees. The nonce of the policy is another one in every answer.
//! - Tokens stand in answers to POST alone, which no other site can make a browser send, and they
//!   are others every time.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// What is shorter fits into one packet as it is.
const SHORTEST: u16 = 860;
/// Of brotli, zstd and gzip alike: a page takes tenths of a millisecond, and is hardly larger than
/// at levels that take ten times as long.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);
/// What shrinks. Not a stream of events, which would wait for the compressor's buffer to fill, nor
/// pictures.
const TEXTS: [&str; 4] = ["text/html", "application/json", "text/csv", "text/plain"];

type OfAnswer = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses answers in the way that the browser likes best.
pub fn compress() -> CompressionLayer<And<SizeAbove, OfAnswer>> {
    let is_text: OfAnswer = |_, _, headers, _| {
        let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        TEXTS.iter().any(|text| kind.starts_with(text.as_bytes()))
    };
    CompressionLayer::new().quality(LEVEL).compress_when(SizeAbove::new(SHORTEST).and(is_text))
}
