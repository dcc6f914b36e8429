//! What a server function says of itself: `#[middleware(Limited(Class::Auth))]`.

use std::pin::Pin;

use axum::body::Bytes;
use axum::extract::Request;
use axum::response::Response;
use leptos::server_fn::error::ServerFnErrorErr;
use leptos::server_fn::middleware::{BoxedService, Layer, Service};

use super::super::kit::refusal::ResponseFormat;
use super::rate_limit::{add_rate_limit_headers, count, refusal, whose};
use crate::server::Backend;
use crate::server::limits::Class;

/// A rate limit of its own, besides the one of the person.
pub struct Limited(pub Class);

struct Counted {
    class: Class,
    inner: BoxedService<Request, Response>,
}

impl Layer<Request, Response> for Limited {
    fn layer(&self, inner: BoxedService<Request, Response>) -> BoxedService<Request, Response> {
        BoxedService::new(inner.ser, Counted { class: self.0, inner })
    }
}

impl Service<Request, Response> for Counted {
    fn run(
        &mut self,
        request: Request,
        _: fn(ServerFnErrorErr) -> Bytes,
    ) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        let class = self.class;
        let backend = request.extensions().get::<Backend>().cloned();
        let (who, format) = (whose(class, &request), ResponseFormat::by(&request));
        // Nothing runs before it is awaited.
        let answer = self.inner.run(request);
        Box::pin(async move {
            // A guard around every route puts the backend there.
            let Some(backend) = backend else { return answer.await };
            let Some(decision) = count(&backend, class, who).await else { return answer.await };
            let mut response = match decision.refused {
                true => format.refuse(&backend, refusal(&decision)),
                false => answer.await,
            };
            add_rate_limit_headers(&mut response, &decision);
            response
        })
    }
}
