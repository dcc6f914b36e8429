//! A browser in which somebody has logged in, or has proved their mailbox: it is counted apart from
//! everybody else who tries that person's password, so that nobody can keep them out by guessing.
//! It proves nothing else.

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::model::UserId;
use crate::server::Backend;
use crate::server::vault::SealContext;

/// One browser of one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Device {
    pub user: UserId,
    pub id: Uuid,
}

impl Device {
    pub fn new(user: UserId) -> Self {
        Self { user, id: Uuid::now_v7() }
    }

    /// As its cookie holds it: nobody else can make one.
    pub fn seal(self, backend: &Backend) -> Vec<u8> {
        let text: SecretString = format!("{}/{}", self.user, self.id).into();
        backend.vault.seal(&text, SEAL_CONTEXT)
    }

    pub fn open(backend: &Backend, blob: &[u8]) -> Option<Self> {
        let text = backend.vault.open_cookie(blob, SEAL_CONTEXT).ok()?;
        let (user, id) = text.expose_secret().split_once('/')?;
        Some(Self { user: user.parse().ok()?, id: id.parse().ok()? })
    }
}

const SEAL_CONTEXT: SealContext = SealContext::new("cookie", Uuid::nil(), "device");
