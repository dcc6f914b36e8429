//! The `huntaze` command.

mod keys;
mod stop;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use huntaze::sandbox::{self, Sandbox};
use huntaze::server::clock::Clock;
use huntaze::server::config::{Config, Flags, SandboxConfig};
use huntaze::server::domain::access;
use huntaze::server::{Backend, db::Db, keys as server_keys, log, metrics, start, web, worker};
use leptos::config::LeptosOptions;
use stop::Stop;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(
    name = "huntaze",
    version,
    about = "Connect every account a creator earns with, and see which connections are healthy."
)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The configuration file [default: Leptos.toml, where there is one]
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Where the database, the keys and the sandbox live [default: data]
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app (the default)
    Serve(Serve),
    /// Do the background jobs only, beside processes that serve (PostgreSQL)
    Worker,
    /// Serve only the sandbox of fake platforms
    Sandbox {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:3900")]
        sandbox_addr: SocketAddr,
    },
    /// Bring the database's tables up to this version
    Migrate,
    /// The keys that seal the platforms' tokens
    Keys {
        #[command(subcommand)]
        verb: keys::Verb,
    },
}

#[derive(clap::Args, Clone, Default)]
struct Serve {
    /// Run on fake platforms inside this process; no account of it is real
    #[arg(long)]
    sandbox: bool,
    /// Where to listen [default: 127.0.0.1:3000]
    #[arg(long)]
    addr: Option<SocketAddr>,
    /// Where the sandbox listens
    #[arg(long, default_value = "127.0.0.1:3900")]
    sandbox_addr: Option<SocketAddr>,
}

/// A message for whoever starts the server.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    // One crypto provider for reqwest, sqlx and JWT; it can be installed once, and this is the
    // first line.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(Args::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &Failure) -> ExitCode {
    eprintln!("huntaze: {error}");
    ExitCode::FAILURE
}

async fn run(args: Args) -> Result<(), Failure> {
    let flags = |serve: &Serve| Flags {
        config: args.config.clone(),
        addr: serve.addr,
        data_dir: args.data_dir.clone(),
    };
    match args.command.clone_or(&args.serve) {
        Command::Serve(serve) => {
            let config = Config::load(&flags(&serve))?;
            log::init(config.server.log);
            serve_app(config, &serve).await
        }
        Command::Worker => {
            let config = Config::load(&flags(&Serve::default()))?;
            log::init(config.server.log);
            work(config).await
        }
        Command::Sandbox { sandbox_addr } => {
            let config = Config::load(&flags(&Serve::default()))?;
            log::init(config.server.log);
            serve_sandbox(&config, sandbox_addr).await
        }
        Command::Keys { verb } => {
            let config = Config::load(&flags(&Serve::default()))?;
            log::init(config.server.log);
            keys::run(config, verb).await
        }
        Command::Migrate => {
            let config = Config::load(&flags(&Serve::default()))?;
            log::init(config.server.log);
            let db =
                Db::open(config.database.url.as_ref(), &config.server.data_dir, Some(1)).await?;
            start::migrate(&config, &db).await?;
            db.close().await;
            println!("The tables are up to date.");
            Ok(())
        }
    }
}

trait CloneOr {
    /// `cargo leptos watch` passes no sub-command: serving is what is meant.
    fn clone_or(self, serve: &Serve) -> Command;
}

impl CloneOr for Option<Command> {
    fn clone_or(self, serve: &Serve) -> Command {
        self.unwrap_or_else(|| Command::Serve(serve.clone()))
    }
}

async fn listen(addr: SocketAddr, what: &str, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(addr).await.map_err(|error| {
        let fix = if error.kind() == std::io::ErrorKind::AddrInUse {
            format!("stop what listens there, or choose another with {flag}")
        } else {
            format!("choose an address of this machine with {flag}")
        };
        format!("{what} can't listen on {addr}: {error}\n  fix: {fix}").into()
    })
}

async fn serve_app(mut config: Config, serve: &Serve) -> Result<(), Failure> {
    let sandbox_addr = serve.sandbox_addr.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3900)));
    let stop = Stop::on_signals();
    let listener = listen(config.server.addr, "the app", "--addr").await?;
    let addr = listener.local_addr()?;
    config.server.addr = addr;
    let sandbox =
        if serve.sandbox { Some(open_sandbox(&mut config, sandbox_addr).await?) } else { None };
    let leptos = leptos_options(&config)?;
    let public_url = config.public_url();
    let backend = start::backend(config, Clock::System).await?;
    let app = web::App { backend: backend.clone(), leptos };
    tracing::info!(%public_url, %addr, sandbox = sandbox.is_some(), "ready");
    if sandbox.is_some() {
        let demo = &start::DEMO;
        println!(
            "\n  Huntaze with its sandbox   {public_url}\n  demo log-in                {} / \
             {}\n  sandbox control            {}\n",
            demo.email,
            demo.password,
            sandbox_url(sandbox_addr, "localhost")
        );
    } else {
        println!("\n  Huntaze   {public_url}\n");
    }
    tokio::spawn(metrics::tidy());
    tokio::spawn(server_keys::watch(backend.clone()));
    let work = backend
        .config
        .worker
        .in_serve
        .then(|| tokio::spawn(worker::run(backend.clone(), stop.wait())));
    let fake = sandbox
        .map(|(sandbox, listener)| tokio::spawn(run_sandbox(sandbox, listener, stop.clone())));
    web::serve(listener, app, stop.wait()).await;
    if let Some(fake) = fake {
        fake.await??;
    }
    if let Some(work) = work {
        work.await?;
    }
    end(&backend).await;
    Ok(())
}

