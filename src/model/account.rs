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
    Connected,
    Expiring,
    Error,
    Expired,
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
    Reconnect,
    /// After the person did something at the platform: check again.
    Test,
}

/// The second line of a row: what, why, what to do, by when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    pub text: String,
    pub next: Option<NextStep>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PermissionView {
    pub label: String,
    pub granted: bool,
}

/// The life of the access: a bar with dates.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LifeView {
    /// How much of it is used up, 0 to 100.
    pub used_percent: u8,
    pub until: Timestamp,
    /// What happens then: "renewed by itself", "needs you".
    pub then: String,
}

/// A figure that the platform told, with its time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LimitView {
    pub label: String,
    pub value: String,
    pub at: Timestamp,
}

/// The last test of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Check {
    pub ok: bool,
    pub text: String,
    pub at: Timestamp,
}

/// One connected account: one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountView {
    pub id: AccountId,
    /// The platform's id for it, for support.
    pub platform_id: String,
    pub name: String,
    /// With the platform's own prefix: "@ada", "u/ada".
    pub handle: String,
    pub initials: String,
    pub has_avatar: bool,
    pub label: Option<String>,
    pub status: Status,
    /// The status in a word or two: "Healthy", "Expires in 6 days".
    pub status_text: String,
    pub notice: Option<Notice>,
    pub connected: Timestamp,
    pub permissions: Vec<PermissionView>,
    pub life: Option<LifeView>,
    pub limits: Vec<LimitView>,
    /// What the platform says this account may do: "Longest video: 5 minutes".
    pub details: Vec<(String, String)>,
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
    pub info: PlatformInfo,
    /// Whether the operator has given it credentials.
    pub configured: bool,
    pub accounts: Vec<AccountView>,
    /// An attempt to connect that was begun and has not come back.
    pub unfinished: bool,
}

/// All that `/integrations` shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IntegrationsView {
    pub cards: Vec<Card>,
    /// Accounts in use, and how many the tier allows.
    pub used: u32,
    pub limit: u32,
}

/// One of several accounts that a single consent can connect.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Choice {
    pub id: String,
    pub name: String,
    pub detail: String,
}
