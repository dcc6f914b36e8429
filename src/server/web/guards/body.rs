//! Whole bodies of bounded size, in bounded time.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use futures::TryStreamExt;
use tokio::time::timeout;

use super::super::kit::refusal::ResponseFormat;
use super::super::kit::{App, LARGEST_BODY};
use crate::error::{AppError, Kind};

/// Reads the body, so that handlers begin with a whole one of bounded size that came in bounded
/// time, and whoever sends another is told so in words, whatever the handler would have made of it.
pub async fn buffer_body(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let format = ResponseFormat::by(&request);
    let (parts, body) = request.into_parts();
    let patience = Duration::from_secs(app.backend.config.server.request_seconds);
    let error = match timeout(patience, read(body)).await {
        Ok(Ok(Some(bytes))) => {
            return next.run(Request::from_parts(parts, Body::from(bytes))).await;
        }
        Ok(Ok(None)) => AppError::new(
            Kind::TooLarge,
            "This is too large.",
            "Send at most 64 KiB. Nothing was changed.",
        ),
        Ok(Err(_)) => AppError::new(
            Kind::BadRequest,
            "This did not arrive whole.",
            "Nothing was changed. Send it again.",
        ),
        Err(_) => AppError::new(
            Kind::BadRequest,
            "This took too long to arrive.",
            "Nothing was changed. Send it again, all at once.",
        ),
    };
    format.refuse(&app.backend, error)
}

/// A whole body, or nothing if it is too large. A while longer is read and forgotten: whoever is
/// still sending does not hear the answer.
async fn read(body: Body) -> Result<Option<Vec<u8>>, axum::Error> {
    let (mut pieces, mut whole, mut seen) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(piece) = pieces.try_next().await? {
        seen += piece.len();
        if seen <= LARGEST_BODY {
            whole.extend_from_slice(&piece);
        } else if seen > 16 * LARGEST_BODY {
            break;
        }
    }
    Ok((seen <= LARGEST_BODY).then_some(whole))
}