/// Nothing begins any more: waits for what was sent, writes down what was counted, and closes the
/// database.
async fn end(backend: &Backend) {
    access::refreshes_landed(backend).await;
    server_keys::count(backend).await;
    backend.db.close().await;
    tracing::info!("stopped");
}

/// The jobs, without pages.
async fn work(config: Config) -> Result<(), Failure> {
    let stop = Stop::on_signals();
    let backend = start::backend(config, Clock::System).await?;
    if backend.db.is_sqlite() {
        // It would work, but its word of new jobs would not reach the other process, and both would
        // wait for one writer.
        return Err(
            "a worker of its own needs PostgreSQL\n  fix: set database.url, or let `huntaze \
            serve` do the jobs"
                .into(),
        );
    }
    tracing::info!("working");
    let observed = observe_worker(&backend, stop.clone()).await?;
    tokio::spawn(server_keys::watch(backend.clone()));
    tokio::spawn(metrics::tidy());
    worker::run(backend.clone(), stop.wait()).await;
    if let Some(observed) = observed {
        observed.await?;
    }
    end(&backend).await;
    Ok(())
}

/// Where it is asked for: answers how the worker is and what it counted.
async fn observe_worker(backend: &Backend, stop: Stop) -> Result<Option<JoinHandle<()>>, Failure> {
    let Some(addr) = backend.config.worker.metrics_addr else { return Ok(None) };
    let listener = listen(addr, "the worker's metrics", "worker.metrics_addr").await?;
    println!("\n  Huntaze worker's metrics   http://{}\n", listener.local_addr()?);
    let backend = backend.clone();
    Ok(Some(tokio::spawn(async move { web::observe(listener, backend, stop.wait()).await })))
}

/// Binds the sandbox, opens its state in a folder of its own, and points every platform at it.
async fn open_sandbox(
    config: &mut Config,
    addr: SocketAddr,
) -> Result<(Sandbox, TcpListener), Failure> {
    let listener = listen(addr, "the sandbox", "--sandbox-addr").await?;
    let addr = listener.local_addr()?;
    // Another name than the app's: cookies ignore ports, so this keeps the app's cookie out of the
    // sandbox.
    let (base, browser) =
        (sandbox_url(addr, &addr.ip().to_string()), sandbox_url(addr, "localhost"));
    config.server.data_dir = config.server.data_dir.join("sandbox");
    let sandbox = Sandbox::open(sandbox::Options {
        data_dir: config.server.data_dir.clone(),
        public_url: browser.clone(),
    })?;
    start::use_sandbox(
        config,
        SandboxConfig { base, browser },
        sandbox::CLIENT_ID,
        sandbox::CLIENT_SECRET,
    );
    Ok((sandbox, listener))
}

fn sandbox_url(addr: SocketAddr, host: &str) -> Url {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    // A host and a port make a URL.
    Url::parse(&format!("http://{host}:{}", addr.port())).expect("a host and a port are a URL")
}

async fn run_sandbox(sandbox: Sandbox, listener: TcpListener, stop: Stop) -> std::io::Result<()> {
    let router = sandbox.router();
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            stop.wait().await;
            sandbox.release();
        })
        .await
}

async fn serve_sandbox(config: &Config, addr: SocketAddr) -> Result<(), Failure> {
    let listener = listen(addr, "the sandbox", "--sandbox-addr").await?;
    let public_url = sandbox_url(listener.local_addr()?, "localhost");
    let sandbox = Sandbox::open(sandbox::Options {
        data_dir: config.server.data_dir.join("sandbox"),
        public_url: public_url.clone(),
    })?;
    println!("\n  Sandbox of fake platforms   {public_url}\n");
    run_sandbox(sandbox, listener, Stop::on_signals()).await?;
    Ok(())
}

/// The names of the site's files, which cargo-leptos hashed and listed beside the site.
fn leptos_options(config: &Config) -> Result<LeptosOptions, Failure> {
    let root = std::path::absolute(&config.server.site_root)?;
    let hashes = root.join("hash.txt");
    if !hashes.exists() {
        return Err(format!(
            "the site is not in {}\n  fix: build it with `make build`, or set server.site_root",
            root.display()
        )
        .into());
    }
    Ok(LeptosOptions::builder()
        .output_name("huntaze")
        .site_root(root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(config.server.addr)
        .hash_files(true)
        .hash_file(hashes.to_string_lossy().into())
        .build())
}
