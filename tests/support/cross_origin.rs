//! Standing between the app and the sandbox, to hear or to change what they say to each other.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use huntaze::server::config::Config;
use huntaze::server::platform::{self, http};
use url::Url;

/// The sandbox, as whoever stands before it calls it.
#[derive(Clone)]
pub struct Behind {
    http: reqwest::Client,
    base: Url,
}

/// What the sandbox told.
#[derive(Clone)]
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// From now on the app's calls to every platform come to this router. The consent pages stay where
/// they are.
pub fn stand(config: &mut Config, router: impl FnOnce(Behind) -> Router) {
    let sandbox = config.sandbox.as_ref().expect("a sandbox").base.clone();
    let base = start(sandbox, router);
    for platform in platform::all() {
        let id = &platform.info().id;
        let settings = config.platforms.get_mut(&**id).expect("the sandbox has every platform");
        let base = below(&base, id);
        settings.own.extend(platform.sandbox_settings(&base));
        settings.base_url = Some(base);
    }
}

/// A platform's address below one that has no path of its own.
pub fn below(base: &Url, id: &str) -> Url {
    format!("{base}{id}").parse().expect("an address")
}

/// Starts a router that stands before the sandbox: the address to call in its place.
pub fn start(sandbox: Url, router: impl FnOnce(Behind) -> Router) -> Url {
    let behind = Behind { http: http::pool().expect("an HTTP client"), base: sandbox };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("as tokio wants it");
    let address = listener.local_addr().expect("its address");
    let (router, listener) =
        (router(behind), tokio::net::TcpListener::from_std(listener).expect("a listener"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/").parse().expect("an address")
}

impl Behind {
    /// Passes a call on. `None`: the sandbox gave no answer.
    pub async fn ask(&self, parts: &Parts, body: Bytes) -> Option<Told> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let mut headers = parts.headers.clone();
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        let answer = self
            .http
            .request(parts.method.clone(), url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .ok()?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(TRANSFER_ENCODING);
        headers.remove(CONTENT_LENGTH);
        Some(Told { status, headers, body: answer.bytes().await.ok()? })
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        (self.status, self.headers, Body::from(self.body)).into_response()
    }
}
