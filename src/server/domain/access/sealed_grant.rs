//! Grants at rest outside their account's row: the answer of a refresh until it stands there, a
//! consent until its person has chosen, and what is to be revoked. One form for all three; what
//! differs goes with it as `details`.

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::server::Backend;
use crate::server::platform::Credential;
use crate::server::vault::{self, SealContext};

/// A credential as it is sealed. In the clear it exists only in memory, and has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct SealedGrant<Details = ()> {
    access: String,
    refresh: Option<String>,
    grant_key: Option<String>,
    pub details: Details,
}

impl<Details: Serialize + DeserializeOwned> SealedGrant<Details> {
    pub fn new(held: &Credential, details: Details) -> Self {
        Self {
            access: held.access.expose_secret().to_owned(),
            refresh: held.refresh.as_ref().map(|secret| secret.expose_secret().to_owned()),
            grant_key: held.grant_key.clone(),
            details,
        }
    }

    pub fn credential(&self) -> Credential {
        Credential {
            access: self.access.clone().into(),
            refresh: self.refresh.clone().map(Into::into),
            grant_key: self.grant_key.clone(),
        }
    }

    pub fn seal(&self, backend: &Backend, context: SealContext) -> Vec<u8> {
        // Strings, numbers and times always serialise.
        let text: SecretString =
            serde_json::to_string(self).expect("strings and times serialise").into();
        backend.vault.seal(&text, context)
    }

    /// What opens but has another shape was written by another version of us, and is no more use
    /// than what does not open.
    pub fn open(
        backend: &Backend,
        sealed: &[u8],
        context: SealContext,
    ) -> Result<Self, vault::Error> {
        let text = backend.vault.open(sealed, context)?;
        serde_json::from_str(text.expose_secret()).map_err(|_| vault::Error::Malformed)
    }
}
