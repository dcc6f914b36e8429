//! The demo log-in of the sandbox.

use super::{ClientInfo, Error, Registering, Result, open_account};
use crate::server::Backend;
use crate::server::db;

/// The log-in that exists in the sandbox only.
pub struct Demo {
    pub name: &'static str,
    pub email: &'static str,
    pub password: &'static str,
}

pub const DEMO: Demo =
    Demo { name: "Ada Lovelace", email: "ada@example.com", password: "ada-draws-daily" };

/// Makes the demo log-in, unless it is there.
pub async fn ensure_demo(backend: &Backend) -> Result<()> {
    if let Some(demo) = db::users::by_email(&backend.db, DEMO.email).await? {
        // A sandbox from before addresses were confirmed.
        let mut tx = backend.db.begin().await?;
        db::users::set_verified(&mut tx, demo.id, backend.clock.now()).await?;
        return Ok(tx.commit().await?);
    }
    let form = Registering {
        name: DEMO.name.into(),
        email: DEMO.email.into(),
        password: DEMO.password.to_owned().into(),
    };
    match open_account(backend, form, ClientInfo::browser(""), true).await {
        // Nobody holds the cookie of that session.
        Ok(session) => {
            let mut tx = backend.db.begin().await?;
            db::sessions::delete(&mut tx, session.session, session.user).await?;
            Ok(tx.commit().await?)
        }
        // Another process was faster.
        Err(Error::EmailTaken) => Ok(()),
        Err(error) => Err(error),
    }
}
