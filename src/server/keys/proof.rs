//! A constant that each key has sealed: a wrong key is told at start, and not at the first
//! connection.

use secrecy::ExposeSecret;
use uuid::Uuid;

use super::Error;
use crate::server::db::{self, Db};
use crate::server::vault::{SealContext, Vault};

const PROOF: &str = "huntaze key proof";

/// Opens the constant that each key sealed at its first use, so that a wrong key is told at start
/// and not at the first connection; new keys seal theirs.
pub async fn prove(db: &Db, vault: &Vault) -> Result<(), Error> {
    prove_known(db, vault).await?;
    for key in vault.key_ids() {
        let sealed = vault.seal_with(key, &PROOF.into(), seal_context());
        db::server_facts::insert_if_absent(db, &format!("key:{key:08x}"), &encode_hex(&sealed))
            .await?;
    }
    Ok(())
}

/// The same, without writing anything.
pub async fn prove_known(db: &Db, vault: &Vault) -> Result<(), Error> {
    for fact in db::server_facts::with_prefix(db, "key:").await? {
        let id = fact.name.trim_start_matches("key:").to_owned();
        let Some(key) = vault.key_ids().into_iter().find(|key| format!("{key:08x}") == id) else {
            return Err(Error::MissingKey { id });
        };
        let blob = decode_hex(&fact.value).unwrap_or_default();
        let opened = vault.open(&blob, seal_context()).map_err(|_| Error::WrongKey { id: key })?;
        if opened.expose_secret() != PROOF {
            return Err(Error::WrongKey { id: key });
        }
    }
    Ok(())
}

fn seal_context() -> SealContext {
    SealContext::new("server_facts", Uuid::nil(), "value")
}

fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
