//! Forms and reads about connected accounts.

use leptos::prelude::*;

use crate::error::AppError;
use crate::model::{AccountId, Card, Choices, FlowId, IntegrationsView, LandingView, Outcome};

#[server(prefix = "/fn", endpoint = "read_integrations")]
pub async fn integrations() -> Result<IntegrationsView, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    call.map_error(accounts::integrations(&call.backend, call.actor()?).await)
}

#[server(prefix = "/fn", endpoint = "read_platforms")]
pub async fn platforms() -> Result<Vec<Card>, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    call.map_error(accounts::cards(&call.backend, call.asking.maybe()).await)
}

#[server(prefix = "/fn", endpoint = "read_landing")]
pub async fn landing(provider: String) -> Result<LandingView, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    call.map_error(accounts::landing(&call.backend, call.asking.maybe(), &provider).await)
}

#[server(name = ReadChoices, prefix = "/fn", endpoint = "read_choices")]
pub async fn choices(flow: FlowId) -> Result<Choices, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    call.map_error(accounts::choices(&call.backend, call.actor()?, flow).await)
}

#[server(prefix = "/fn", endpoint = "choose")]
pub async fn choose(flow: FlowId, #[server(default)] choice: String) -> Result<Outcome, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    let chosen =
        call.map_error(accounts::choose(&call.backend, call.actor()?, flow, &choice).await);
    let outcome =
        chosen.map(|account| crate::server::web::kit::outcomes::connected(&call.backend, &account));
    call.answer_at(outcome, &[], format!("/integrations/choose/{flow}"))
}

#[server(prefix = "/fn", endpoint = "cancel_choice")]
pub async fn cancel_choice(flow: FlowId) -> Result<Outcome, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    let done = call.map_error(accounts::cancel(&call.backend, call.actor()?, flow).await);
    call.answer(
        done.map(|()| Outcome::said("Nothing was connected.", "").and_go("/integrations")),
        &[],
    )
}

#[server(prefix = "/fn", endpoint = "label")]
pub async fn set_label(
    id: AccountId,
    #[server(default)] label: String,
) -> Result<Outcome, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    let done = call.map_error(accounts::set_label(&call.backend, call.actor()?, id, &label).await);
    let title =
        if label.trim().is_empty() { "The label is removed." } else { "The label is saved." };
    call.answer(done.map(|()| Outcome::said(title, "")), &[("label", &label)])
}

#[server(prefix = "/fn", endpoint = "refresh")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::AccountCalls))]
pub async fn refresh_account(id: AccountId) -> Result<Outcome, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    let outcome = call.with_owned_account(id, accounts::refresh).await;
    call.answer(
        outcome.map(|_| {
            Outcome::said(
                "The access is fresh.",
                "Label, history and connection stay as they were.",
            )
        }),
        &[],
    )
}

#[server(prefix = "/fn", endpoint = "test")]
#[middleware(crate::server::web::guards::Limited(crate::server::limits::Class::AccountCalls))]
pub async fn test_account(id: AccountId) -> Result<Outcome, AppError> {
    use crate::model::{Toast, ToastKind};
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    let tested = call.with_owned_account(id, accounts::test).await;
    let said = |tested: accounts::TestResult| {
        let (kind, title) = if tested.ok {
            (ToastKind::Success, "The connection works.")
        } else {
            (ToastKind::Error, "The connection does not work.")
        };
        Outcome {
            toast: Some(Toast { kind, title: title.into(), text: tested.text, reference: None }),
            ..Outcome::default()
        }
    };
    call.answer(tested.map(said), &[])
}

#[server(prefix = "/fn", endpoint = "disconnect")]
pub async fn disconnect(id: AccountId) -> Result<Outcome, AppError> {
    use crate::server::domain::accounts;
    let call = super::server::Call::current()?;
    let gone = call.with_owned_account(id, accounts::disconnect).await;
    call.answer(gone.map(|gone| Outcome::said(gone.sentence(), "").and_go("/integrations")), &[])
}
