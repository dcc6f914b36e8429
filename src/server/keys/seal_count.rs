//! How often each key has sealed.

use crate::server::Backend;
use crate::server::{db, metrics};

/// AES-GCM with random nonces is good for 2^32 seals with one key (NIST SP 800-38D, 8.3). Operators
/// are told from a quarter of that on, long before 2^31, at which a key has to be replaced.
pub const MANY_SEALS: i64 = 1 << 30;
/// And again each time that so many more were made.
const AGAIN: i64 = 1 << 26;

/// Adds what this process sealed to the count of each key. A process that is killed forgets what it
/// sealed in the last seconds.
pub async fn count(backend: &Backend) {
    for (key, seals) in backend.vault.take_seals() {
        match db::keys::add(&backend.db, &format!("{key:08x}"), seals).await {
            Ok(sum) => log_seal_count(key, sum, seals, key == backend.vault.primary()),
            Err(error) => {
                backend.vault.count_seals(key, seals);
                tracing::warn!("could not store seal count: {error}");
            }
        }
    }
}

fn log_seal_count(key: u32, sum: i64, added: i64, seals: bool) {
    if seals {
        metrics::key_seals(sum);
    }
    if sum >= MANY_SEALS && (sum - added < MANY_SEALS || sum / AGAIN > (sum - added) / AGAIN) {
        tracing::error!(
            key = format!("{key:08x}"),
            seals = sum,
            "sealing key is near its limit, run huntaze keys generate, then huntaze keys rotate"
        );
    }
}
