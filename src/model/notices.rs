//! What people are told without having asked: notices, the bell that counts them, and the banner
//! over every page.

use serde::{Deserialize, Serialize};

use super::{AccountId, NoticeId, Provider, Timestamp};

/// What a notice is about. Each kind may come by e-mail as well, or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "ssr",
    derive(sqlx::Type, utoipa::ToSchema),
    sqlx(type_name = "TEXT", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// An account needs its person.
    Broken,
    /// It works again.
    Recovered,
    /// A credential that only the person can renew is about to end.
    Expiring,
    /// A whole platform has been out of order for long, or is in order again.
    Trouble,
}

impl NoticeKind {
    /// Every kind, in the order of the settings page.
    pub const ALL: [Self; 4] = [Self::Broken, Self::Expiring, Self::Recovered, Self::Trouble];

    /// As it stands in forms and in REST.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Recovered => "recovered",
            Self::Expiring => "expiring",
            Self::Trouble => "trouble",
        }
    }

    /// Whether it comes by e-mail until the person says otherwise: what needs the person does.
    pub fn usually_by_email(self) -> bool {
        matches!(self, Self::Broken | Self::Expiring)
    }
}

/// One notice of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Names it when it is marked read.
    pub id: NoticeId,
    /// Decides its icon and whether it comes by e-mail.
    pub kind: NoticeKind,
    /// The platform it is about.
    pub provider: Provider,
    /// Our id of the account it is about, if it is about one.
    pub account: Option<AccountId>,
    /// What happened, in one line.
    pub title: String,
    /// What it means and what to do about it.
    pub text: String,
    /// When it was written.
    pub at: Timestamp,
    /// Whether the person has seen it.
    pub read: bool,
    /// Whether the account still waits to be reconnected.
    pub reconnect: bool,
}

/// The page of notices.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoticesView {
    /// The newest first.
    pub notices: Vec<NoticeView>,
    /// How many are unread, those that are not listed too.
    pub unread: i64,
}

/// What the bell of every page shows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bell {
    /// How many notices are unread.
    pub unread: i64,
    /// The newest unread notice's title, to be read out when it is new.
    pub newest: Option<String>,
}

/// A platform in trouble, told above every page of those who have accounts there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Banner {
    /// The platform that is in trouble.
    pub provider: Provider,
    /// A finished sentence: what is wrong there.
    pub text: String,
}

/// Whether notices of a kind come by e-mail, too.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Preference {
    /// The kind that the choice is about.
    pub kind: NoticeKind,
    /// Notices are shown on their page either way.
    pub by_email: bool,
}
