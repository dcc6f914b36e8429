//! Reading the audit log.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::audit::{AuditPage, AuditQuery};

#[server(prefix = "/fn", endpoint = "read_audit")]
pub async fn audit_log(query: AuditQuery) -> Result<AuditPage, AppError> {
    use crate::server::domain::audit;
    let call = super::server::Call::current()?;
    call.map_error(audit::page(&call.backend, call.actor()?, query).await)
}
