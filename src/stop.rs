//! How a command of `huntaze` is told to stop: by SIGINT or SIGTERM, once for a good end, twice at
//! once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Says "stop" to everything at once. The second signal ends the process.
#[derive(Clone)]
pub struct Stop(Arc<(Notify, AtomicBool)>);

impl Stop {
    pub fn on_signals() -> Self {
        let stop = Self(Arc::default());
        let told = stop.clone();
        tokio::spawn(async move {
            signal().await;
            tracing::info!("stopping: finishing what runs");
            told.0.1.store(true, Ordering::SeqCst);
            told.0.0.notify_waiters();
            signal().await;
            std::process::exit(130);
        });
        stop
    }

    pub fn wait(&self) -> impl Future<Output = ()> + Send + 'static {
        let stop = self.clone();
        async move {
            let told = stop.0.0.notified();
            tokio::pin!(told);
            // Registered before the flag is read, so that no signal falls between.
            told.as_mut().enable();
            if !stop.0.1.load(Ordering::SeqCst) {
                told.await;
            }
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
