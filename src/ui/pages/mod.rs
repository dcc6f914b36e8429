//! One route a file. A page asks the api for what it shows and lays it out; it holds no state and
//! runs on the server only.

mod audit;
mod choose;
mod connect;
mod delete;
mod disconnect;
mod forgot;
mod home;
mod integrations;
mod jobs;
mod landing;
mod login;
mod mail;
mod not_found;
mod notices;
mod redirect;
mod reference;
mod register;
mod reset;
mod settings;
mod verify;

pub use audit::AuditLogPage;
pub use choose::ChoosePage;
pub use connect::ConnectPage;
pub use delete::DeletePage;
pub use disconnect::DisconnectPage;
pub use forgot::ForgotPage;
pub use home::HomePage;
pub use integrations::IntegrationsPage;
pub use jobs::JobsPage;
pub use landing::LandingPage;
pub use login::LoginPage;
pub use mail::MailPage;
pub use not_found::NotFoundPage;
pub use notices::NoticesPage;
pub use redirect::RedirectPage;
pub use reference::ReferencePage;
pub use register::RegisterPage;
pub use reset::ResetPage;
pub use settings::SettingsPage;
pub use verify::VerifyPage;
