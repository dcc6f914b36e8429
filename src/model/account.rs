//! Connected accounts as pages show them.

use serde::{Deserialize, Serialize};

use super::{AccountId, PlatformInfo, Timestamp};

/// What a person sees of a connection. `Expiring` is computed from dates and never stored; `Former`
/// is what a disconnected account leaves behind and is on no page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "ssr",
    derive(sqlx::Type, utoipa::ToSchema),
    sqlx(type_name = "TEXT", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The credential works, as far as the last call told.
    Connected,
    /// Works, but ends soon, and only the person can renew it.
    Expiring,
    /// The platform refuses us; the [`Reason`] says why.
    Error,
    /// The credential has run out; only connecting again helps.
    Expired,
    /// Disconnected: the row stays so that the audit log can name it.
    Former,
}

impl Status {
    /// As it stands in attributes and in REST.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Expiring => "expiring",
            Self::Error => "error",
            Self::Expired => "expired",
            Self::Former => "former",
        }
    }
}

/// Why an account is not simply connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "ssr",
    derive(sqlx::Type, utoipa::ToSchema),
    sqlx(type_name = "TEXT", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The platform no longer takes our credential.
    RefusedByPlatform,
    /// The person removed our access at the platform.
    Revoked,
    /// The credential ran out and could not be renewed.
    RanOut,
    /// Some of what was asked for was not granted.
    MissingPermissions,
    /// The platform suspended the account.
    Suspended,
    /// The platform locked the account until the person unlocks it there.
    Locked,
    /// The person has to do something at the platform; reconnecting would not help.
    NeedsAction,
    /// The pasted browser session ended.
    SessionEnded,
    /// The platform refuses to extend a credential that is still valid.
    CannotExtend,
    /// A refresh was answered, but the answer never reached us, and the platform does not give it
    /// twice.
    AnswerLost,
    /// The sealed credential does not open with any key of this server.
    Unreadable,
}

/// The one emphasised button of an account's row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Only a new consent, or a newly pasted session, helps.
    Reconnect,
    /// After the person did something at the platform: check again.
    Test,
}

/// The second line of a row: what, why, what to do, by when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Finished sentences, with dates in the reader's time zone.
    pub text: String,
    /// `None` where there is nothing for the person to do.
    pub next: Option<NextStep>,
}

/// One permission that the platform was asked for, and whether the person gave it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PermissionView {
    /// What it allows, and what stays out without it where it is missing.
    pub label: String,
    /// Whether it is among the scopes that the platform granted.
    pub granted: bool,
}

/// The life of the access: a bar with dates.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LifeView {
    /// How much of it is used up, 0 to 100.
    pub used_percent: u8,
    /// When the access ends unless it is renewed.
    pub until: Timestamp,
    /// What happens then: "renewed by itself", "needs you".
    pub then: String,
}

/// A figure that the platform told, with its time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LimitView {
    /// What it counts: "Profile reads".
    pub label: String,
    /// What is left: "850 of 900 left, full again at 14:05".
    pub value: String,
    /// When the platform told it.
    pub at: Timestamp,
}

/// The last test of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Whether the platform gave the account's profile.
    pub ok: bool,
    /// What came of it, in a sentence; may be empty.
    pub text: String,
    /// When the platform was asked.
    pub at: Timestamp,
}

/// One connected account: one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountView {
    /// Ours; the platform's own is `platform_id`.
    pub id: AccountId,
    /// The platform's id for it, for support.
    pub platform_id: String,
    /// As the platform told it last.
    pub name: String,
    /// With the platform's own prefix: "@ada", "u/ada".
    pub handle: String,
    /// Of the name, shown in place of a picture.
    pub initials: String,
    /// Whether the server holds a copy of the platform's picture.
    pub has_avatar: bool,
    /// What the person calls it; `None` until they do.
    pub label: Option<String>,
    /// As shown: an account that ends soon counts as expiring.
    pub status: Status,
    /// The status in a word or two: "Healthy", "Expires in 6 days".
    pub status_text: String,
    /// What to do, or that the platform is in trouble; `None` where all is well.
    pub notice: Option<Notice>,
    /// The day it was first connected, or came back after it had been disconnected.
    pub connected: Timestamp,
    /// Every one that this server asks for, granted or not.
    pub permissions: Vec<PermissionView>,
    /// `None` for a session, and where the platform names no end.
    pub life: Option<LifeView>,
    /// As last told by the platform; empty where it tells none.
    pub limits: Vec<LimitView>,
    /// What the platform says this account may do: "Longest video: 5 minutes".
    pub details: Vec<(String, String)>,
    /// `None` until it was checked for the first time.
    pub check: Option<Check>,
}

impl AccountView {
    /// The handle, where it says more than the name.
    pub fn handle_beside_name(&self) -> &str {
        if self.handle == self.name { "" } else { &self.handle }
    }

    /// What its controls are called for screen readers: the handle where there is one.
    pub fn title(&self) -> &str {
        if self.handle.is_empty() { &self.name } else { &self.handle }
    }
}

/// A platform with its accounts: one card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Card {
    /// The platform, with the permissions that this server asks for.
    pub info: PlatformInfo,
    /// Whether the operator has given it credentials.
    pub configured: bool,
    /// Those of the workspace, without former ones.
    pub accounts: Vec<AccountView>,
    /// An attempt to connect that was begun and has not come back.
    pub unfinished: bool,
}

/// All that `/integrations` shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IntegrationsView {
    /// Every platform, in the order of the page.
    pub cards: Vec<Card>,
    /// Accounts in use, and how many the tier allows.
    pub used: u32,
    /// How many accounts the workspace's tier allows.
    pub limit: u32,
}

/// One of several accounts that a single consent can connect.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Choice {
    /// The platform's id of the account, to be sent back as the choice.
    pub id: String,
    /// The name, with the handle where there is one: "Ada (@ada)".
    pub name: String,
    /// What tells it apart from the others: "Page: Ada's Atelier".
    pub detail: String,
}
