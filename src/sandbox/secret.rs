//! Tokens, codes and ids. Whoever holds one can use it, so the sandbox hands it out once and keeps
//! only its hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A new random value behind the prefix that the platform's own ones carry (`ya29.`, `act.`).
pub fn fresh(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// A short random name for a row, which opens nothing.
pub fn id() -> String {
    hexadecimal(&rand::random::<[u8; 8]>())
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the sandbox remembers of a token.
pub fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}
