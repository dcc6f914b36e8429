//! Random secrets, and what is stored of them.

use rand::RngExt;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

/// A new random secret of 256 bits, as 64 hex digits.
pub fn random_secret() -> SecretString {
    let bytes: [u8; 32] = rand::rng().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// What is stored of a secret that only has to be recognised.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
