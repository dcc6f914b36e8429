//! Who is logged in.

use serde::{Deserialize, Serialize};

use super::{SessionId, Timestamp, UserId};

/// The person a page is rendered for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Viewer {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// The address is known to be theirs.
    pub verified: bool,
    /// Sees how the server is set up, and may be told what to fix.
    pub operator: bool,
}

/// The profile form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub email: String,
    /// An IANA time zone, "Europe/Berlin".
    pub time_zone: String,
    /// The address is known to be theirs.
    pub verified: bool,
}

/// A device that is logged in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionView {
    pub id: SessionId,
    /// Browser and system in words: "Firefox on Windows".
    pub device: String,
    pub current: bool,
    pub started: Timestamp,
    pub seen: Timestamp,
}
