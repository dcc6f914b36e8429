//! The API's own description (OpenAPI 3.1): collected from the handlers by the router, so that it
//! has every route and no other, and completed here by what holds for all of them: who may ask,
//! what can go wrong, how often one may ask.

mod answers;
mod complete;
mod limits;
mod reference;
mod words;

use std::sync::LazyLock;

use axum::Json;
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::server::web::kit::envelope::ErrorEnvelope;

pub use reference::reference;

/// What holds for the whole API. Paths are added by the router.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Huntaze",
        description = "Everything that Huntaze's pages do with accounts, as JSON.\n\n\
                       Log in for an access token (15 minutes) and send it as `Authorization: \
                       Bearer ...`, or use the cookie that the same answer \
                       sets. A token is bound to its session: it ends with it.\n\n\
                       Every answer is one envelope; an error says what happened, what to do next, \
                       and a `correlationId` that the people who run \
                       the server can look up. Names are camelCase, times RFC 3339 in UTC. Bodies \
                       are JSON of at most 64 KiB; unknown fields are \
                       refused.\n\n\
                       Limits are those of a server as it comes. The headers `RateLimit-Limit`, \
                       `RateLimit-Remaining`, `RateLimit-Reset` and \
                       `RateLimit-Policy` of each answer tell this one's, and `x-correlation-id` \
                       finds the log lines of a request."
    ),
    tags(
        (name = "People", description = "Register, log in, log out; the person themselves."),
        (name = "Integrations", description = "Connect accounts on platforms, look at them, renew, \
            test, label and disconnect them."),
        (name = "Browser", description = "Addresses that people's browsers open: they answer with \
            a redirect to a page."),
        (name = "Notices", description = "What Huntaze has told the person about their \
            connections, and what changes while one looks."),
        (name = "Audit log", description = "Who did what, when and from where."),
        (name = "Server", description = "How this server is, for those who run it."),
    ),
    components(schemas(ErrorEnvelope))
)]
struct Whole;

/// The document: made once, because it is the same for everybody.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // The model is made of maps, lists and texts: it always has a JSON form.
    complete::complete(
        serde_json::to_value(super::described()).expect("the description has a JSON form"),
    )
});

pub fn document() -> &'static Value {
    &DOCUMENT
}

/// `GET /api/openapi.json`
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "Server",
    summary = "This description",
    description = "OpenAPI 3.1, made from the code that answers. `/api/docs` shows it to people.",
    responses((status = 200, description = "The \
        document", body = Object, example = json!({ "openapi": "3.1.0", "info": {
            "title": "Huntaze" } })))
)]
pub async fn openapi() -> Json<&'static Value> {
    Json(document())
}

pub fn buffer_body() -> OpenApi {
    Whole::openapi()
}
