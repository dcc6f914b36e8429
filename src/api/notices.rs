//! Forms and reads about notices.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::{NoticeId, NoticesView, Outcome, Preference};

#[server(name = ReadNotices, prefix = "/fn", endpoint = "read_notices")]
pub async fn notices() -> Result<NoticesView, AppError> {
    use crate::server::domain::notices;
    let call = super::server::Call::current()?;
    call.map_error(notices::list(&call.backend, call.actor()?).await)
}

#[server(prefix = "/fn", endpoint = "notice_read")]
pub async fn mark_read(id: NoticeId) -> Result<Outcome, AppError> {
    use crate::server::domain::notices;
    let call = super::server::Call::current()?;
    let done = call.map_error(notices::mark_read(&call.backend, call.actor()?, id).await);
    call.answer(done.map(|()| Outcome::default()), &[])
}

#[server(prefix = "/fn", endpoint = "notices_read")]
pub async fn mark_all_read() -> Result<Outcome, AppError> {
    use crate::server::domain::notices;
    let call = super::server::Call::current()?;
    let done = call.map_error(notices::mark_all_read(&call.backend, call.actor()?).await);
    call.answer(done.map(|_| Outcome::said("All notices are read.", "")), &[])
}

#[server(name = ReadPreferences, prefix = "/fn", endpoint = "read_notice_preferences")]
pub async fn preferences() -> Result<Vec<Preference>, AppError> {
    use crate::server::domain::notices;
    let call = super::server::Call::current()?;
    call.map_error(notices::preferences(&call.backend, call.actor()?).await)
}

/// A box that is not ticked is not sent.
#[server(prefix = "/fn", endpoint = "notice_preferences")]
pub async fn prefer(
    #[server(default)] broken: String,
    #[server(default)] expiring: String,
    #[server(default)] recovered: String,
    #[server(default)] trouble: String,
) -> Result<Outcome, AppError> {
    use crate::model::NoticeKind as Kind;
    use crate::server::domain::notices;
    let call = super::server::Call::current()?;
    let boxes = [
        (Kind::Broken, broken),
        (Kind::Expiring, expiring),
        (Kind::Recovered, recovered),
        (Kind::Trouble, trouble),
    ];
    let chosen = boxes.map(|(kind, ticked)| Preference { kind, by_email: !ticked.is_empty() });
    let done =
        call.map_error(notices::set_preferences(&call.backend, call.actor()?, &chosen).await);
    call.answer(done.map(|_| Outcome::said("Your choice is saved.", "")), &[])
}
