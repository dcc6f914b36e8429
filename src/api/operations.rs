//! What operators see of the queue, and do about it.

use leptos::prelude::*;
use uuid::Uuid;

use crate::error::AppError;
use crate::model::{JobsView, Outcome};

#[server(name = ReadJobs, prefix = "/fn", endpoint = "read_jobs")]
pub async fn jobs() -> Result<JobsView, AppError> {
    use crate::server::domain::operations;
    let call = super::server::Call::current()?;
    call.map_error(operations::jobs(&call.backend, call.actor()?).await)
}

#[server(prefix = "/fn", endpoint = "retry_job")]
pub async fn retry_job(id: Uuid) -> Result<Outcome, AppError> {
    use crate::server::domain::operations;
    let call = super::server::Call::current()?;
    let done = call.map_error(operations::retry(&call.backend, call.actor()?, id).await);
    call.answer(done.map(|()| Outcome::said("The job is tried again.", "")), &[])
}

#[server(prefix = "/fn", endpoint = "discard_job")]
pub async fn discard_job(id: Uuid) -> Result<Outcome, AppError> {
    use crate::server::domain::operations;
    let call = super::server::Call::current()?;
    let done = call.map_error(operations::discard(&call.backend, call.actor()?, id).await);
    call.answer(done.map(|()| Outcome::said("The job is discarded.", "")), &[])
}
