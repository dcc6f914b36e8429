//! Conditional requests (RFC 9110, 13): who has an answer already, and asks whether it is still
//! true, is told so in a few bytes.
//!
//! Only JSON. A page has no validator: the nonce in its script has to be that of the policy beside
//! it, and a 304 would bring the new policy to the old page.

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::stream;

use super::super::kit::validator::Validator;

/// For the person's own browser, which asks each time before it believes it.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Gives good JSON answers to reads a validator, and answers 304 where the client's is the same.
/// Whatever says itself how it is kept, such as `no-store`, is left as it is.
pub async fn revalidate(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    if !matches!(method, Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let known: HeaderMap = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .iter()
        .map(|tags| (IF_NONE_MATCH, tags.clone()))
        .collect();
    let response = next.run(request).await;
    if !may_be_kept(&response) {
        return response;
    }
    let (validator, mut response) = match response.extensions().get::<Validator>().cloned() {
        Some(validator) => (validator, response),
        None => match hash(response).await {
            Ok(hashed) => hashed,
            Err(response) => return response,
        },
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, validator.to_header());
    headers.insert(CACHE_CONTROL, ASK_AGAIN);
    // Said by the 304, too, whose body nobody compresses.
    headers.append(VARY, ACCEPT_ENCODING.into());
    if validator.is_known(&known) { not_modified(response) } else { response }
}

fn may_be_kept(response: &Response) -> bool {
    let headers = response.headers();
    response.status() == StatusCode::OK
        && headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/json")
        && !headers.contains_key(CACHE_CONTROL)
}

/// Of a body that is whole. One that is still being written is sent as it comes.
async fn hash(response: Response) -> Result<(Validator, Response), Response> {
    let Some(length) = response.body().size_hint().exact() else { return Err(response) };
    let (parts, body) = response.into_parts();
    // It lies in memory already, so reading it fails for nobody.
    match to_bytes(body, usize::try_from(length).unwrap_or(usize::MAX)).await {
        Ok(bytes) => Ok((Validator::of(&bytes), Response::from_parts(parts, Body::from(bytes)))),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    }
}

/// The same headers without the body, and without what describes it.
fn not_modified(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    // A body of no known length: a length of 0 would be taken for that of the answer it stands for.
    Response::from_parts(parts, Body::from_stream(stream::empty::<Result<&str, std::io::Error>>()))
}
