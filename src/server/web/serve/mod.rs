//! Accepting connections. axum's own loop waits for the head of a request for ever, and for peers
//! that read nothing: whoever opens connections and says nothing ("Slowloris"), or asks and never
//! listens, would hold them all.

mod connections;
mod write_timeout;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;

use super::routes::probes;
use super::{App, router};
use crate::server::config::Server;
use crate::server::{Backend, metrics};
use connections::{Admission, Connections, PER_ADDRESS, Slot};
use write_timeout::WriteTimeout;

/// Out of files or memory: others have to end before the next can begin.
const PAUSE: Duration = Duration::from_millis(100);
/// How long peers have to take the last of their answers when the server stops. What their requests
/// began goes on without them.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// Whoever comes when all is full has this long to say that it is a probe.
const PROBE: Duration = Duration::from_secs(5);
/// Operators are told no more often than this that an address has too many connections.
const MINUTE: Duration = Duration::from_secs(60);

/// Answers until `stop` resolves; requests that change something are finished, with or without
/// their peers.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let backend = app.backend.clone();
    accept(listener, router(app), &backend, stop).await;
    backend.requests.close();
    backend.requests.wait().await;
}

/// The same for a process that has no pages: only how it is and what it counted.
pub async fn observe(listener: TcpListener, backend: Backend, stop: impl Future<Output = ()>) {
    accept(listener, Router::from(probes::endpoints()).with_state(backend.clone()), &backend, stop)
        .await;
}

/// What connections are answered by.
struct Service {
    router: Router,
    /// For those that come when all is full.
    probes: Router,
    patience: Duration,
    write_patience: Duration,
}

impl Service {
    fn new(router: Router, backend: &Backend) -> Self {
        let full = (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "10")], "All is full.\n");
        let probes = Router::from(probes::endpoints()).fallback(async move || full);
        let Server { request_seconds, write_seconds, .. } = backend.config.server;
        Self {
            router,
            probes: probes.with_state(backend.clone()),
            patience: Duration::from_secs(request_seconds),
            write_patience: Duration::from_secs(write_seconds),
        }
    }

    /// One connection, to its end.
    async fn answer(&self, stream: TcpStream, peer: SocketAddr, slot: Slot, watcher: Watcher) {
        let (router, patience) = match slot.for_probes() {
            true => (&self.probes, PROBE.min(self.patience)),
            false => (&self.router, self.patience),
        };
        let service = router.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let stream = TokioIo::new(WriteTimeout::new(stream, self.write_patience));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .keep_alive(!slot.for_probes())
            .serve_connection(stream, TowerToHyperService::new(service));
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!("connection error: {error}");
        }
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    backend: &Backend,
    stop: impl Future<Output = ()>,
) {
    let service = std::sync::Arc::new(Service::new(router, backend));
    let connections = Connections::new(&backend.config.server);
    let (graceful, mut open) = (GracefulShutdown::new(), JoinSet::new());
    let mut warned: Option<Instant> = None;
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = open.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => match connections.admit(peer.ip()) {
                    Admission::Admitted(slot) => {
                        let (service, watcher) = (service.clone(), graceful.watcher());
                        open.spawn(async move {
                            service.answer(stream, peer, slot, watcher).await;
                        });
                    }
                    Admission::Refused(limit) => {
                        metrics::rate_limited(limit);
                        if limit == PER_ADDRESS && warned.is_none_or(|at| at.elapsed() >= MINUTE) {
                            warned = Some(Instant::now());
                            tracing::warn!(
                                peer = %peer.ip(),
                                limit = backend.config.server.connections_per_address,
                                "connection refused: too many from this address; if it is a \
                                 proxy, see server.trusted_proxies"
                            );
                        }
                    }
                },
                Err(error) => {
                    tracing::warn!("could not accept connection: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    // A stream runs until it is told to end.
    backend.streams.close();
    if timeout(LAST_ANSWERS, graceful.shutdown()).await.is_err() {
        tracing::info!(connections = open.len(), "closed connections that did not finish in time");
    }
}
