//! Who is logged in.

use serde::{Deserialize, Serialize};

use super::{SessionId, Timestamp, UserId};

/// The person a page is rendered for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Viewer {
    /// Ours, to tell people apart.
    pub id: UserId,
    /// What the person wants to be called.
    pub name: String,
    /// Where mails to them go, and what they log in with.
    pub email: String,
    /// The address is known to be theirs.
    pub verified: bool,
    /// Sees how the server is set up, and may be told what to fix.
    pub operator: bool,
}

/// The profile form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// What the person wants to be called.
    pub name: String,
    /// Changed only by way of a mail to the new address.
    pub email: String,
    /// An IANA time zone, "Europe/Berlin".
    pub time_zone: String,
    /// The address is known to be theirs.
    pub verified: bool,
}

/// A device that is logged in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionView {
    /// Names it when it is logged out.
    pub id: SessionId,
    /// Browser and system in words: "Firefox on Windows".
    pub device: String,
    /// The device that the page is read on.
    pub current: bool,
    /// The day of the log-in.
    pub started: Timestamp,
    /// When it last asked for anything.
    pub seen: Timestamp,
}
