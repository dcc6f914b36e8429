//! Ids as types of their own, so that an account's id can't be passed where a workspace's is meant.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        #[cfg(feature = "ssr")]
        impl $name {
            /// A fresh id, ordered by the time of its making.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }
    };
}

id!(
    /// A person who logs in.
    UserId
);
id!(
    /// What owns accounts, posts and data.
    WorkspaceId
);
id!(
    /// A connected account, ours. The platform's own id for it is text and stands beside it.
    AccountId
);
id!(
    /// A log-in on one device. Stays the same while the cookie's secret rotates.
    SessionId
);
id!(
    /// One attempt to connect.
    FlowId
);
id!(
    /// What one person is told.
    NoticeId
);

/// The id of a platform as it stands in URLs, the database and the configuration: lower-case
/// letters, at most 32.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Provider(pub String);

impl Provider {
    /// As it stands in URLs: `x`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Provider {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
