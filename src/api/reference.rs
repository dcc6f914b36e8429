//! The API's own description, for people.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::Reference;

#[server(name = ReadReference, prefix = "/fn", endpoint = "read_reference")]
pub async fn reference() -> Result<Reference, AppError> {
    use crate::server::web::kit::ApiReference;
    let call = super::server::Call::current()?;
    let ApiReference(describe) = use_context().ok_or_else(AppError::internal)?;
    Ok(describe(call.backend.public_url.as_str()))
}
