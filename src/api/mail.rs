//! What operators see of the mail.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::MailView;

#[server(name = ReadMail, prefix = "/fn", endpoint = "read_mail")]
pub async fn mail() -> Result<MailView, AppError> {
    use crate::server::domain::mail;
    let call = super::server::Call::current()?;
    call.map_error(mail::overview(&call.backend, call.actor()?).await)
}
