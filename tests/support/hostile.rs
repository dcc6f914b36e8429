//! A platform that has turned against us, or has been taken over: it stands between the app and the sandbox and changes what the
//! platforms answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{Request, Response};
use huntaze::server::config::Config;
use huntaze::server::platform::{IDS, http};
use reqwest::Client;
use serde_json::Value;
use url::Url;

/// Changes what a platform answers; `path` is what it was asked.
pub type Change = Arc<dyn Fn(&str, &mut Value) + Send + Sync>;

#[derive(Clone)]
struct Between {
    http: Client,
    sandbox: Url,
    change: Change,
}

/// From now on every platform's answers pass through `change` before the app reads them. The consent pages stay as they are.
pub fn turn(config: &mut Config, change: impl Fn(&str, &mut Value) + Send + Sync + 'static) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a listener for tokio");
    let address = listener.local_addr().expect("its address");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener for tokio");
    let sandbox = config.sandbox.as_ref().expect("the sandbox's address").base.clone();
    let between = Between { http: http::pool().expect("an HTTP client"), sandbox, change: Arc::new(change) };
    let router = Router::new().fallback(pass).with_state(between);
    tokio::spawn(async move { axum::serve(listener, router).await });
    for id in IDS {
        let settings = config.platforms.get_mut(*id).expect("a platform's settings");
        settings.base_url = Some(format!("http://{address}/{id}").parse().expect("an address"));
    }
    address
}

async fn pass(State(between): State<Between>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut headers = parts.headers;
    for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let url = format!("{}{path}", between.sandbox.as_str().trim_end_matches('/'));
    let asked = between.http.request(parts.method, url).headers(headers).body(body);
    // What the sandbox cuts is cut here.
    let Ok(told) = asked.send().await else { return broken() };
    let (status, mut headers) = (told.status(), told.headers().clone());
    let Ok(bytes) = told.bytes().await else { return broken() };
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    let bytes = match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut json) => {
            (between.change)(&path, &mut json);
            Bytes::from(json.to_string())
        }
        Err(_) => bytes,
    };
    let mut answer = Response::new(Body::from(bytes));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

fn broken() -> Response<Body> {
    let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("the connection broke")) });
    Response::new(Body::from_stream(broken))
}

/// Changes every text inside.
pub fn texts(json: &mut Value, change: &impl Fn(&mut String)) {
    match json {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|field| texts(field, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
