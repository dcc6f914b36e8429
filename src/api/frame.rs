//! What surrounds every page.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::Frame;

#[server(name = ReadFrame, prefix = "/fn", endpoint = "frame")]
pub async fn frame() -> Result<Frame, AppError> {
    use crate::server::config::Registration;
    use crate::server::domain::users::DEMO;
    use crate::server::domain::{accounts, notices};
    let call = super::server::Call::current()?;
    let config = &call.backend.config;
    let asking = call.asking.maybe();
    Ok(Frame {
        viewer: asking.map(accounts::viewer),
        bell: asking.map(notices::bell).unwrap_or_default(),
        banners: asking.map(|actor| notices::banners(&call.backend, actor)).unwrap_or_default(),
        at: call.backend.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        flash: call.flash.clone(),
        sandbox_url: config.sandbox.as_ref().map(|sandbox| sandbox.browser.to_string()),
        demo: config.sandbox.as_ref().map(|_| (DEMO.email.to_owned(), DEMO.password.to_owned())),
        registration_open: config.users.registration == Registration::Open,
    })
}
