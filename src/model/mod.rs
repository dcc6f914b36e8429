//! What the browser may see: plain data, newtype ids and the validation rules that both sides
//! share. Depends on nothing.
//!
//! Times for people are finished text ([`Timestamp`]), written by the server in the reader's time
//! zone, so that no calendar code is sent to the browser.

#![warn(missing_docs)]

pub mod account;
pub mod audit;
pub mod frame;
pub mod ids;
pub mod job;
pub mod mail;
pub mod notices;
pub mod outcome;
pub mod platform;
pub mod reference;
pub mod site;
pub mod timestamp;
pub mod user;

pub use account::{
    AccountView, Card, Check, Choice, IntegrationsView, LifeView, LimitView, NextStep, Notice,
    PermissionView, Reason, Status,
};
pub use frame::{Choices, Flash, Frame, LandingView, Setup};
pub use ids::{AccountId, FlowId, NoticeId, Provider, SessionId, UserId, WorkspaceId};
pub use job::{JobView, JobsView};
pub use mail::{MailView, Part, UnsentMail, WrittenMail};
pub use notices::{Banner, Bell, NoticeKind, NoticeView, NoticesView, Preference};
pub use outcome::{FieldError, Outcome, Toast, ToastKind};
pub use platform::{ConnectKind, Field, Permission, PlatformInfo, Trouble};
pub use reference::Reference;
pub use site::Site;
pub use timestamp::Timestamp;
pub use user::{Profile, SessionView, Viewer};
