//! X for a storm. The sandbox writes down all it knows with every call, which is what a person who
//! plays with it wants, and not ten thousand accounts. This one knows tokens only, takes its time,
//! and takes each refresh token once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

/// A fake X. Clones are the same one.
#[derive(Clone)]
pub struct Platform {
    book: Arc<Mutex<Book>>,
    latency: Duration,
    pub base: String,
}

#[derive(Default)]
struct Book {
    /// The account of each refresh token that was not used yet.
    refresh: HashMap<String, usize>,
    /// The account of each access token.
    access: HashMap<String, usize>,
    counted: Counted,
    now: u64,
}

/// What was asked of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counted {
    pub refreshes: u64,
    /// Refresh tokens that it did not know, or not any more.
    pub refused: u64,
    pub most_at_once: u64,
}

/// The tokens of an account.
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

impl Platform {
    pub async fn start(latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let platform = Self { book: Arc::default(), latency, base };
        let router = Router::new()
            .route("/2/oauth2/token", post(token))
            .route("/2/users/me", get(me))
            .with_state(platform.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        platform
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("nobody panicked holding it")
    }

    /// As after a consent.
    pub fn issue(&self, account: usize) -> Pair {
        self.book().issue(account)
    }

    pub fn counted(&self) -> Counted {
        self.book().counted
    }

    /// Whether this account's refresh token is the one that would be taken next.
    pub fn would_renew(&self, account: usize, refresh: &str) -> bool {
        self.book().refresh.get(refresh) == Some(&account)
    }
}

impl Book {
    fn issue(&mut self, account: usize) -> Pair {
        let pair = Pair {
            access: format!("xua.{}", Uuid::now_v7().simple()),
            refresh: Uuid::now_v7().simple().to_string(),
        };
        self.refresh.insert(pair.refresh.clone(), account);
        self.access.insert(pair.access.clone(), account);
        pair
    }

    /// A refresh token is used up by coming in, whatever becomes of the answer.
    fn arrive(&mut self, refresh: &str) -> Option<usize> {
        self.now += 1;
        self.counted.refreshes += 1;
        self.counted.most_at_once = self.counted.most_at_once.max(self.now);
        let account = self.refresh.remove(refresh);
        self.counted.refused += u64::from(account.is_none());
        account
    }
}

async fn token(
    State(platform): State<Platform>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let account = platform.book().arrive(form.get("refresh_token").map_or("", String::as_str));
    tokio::time::sleep(platform.latency).await;
    let mut book = platform.book();
    book.now -= 1;
    let Some(account) = account else {
        let error = json!({ "error": "invalid_request", "error_description": "Value passed for the \
            token was invalid." });
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    };
    let Pair { access, refresh } = book.issue(account);
    Json(json!({ "token_type": "bearer", "expires_in": 7200, "access_token": access,
        "refresh_token": refresh }))
    .into_response()
}

async fn me(State(platform): State<Platform>, headers: HeaderMap) -> Response {
    let token =
        headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match token.and_then(|token| platform.book().access.get(token).copied()) {
        Some(account) => {
            let user = json!({ "id": account.to_string(), "name": format!("Account \
                {account}"), "username": format!("account_{account}") });
            Json(json!({ "data": user })).into_response()
        }
        None => (StatusCode::UNAUTHORIZED, Json(json!({ "title": "Unauthorized", "status": 401 })))
            .into_response(),
    }
}
