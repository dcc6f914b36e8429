//! A server in this process, with a person who has so many accounts.

pub mod accounts;
pub mod statements;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, HOST};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use chrono::{TimeZone, Utc};
use huntaze::server::clock::Clock;
use huntaze::server::config::{Config, Limits};
use huntaze::server::domain::users::{self, Registering};
use huntaze::server::platform::{IDS, Settings};
use huntaze::server::{Backend, identity, start, web};
use leptos::config::LeptosOptions;
use secrecy::ExposeSecret;
use tower::ServiceExt;

use crate::by_hand;

pub struct World {
    pub accounts: usize,
    pub real: Router,
    pub by_hand: Router,
    cookie: HeaderValue,
    host: HeaderValue,
    /// Deleted with the world.
    _folder: tempfile::TempDir,
}

impl World {
    /// A fresh database in a folder of its own. The clock stands still, so that both pages say the
    /// same times.
    pub async fn with(accounts: usize) -> Self {
        // An error only says that another world was first.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let now =
            Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).single().expect("a time that exists once");
        let backend = start::backend(configuration(folder.path()), Clock::fixed(now))
            .await
            .expect("a fresh server starts");
        let form = Registering {
            name: "Ada Lovelace".into(),
            email: "ada@example.com".into(),
            password: "engine no. 1, 1843".to_owned().into(),
        };
        let entered = users::register(&backend, form, users::ClientInfo::browser("benchmark"))
            .await
            .expect("Ada registers");
        let cookie = format!("session={}", entered.secret.expose_secret());
        let cookie = HeaderValue::try_from(cookie).expect("hex is a header value");
        connect(&backend, &cookie, accounts).await;
        let host = backend
            .config
            .server
            .addr
            .to_string()
            .try_into()
            .expect("an address is a header value");
        let leptos = LeptosOptions::builder()
            .output_name("huntaze")
            .site_root(folder.path().to_string_lossy().into_owned())
            .site_pkg_dir("pkg")
            .hash_files(false)
            .build();
        Self {
            accounts,
            by_hand: by_hand::router(backend.clone()),
            real: web::router(web::App::new(backend, leptos).expect("no list is read")),
            cookie,
            host,
            _folder: folder,
        }
    }

    /// Asks for the page and reads it whole.
    pub async fn get(&self, router: &Router) -> String {
        let request = Request::get("/integrations")
            .header(HOST, &self.host)
            .header(COOKIE, &self.cookie)
            .body(Body::empty());
        let answer =
            router.clone().oneshot(request.expect("a request")).await.expect("routers do not fail");
        assert_eq!(answer.status(), StatusCode::OK);
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.expect("the page arrives whole");
        String::from_utf8(bytes.into()).expect("pages are UTF-8")
    }
}

/// All six platforms set up, and room for every account.
fn configuration(folder: &std::path::Path) -> Config {
    let mut config = Config::default();
    config.server.data_dir = folder.to_owned();
    config.limits = Limits::none();
    config.tiers.insert(config.default_tier.clone(), 1_000);
    for id in IDS {
        let own: &[_] = match *id {
            "reddit" => &[("user_agent", "benchmark")],
            "onlyfans" => &[("rules", "rules.json")],
            _ => &[],
        };
        let settings = Settings {
            enabled: Some(true),
            client_id: "benchmark".into(),
            client_secret: "benchmark".to_owned().into(),
            own: own.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect(),
            ..Settings::default()
        };
        config.platforms.insert((*id).to_owned(), settings);
    }
    config
}

async fn connect(backend: &Backend, cookie: &HeaderValue, accounts: usize) {
    let headers = HeaderMap::from_iter([(COOKIE, cookie.clone())]);
    let ada = identity::identify(backend, &headers)
        .await
        .expect("the database answers")
        .expect("Ada is logged in");
    for number in 0..accounts {
        accounts::connect(backend, &ada, number).await.expect("an account is stored");
    }
}
