//! The `huntaze` command.

mod fake_platforms;
mod keys;
mod stop;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use huntaze::server::clock::Clock;
use huntaze::server::config::{Config, Flags};
use huntaze::server::domain::{access, users};
use huntaze::server::{Backend, keys as server_keys, log, metrics, start, web, worker};
use leptos::config::LeptosOptions;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long a thread for blocking work waits for more. Hashing a password takes 19 MiB, which the
/// allocator gives back to the system a second after they were freed at the earliest, and then when
/// a thread ends: so threads end soon after that second.
const IDLE_THREAD: Duration = Duration::from_secs(2);

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
    /// Run on fake platforms and on the sandbox's own data; no account of it is real
    #[arg(long, global = true)]
    sandbox: bool,
    /// Where the sandbox listens
    #[arg(long, global = true, default_value = "127.0.0.1:3900")]
    sandbox_addr: SocketAddr,
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
    Sandbox,
    /// Bring the database's tables up to this version
    Migrate,
    /// The keys that seal the platforms' tokens and sign access tokens
    Keys {
        #[command(subcommand)]
        verb: keys::Verb,
    },
}

#[derive(clap::Args, Clone, Default)]
struct Serve {
    /// Where to listen [default: 127.0.0.1:3000]
    #[arg(long)]
    addr: Option<SocketAddr>,
}

/// A message for whoever starts the server.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    // One crypto provider for reqwest, sqlx and JWT; it can be installed once, and this is the
    // first line.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_keep_alive(IDLE_THREAD)
        .build();
    let runtime = match runtime {
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
    // `cargo leptos watch` passes no sub-command: serving is what is meant.
    let command = args.command.unwrap_or(Command::Serve(args.serve));
    let addr = if let Command::Serve(serve) = &command { serve.addr } else { None };
    let mut config = Config::load(&Flags { config: args.config, addr, data_dir: args.data_dir })?;
    log::init(config.server.log);
    let sandbox_addr = args.sandbox_addr;
    // Serving opens a sandbox of its own; what runs beside it uses that one.
    if args.sandbox && !matches!(command, Command::Serve(_) | Command::Sandbox) {
        fake_platforms::point_at(&mut config, sandbox_addr);
    }
    match command {
        Command::Serve(_) => serve_app(config, args.sandbox.then_some(sandbox_addr)).await,
        Command::Worker => work(config).await,
        Command::Sandbox => fake_platforms::serve(&config, sandbox_addr).await,
        Command::Keys { verb } => keys::run(config, verb).await,
        Command::Migrate => migrate(config).await,
    }
}

async fn migrate(config: Config) -> Result<(), Failure> {
    let db = start::open_database(&config, Some(1)).await?;
    start::migrate(&config, &db).await?;
    db.close().await;
    println!("The tables are up to date.");
    Ok(())
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

async fn serve_app(mut config: Config, sandbox_addr: Option<SocketAddr>) -> Result<(), Failure> {
    let stop = stop::on_signals();
    let listener = listen(config.server.addr, "the app", "--addr").await?;
    config.server.addr = listener.local_addr()?;
    let sandbox = match sandbox_addr {
        Some(addr) => Some(fake_platforms::open(&mut config, addr).await?),
        None => None,
    };
    let leptos = leptos_options(&config)?;
    let backend = start::backend(config, Clock::System).await?;
    let app = web::App::new(backend.clone(), leptos)?;
    greet(&backend.config);
    tokio::spawn(metrics::tidy());
    tokio::spawn(server_keys::watch(backend.clone()));
    let serving = async {
        let stopped = || stop.clone().cancelled_owned();
        let work = backend
            .config
            .worker
            .in_serve
            .then(|| tokio::spawn(worker::run(backend.clone(), stopped())));
        let fake = sandbox.map(|(sandbox, listener)| {
            tokio::spawn(fake_platforms::run(sandbox, listener, stop.clone()))
        });
        web::serve(listener, app, stopped()).await;
        if let Some(fake) = fake {
            fake.await??;
        }
        if let Some(work) = work {
            work.await?;
        }
        end(&backend).await;
        Ok(())
    };
    stop::within_deadline(&stop, serving).await.unwrap_or(Ok(()))
}

/// Says where people find it.
fn greet(config: &Config) {
    let (public_url, addr) = (config.public_url(), config.server.addr);
    tracing::info!(%public_url, %addr, sandbox = config.sandbox.is_some(), "server ready");
    let Some(sandbox) = &config.sandbox else {
        println!("\n  Huntaze   {public_url}\n");
        return;
    };
    let demo = &users::DEMO;
    println!(
        "\n  Huntaze with its sandbox   {public_url}\n  demo log-in                {} / {}\n  \
         sandbox control            {}\n",
        demo.email, demo.password, sandbox.browser
    );
}

/// Nothing begins any more: waits for what was sent, writes down what was counted, and closes the
/// database.
async fn end(backend: &Backend) {
    access::drain_refreshes(backend).await;
    server_keys::count(backend).await;
    backend.db.close().await;
    tracing::info!("stopped");
}

/// The jobs, without pages.
async fn work(config: Config) -> Result<(), Failure> {
    // It would work on SQLite, but its word of new jobs would not reach the other process, and both
    // would wait for one writer.
    if start::database_file(&config)?.is_some() {
        return Err(
            "a worker of its own needs PostgreSQL\n  fix: set database.url, or let `huntaze \
            serve` do the jobs"
                .into(),
        );
    }
    let stop = stop::on_signals();
    let backend = start::backend(config, Clock::System).await?;
    tracing::info!("worker ready");
    let observed = observe_worker(&backend, stop.clone()).await?;
    tokio::spawn(server_keys::watch(backend.clone()));
    tokio::spawn(metrics::tidy());
    let working = async {
        worker::run(backend.clone(), stop.clone().cancelled_owned()).await;
        if let Some(observed) = observed {
            observed.await?;
        }
        end(&backend).await;
        Ok(())
    };
    stop::within_deadline(&stop, working).await.unwrap_or(Ok(()))
}

/// Where it is asked for: answers how the worker is and what it counted.
async fn observe_worker(
    backend: &Backend,
    stop: CancellationToken,
) -> Result<Option<JoinHandle<()>>, Failure> {
    let Some(addr) = backend.config.worker.metrics_addr else { return Ok(None) };
    let listener = listen(addr, "the worker's metrics", "worker.metrics_addr").await?;
    println!("\n  Huntaze worker's metrics   http://{}\n", listener.local_addr()?);
    let backend = backend.clone();
    let stopped = stop.cancelled_owned();
    Ok(Some(tokio::spawn(async move { web::observe(listener, backend, stopped).await })))
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
