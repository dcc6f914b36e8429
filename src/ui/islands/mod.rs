//! What is alive. Each island wraps HTML that the server rendered and only adds behaviour to it, so
//! that everything works without it and nothing is drawn twice. Anything else stays on the server.

mod account_switcher;
mod integration_card;
mod live_forms;
mod toaster;

pub use account_switcher::AccountSwitcher;
pub use integration_card::IntegrationCard;
pub use live_forms::LiveForms;
pub use toaster::Toaster;
