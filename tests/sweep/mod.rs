//! Real processes that are killed, or stopped and continued: afterwards no account is silently
//! lost, no secret is left, nothing happened twice (T5, T6, S1).
//!
//! The sandbox runs in the test's process and outlives them. A process dies at a failpoint
//! (`server::failpoint`), or by SIGKILL at a random moment; then another one starts and [`checks`]
//! looks at every account.
//!
//! `make test` runs a share of it, chosen by a seed that is printed (`HUNTAZE_SEED` sets it), with
//! every platform and every step in it; `make soak` runs all of it.

mod checks;
pub mod creator;
pub mod places;
mod points;
mod random;
pub mod refresh;
pub mod share;
mod stopped;
mod work;
pub mod world;

use std::time::Duration;

/// `make soak` asks for the large numbers.
pub fn soak() -> bool {
    std::env::var_os("HUNTAZE_SOAK").is_some()
}

/// Looks again until `there` says so; fails when it takes longer than anybody would wait.
pub async fn until(what: &str, there: impl AsyncFnMut() -> bool) {
    within(Duration::from_secs(60), what, there).await;
}

/// The same with patience of its own.
pub async fn within(patience: Duration, what: &str, mut there: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !there().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(
        tokio::time::timeout(patience, waiting).await.is_ok(),
        "waited {patience:?} for: {what}"
    );
}
