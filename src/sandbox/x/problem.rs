//! X's errors: problem documents at the API, `error` and `error_description` at the token endpoint,
//! pages when it is down.
//! <https://docs.x.com/x-api/fundamentals/response-codes-and-errors>

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::sandbox::{platform::Failure, state::Allowance};

pub const SUSPENDED: &str = "The user used for authentication is suspended";
pub const LOCKED: &str = "Your account is temporarily locked. \
    Please log in to https://twitter.com to unlock your account.";
const NOT_PERMITTED: &str = "You are not permitted to perform this action.";

/// The error of this status; `reason` is one of X's problem names, or `locked`.
pub fn failure(failure: &Failure) -> Response {
    match failure.status {
        StatusCode::INTERNAL_SERVER_ERROR => problem(
            failure.status,
            "internal-error",
            "Internal Server Error",
            "Something is broken.",
        ),
        status if status.is_server_error() => {
            (status, Html("<html><body>Over capacity</body></html>")).into_response()
        }
        StatusCode::TOO_MANY_REQUESTS => too_many(failure),
        StatusCode::NOT_FOUND if failure.reason.is_none() => not_found(failure.path),
        _ if failure.path.starts_with("/2/oauth2/") => oauth(failure.status),
        status => api(status, failure.reason),
    }
}

fn oauth(status: StatusCode) -> Response {
    if status == StatusCode::UNAUTHORIZED {
        unknown_client()
    } else {
        invalid_request("Value passed for the token was invalid.")
    }
}

fn api(status: StatusCode, reason: Option<&str>) -> Response {
    match (status, reason) {
        (StatusCode::BAD_REQUEST, _) => problem(
            status,
            "invalid-request",
            "Invalid Request",
            "One or more parameters to your request was invalid.",
        ),
        (StatusCode::UNAUTHORIZED, _) => unauthorized(),
        (StatusCode::PAYMENT_REQUIRED, _) => {
            let detail = "Your enrolled account [1000000000000000001] does not have any credits \
                to fulfill this request.";
            problem(status, "credits", "CreditsDepleted", detail)
        }
        (StatusCode::FORBIDDEN, Some("user-suspended")) => suspended(),
        (StatusCode::FORBIDDEN, Some("locked")) => forbidden(LOCKED),
        (StatusCode::FORBIDDEN, Some("unsupported-authentication")) => unsupported_authentication(),
        (
            StatusCode::FORBIDDEN,
            Some(reason @ ("client-not-enrolled" | "official-client-forbidden")),
        ) => client_forbidden(reason),
        (StatusCode::FORBIDDEN, _) => forbidden(NOT_PERMITTED),
        (StatusCode::NOT_FOUND, _) => problem(
            status,
            "resource-not-found",
            "Not Found Error",
            "Could not find what was asked for.",
        ),
        (status, _) => untyped(status, status.canonical_reason().unwrap_or_default()),
    }
}

fn too_many(failure: &Failure) -> Response {
    if failure.reason == Some("usage-capped") {
        let body = json!({
            "title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap",
            "period": "Monthly", "scope": "Product", "type": kind("usage-capped"), "status": 429,
        });
        return document(failure.status, body);
    }
    let allowance = Allowance { used: 75, remaining: 0, reset: failure.now + 900, within: false };
    rate_limited(&allowance, 75)
}

/// One call too many in a window.
pub fn rate_limited(allowance: &Allowance, limit: u32) -> Response {
    (rate_headers(allowance, limit), untyped(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"))
        .into_response()
}

/// `x-rate-limit-reset` is the second at which the window ends, not the seconds to go.
pub fn rate_headers(allowance: &Allowance, limit: u32) -> [(&'static str, String); 3] {
    [
        ("x-rate-limit-limit", limit.to_string()),
        ("x-rate-limit-remaining", allowance.remaining.to_string()),
        ("x-rate-limit-reset", allowance.reset.to_string()),
    ]
}

/// A path that X does not serve, the token endpoint's host included.
pub fn not_found(_path: &str) -> Response {
    untyped(StatusCode::NOT_FOUND, "Not Found")
}

pub fn unauthorized() -> Response {
    untyped(StatusCode::UNAUTHORIZED, "Unauthorized")
}

/// What a token gets that is none of a user.
pub fn unsupported_authentication() -> Response {
    let detail = "Authenticating with Unknown is forbidden for this endpoint.  \
        Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].";
    problem(
        StatusCode::FORBIDDEN,
        "unsupported-authentication",
        "Unsupported Authentication",
        detail,
    )
}

pub fn suspended() -> Response {
    problem(StatusCode::FORBIDDEN, "user-suspended", "User Suspended", SUSPENDED)
}

pub fn locked() -> Response {
    forbidden(LOCKED)
}

pub fn missing_scope() -> Response {
    forbidden(NOT_PERMITTED)
}

fn forbidden(detail: &str) -> Response {
    untyped(StatusCode::FORBIDDEN, detail)
}

fn client_forbidden(reason: &str) -> Response {
    let body = json!({
        "title": "Client \
         Forbidden", "type": kind("client-forbidden"), "status": 403, "reason": reason,
        "detail": "This request must be made using an approved developer account that is enrolled \
            in the requested endpoint.",
        "required_enrollment": "Appropriate Level of API Access",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
        "client_id": "1000000",
    });
    document(StatusCode::FORBIDDEN, body)
}

/// A parameter with a value X does not take.
pub fn invalid_parameter(name: &str, value: &str) -> Response {
    let message = format!("The `{name}` query parameter value [{value}] is not valid");
    let body = json!({
        "errors": [{ "parameters": { name: [value] }, "message": message }],
        "title": "Invalid Request", "detail": "One or more parameters to your request was invalid.",
        "type": kind("invalid-request"),
    });
    document(StatusCode::BAD_REQUEST, body)
}

/// 400 at the token endpoint.
pub fn invalid_request(description: &str) -> Response {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({ "error": "invalid_request", "error_description": description })),
    )
        .into_response()
}

/// 401 at the token endpoint: no or wrong Basic header.
pub fn unknown_client() -> Response {
    let body = json!({
        "error": "unauthorized_client", "error_description": "Missing valid authorization header",
    });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

/// A problem that says no more than its status.
fn untyped(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let code = status.as_u16();
    let body = json!({ "title": title, "detail": detail, "type": "about:blank", "status": code });
    document(status, body)
}

fn problem(status: StatusCode, slug: &str, title: &str, detail: &str) -> Response {
    document(
        status,
        json!({ "title": title, "detail": detail, "type": kind(slug), "status": status.as_u16() }),
    )
}

fn kind(slug: &str) -> String {
    format!("https://api.x.com/2/problems/{slug}")
}

fn document(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
