//! What surrounds every page.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::Frame;

#[server(name = ReadFrame, prefix = "/fn", endpoint = "frame")]
pub async fn frame() -> Result<Frame, AppError> {
    use crate::server::config::Registration;
    use crate::server::{domain::accounts, start::DEMO};
    let call = super::server::Call::here()?;
    let config = &call.backend.config;
    Ok(Frame {
        viewer: call.asking.maybe().map(accounts::viewer),
        flash: call.flash.clone(),
        sandbox_url: config.sandbox.as_ref().map(|sandbox| sandbox.browser.to_string()),
        demo: config.sandbox.as_ref().map(|_| (DEMO.email.to_owned(), DEMO.password.to_owned())),
        registration_open: config.users.registration == Registration::Open,
    })
}
