//! The sandbox of fake platforms: beside the app, or alone.

use std::net::SocketAddr;

use huntaze::sandbox::{self, Sandbox};
use huntaze::server::config::{Config, SandboxConfig};
use huntaze::server::start;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{Failure, listen, stop};

/// Binds the sandbox, opens its state in a folder of its own, and points every platform at it.
pub async fn open(
    config: &mut Config,
    addr: SocketAddr,
) -> Result<(Sandbox, TcpListener), Failure> {
    let listener = listen(addr, "the sandbox", "--sandbox-addr").await?;
    let public_url = point_at(config, listener.local_addr()?);
    let data_dir = config.server.data_dir.clone();
    let sandbox = Sandbox::open(sandbox::Options { data_dir, public_url })?;
    sandbox.register_app(&config.public_url());
    Ok((sandbox, listener))
}

/// Points every platform at the sandbox behind this address, and the data at its folder. What
/// browsers call it.
pub fn point_at(config: &mut Config, addr: SocketAddr) -> Url {
    // Another name than the app's: cookies ignore ports, so this keeps the app's cookie out of the
    // sandbox.
    let (base, browser) =
        (sandbox_url(addr, &addr.ip().to_string()), sandbox_url(addr, "localhost"));
    config.server.data_dir = config.server.data_dir.join("sandbox");
    let sandbox = SandboxConfig { base, browser: browser.clone() };
    start::use_sandbox(config, sandbox, sandbox::CLIENT_ID, sandbox::CLIENT_SECRET);
    browser
}

fn sandbox_url(addr: SocketAddr, host: &str) -> Url {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    // A host and a port make a URL.
    Url::parse(&format!("http://{host}:{}", addr.port())).expect("a host and a port are a URL")
}

pub async fn run(
    sandbox: Sandbox,
    listener: TcpListener,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let router = sandbox.router();
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            stop.cancelled().await;
            sandbox.release();
        })
        .await
}

pub async fn serve(config: &Config, addr: SocketAddr) -> Result<(), Failure> {
    let listener = listen(addr, "the sandbox", "--sandbox-addr").await?;
    let public_url = sandbox_url(listener.local_addr()?, "localhost");
    let sandbox = Sandbox::open(sandbox::Options {
        data_dir: config.server.data_dir.join("sandbox"),
        public_url: public_url.clone(),
    })?;
    sandbox.register_app(&config.public_url());
    println!("\n  Sandbox of fake platforms   {public_url}\n");
    let stop = stop::on_signals();
    stop::within_deadline(&stop, run(sandbox, listener, stop.clone())).await.transpose()?;
    Ok(())
}
