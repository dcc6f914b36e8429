//! The API's own description (OpenAPI 3.1): collected from the handlers by the router, so that it has every route and no other, and
//! completed here by what holds for all of them: who may ask, what can go wrong, how often one may ask.

use std::sync::LazyLock;

use axum::Json;
use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, HttpMethod, Object, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Type};
use utoipa::{OpenApi as _, ToSchema};

use super::envelope::Refused;
use crate::server::platform::IDS;

/// What holds for the whole API. Paths are added by the router.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Huntaze",
        description = "Everything that Huntaze's pages do with accounts, as JSON. Log in for an access token (15 minutes) and send it as \
                       `Authorization: Bearer ...`, or use the cookie that the same answer sets. Every answer is one envelope; an error says \
                       what happened, what to do next, and a `correlationId` that the people who run the server can look up."
    ),
    tags(
        (name = "People", description = "Register, log in, log out; the person themselves."),
        (name = "Integrations", description = "Connect accounts on platforms, look at them, renew, test, label and disconnect them."),
        (name = "Browser", description = "Addresses that people's browsers open: they answer with a redirect to a page."),
        (name = "Notices", description = "What Huntaze has told the person about their connections."),
        (name = "Audit log", description = "Who did what, when and from where."),
        (name = "Server", description = "How this server is."),
    ),
    components(schemas(Refused)),
    security(("bearer" = []), ("cookie" = []))
)]
struct Whole;

/// The document: made once, because it is the same for everybody.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let api = complete(super::described());
    // The model is made of maps, lists and texts: it always has a JSON form.
    serde_json::to_value(api).expect("the description has a JSON form")
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
    description = "OpenAPI 3.1, made from the code that answers.",
    responses((status = 200, description = "The document", body = Object)),
    security(())
)]
pub async fn openapi() -> Json<&'static Value> {
    Json(document())
}

pub fn whole() -> OpenApi {
    Whole::openapi()
}

/// An answer that many endpoints share.
struct Common {
    status: &'static str,
    name: &'static str,
    kinds: &'static str,
    when: &'static str,
}

const COMMON: &[Common] = &[
    Common {
        status: "400",
        name: "BadRequest",
        kinds: "bad_request",
        when: "What was sent cannot be read: no JSON, or a broken address.",
    },
    Common {
        status: "401",
        name: "Unauthorized",
        kinds: "unauthorized",
        when: "Nobody is logged in, or the bearer token is not good.",
    },
    Common { status: "403", name: "Forbidden", kinds: "forbidden", when: "From another site, or not for this person's role." },
    Common {
        status: "404",
        name: "NotFound",
        kinds: "not_found",
        when: "There is no such thing, or it belongs to another workspace.",
    },
    Common {
        status: "409",
        name: "Conflict",
        kinds: "conflict, tier_limit",
        when: "The state of things does not allow it; the sentence says which.",
    },
    Common { status: "413", name: "TooLarge", kinds: "too_large", when: "The body has more than 64 KiB." },
    Common { status: "415", name: "UnsupportedMedia", kinds: "unsupported_media", when: "The body is not `application/json`." },
    Common {
        status: "422",
        name: "Refused",
        kinds: "validation, platform_refused",
        when: "Some fields need another look (`details.fields`), or the platform said no.",
    },
    Common {
        status: "429",
        name: "RateLimited",
        kinds: "rate_limited",
        when: "Too many requests, or too soon. `Retry-After` says when to come back.",
    },
    Common { status: "500", name: "Internal", kinds: "internal", when: "Ours; nothing was changed." },
    Common {
        status: "503",
        name: "PlatformUnavailable",
        kinds: "platform_unavailable",
        when: "The platform is not answering; accounts stay as they are.",
    },
];

/// Adds what the handlers need not repeat.
fn complete(mut api: OpenApi) -> OpenApi {
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("session"))));
    for common in COMMON {
        components.responses.insert(common.name.to_owned(), common.response().into());
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(path, method, operation);
        }
    }
    api
}

impl Common {
    fn response(&self) -> utoipa::openapi::Response {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Refused::name()))).example(Some(self.example()));
        let description = format!("{} (`{}`)", self.when, self.kinds);
        ResponseBuilder::new().description(description).content("application/json", content.build()).build()
    }

    fn example(&self) -> Value {
        let kind = self.kinds.split(',').next().unwrap_or_default();
        let status: u16 = self.status.parse().unwrap_or_default();
        json!({
            "success": false,
            "error": { "type": kind, "message": self.when, "userMessage": self.when, "statusCode": status, "retryable": matches!(status, 429 | 500 | 503) },
            "correlationId": "BJXD-VYJH", "timestamp": "2026-11-21T03:32:37.484Z",
        })
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    use HttpMethod::{Delete, Get, Patch, Post, Put};
    let PathItem { get, put, post, delete, patch, .. } = item;
    [(Get, get), (Put, put), (Post, post), (Delete, delete), (Patch, patch)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete_operation(path: &str, method: HttpMethod, operation: &mut Operation) {
    let is_get = matches!(method, HttpMethod::Get);
    operation.operation_id = Some(id(method, path));
    let (has_body, has_parameters) =
        (operation.request_body.is_some(), operation.parameters.as_ref().is_some_and(|p| !p.is_empty()));
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.name == "provider"
        {
            let known = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(IDS.iter().copied())).build();
            let named = ParameterBuilder::from(parameter.clone()).schema(Some(Schema::from(known)));
            *parameter = named.example(IDS.last().map(|id| json!(id))).build();
        }
    }
    for common in COMMON {
        let applies = match common.status {
            "401" | "429" | "500" => true,
            "400" => has_body || has_parameters,
            "403" => !is_get,
            "404" => path.contains('{'),
            "409" => !is_get,
            "413" | "415" => has_body,
            "422" => has_body || has_parameters || !is_get,
            // Only these speak to a platform.
            _ => path.starts_with("/api/integrations/") && !is_get,
        };
        if applies {
            let reference = RefOr::Ref(Ref::from_response_name(common.name));
            operation.responses.responses.entry(common.status.to_owned()).or_insert(reference);
        }
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            wrap_example(response);
        }
    }
}

/// The examples at the handlers show `data`; the envelope is put around them here.
fn wrap_example(response: &mut utoipa::openapi::Response) {
    let header = HeaderBuilder::new()
        .schema(Some(Schema::from(Object::with_type(Type::String))))
        .description(Some("Finds the log lines of this request."));
    response.headers.insert("x-correlation-id".to_owned(), header.build().into());
    if let Some(RefOr::T(content)) = response.content.get_mut("application/json")
        && let Some(data) = content.example.take()
    {
        content.example = Some(json!({
            "success": true, "data": data, "correlationId": "6EFJ-GQDG", "timestamp": "2026-11-21T03:32:36.755Z",
        }));
    }
}

/// `post` and `/api/auth/register` make `postAuthRegister`.
fn id(method: HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Put => "put",
        HttpMethod::Post => "post",
        HttpMethod::Delete => "delete",
        _ => "patch",
    };
    let words = path.trim_start_matches("/api").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |id, word| id + &word[..1].to_ascii_uppercase() + &word[1..])
}
