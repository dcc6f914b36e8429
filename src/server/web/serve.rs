//! Accepting connections. axum's own loop waits for the head of a request for ever, so that whoever
//! opens connections and says nothing ("Slowloris") would hold them all.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::{App, probes, router};
use crate::server::Backend;

/// Out of files or memory: others have to end before the next can begin.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers until `stop` resolves; requests that run are finished.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let backend = app.backend.clone();
    accept(listener, router(app), &backend, stop).await;
}

/// The same for a process that has no pages: only how it is and what it counted.
pub async fn observe(listener: TcpListener, backend: Backend, stop: impl Future<Output = ()>) {
    accept(listener, Router::from(probes()).with_state(backend.clone()), &backend, stop).await;
}

async fn accept(
    listener: TcpListener,
    router: Router,
    backend: &Backend,
    stop: impl Future<Output = ()>,
) {
    let patience = Duration::from_secs(backend.config.server.request_seconds);
    let (stopping, stopped) = watch::channel(());
    let mut open = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = open.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => _ = open.spawn(answer(router.clone(), stream, peer, patience,
                    stopped.clone())),
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    // A stream runs until it is told to end.
    backend.streams.close();
    drop((listener, stopping));
    while open.join_next().await.is_some() {}
}

/// One connection, to its end.
async fn answer(
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    patience: Duration,
    mut stopped: watch::Receiver<()>,
) {
    let service = router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // The sender is dropped, never used.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection broke: {error}");
    }
}
