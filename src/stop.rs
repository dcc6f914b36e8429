//! How a command of `huntaze` is told to stop: by SIGINT or SIGTERM, once for a good end, twice at
//! once.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// What has not ended so long after the first signal is left as it is: whatever must not be lost is
/// written down before it begins.
const DEADLINE: Duration = Duration::from_secs(20);

/// Cancelled by the first signal. The second one ends the process.
pub fn on_signals() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping: finishing what runs");
        stopping.cancel();
        signal().await;
        std::process::exit(130);
    });
    stop
}

/// Runs a command to its end, but not beyond the deadline after the signal.
pub async fn within_deadline<T>(
    stop: &CancellationToken,
    command: impl Future<Output = T>,
) -> Option<T> {
    let over = async {
        stop.cancelled().await;
        tokio::time::sleep(DEADLINE).await;
    };
    tokio::select! {
        done = command => Some(done),
        () = over => {
            tracing::warn!("stopped before everything had ended");
            None
        }
    }
}

async fn signal() {
    let interrupt = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}
