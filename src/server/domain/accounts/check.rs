//! Testing a connection, refreshing it on request, and looking after pasted sessions when a page is
//! opened.

use chrono::Duration;

use super::standing::{self, Standing};
use super::token::Why;
use super::{Error, Result, call, entry, fresh_token};
use crate::model::audit::Action;
use crate::model::{AccountId, Reason, Status};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::domain::audit::{self, Event};
use crate::server::origin;
use crate::server::platform::Connect;
use crate::server::session::Actor;

/// A pasted session is tested no more often than this on request.
const SESSION_TEST: Duration = Duration::minutes(5);

/// What a test found.
pub struct Tested {
    pub account: Account,
    pub ok: bool,
    pub text: String,
}

/// Calls the platform and keeps the result with its time. A platform that is down is a result, not
/// a failure of the test.
pub async fn test(backend: &Backend, actor: &Actor, account: Account) -> Result<Tested> {
    actor.may_change()?;
    let entry = entry(backend, account.provider.as_str())?;
    if matches!(entry.platform.connect(), Connect::Session) {
        guard_session(backend, &account)?;
    }
    let id = account.id;
    let name: &'static str = &entry.info().name;
    let (ok, text) = match look(backend, account).await {
        Ok(()) => (true, format!("{name} answered.")),
        Err(error) => (false, error.of_platform().ok_or(error)?),
    };
    db::accounts::checked(&backend.db, id, ok, &text, backend.clock.now()).await?;
    Ok(Tested { account: super::mine(backend, actor, id).await?, ok, text })
}

/// A refused session is never tried again: every further try may log the person out elsewhere.
/// Others, not too often.
fn guard_session(backend: &Backend, account: &Account) -> Result<()> {
    if account.status == Status::Expired {
        return Err(Error::Conflict {
            sentence: "This session has ended, and trying it again could log you out elsewhere."
                .into(),
            next: "Reconnect with fresh values from your browser.".into(),
        });
    }
    let again = account.checked_at.map(|at| at + SESSION_TEST);
    match again {
        Some(at) if at > backend.clock.now() && account.status == Status::Connected => {
            Err(Error::TooSoon {
                sentence:
                    "This session was checked less than 5 minutes ago. Checking more often could \
                end it."
                        .into(),
                again: Some(at),
            })
        }
        _ => Ok(()),
    }
}

/// Reads the account at the platform, keeps what it says, and heals what was wrong before.
async fn look(backend: &Backend, account: Account) -> Result<()> {
    let platform_id = account.provider_account_id.clone();
    // An account that vanished at its platform is an error of this call, which marks it.
    let (account, profile) = call::call(backend, account, |entry, api| {
        let platform_id = platform_id.clone();
        Box::pin(async move { entry.profile(api, &platform_id).await })
    })
    .await?;
    let entry = entry(backend, account.provider.as_str())?;
    entry
        .platform
        .check_metadata(&profile.metadata)
        .map_err(|what| Error::Metadata { name: &entry.info().name, what })?;
    let now = backend.clock.now();
    db::accounts::describe(
        &backend.db,
        account.id,
        &profile.name,
        &profile.handle,
        &profile.metadata,
        now,
    )
    .await?;
    let account =
        super::live(db::accounts::find(&backend.db, account.workspace_id, account.id).await?)?;
    let found = match profile.standing {
        Some(why) => Standing { status: Status::Error, why: Some(why) },
        None if account.reason == Some(Reason::MissingPermissions) => return Ok(()),
        None => Standing::HEALTHY,
    };
    standing::mark(backend, &account, found).await?;
    Ok(())
}

/// Renews the credential now. A pasted session is looked at instead: it has nothing to renew.
pub async fn refresh(backend: &Backend, actor: &Actor, account: Account) -> Result<Account> {
    actor.may_change()?;
    let asked = Event::by(actor, Action::Refresh).on(backend, &account);
    let renewed = renew(backend, actor, account).await;
    let renewed = audit::noted(backend, renewed, || asked.clone()).await?;
    audit::note(backend, asked).await;
    Ok(renewed)
}

async fn renew(backend: &Backend, actor: &Actor, account: Account) -> Result<Account> {
    let entry = entry(backend, account.provider.as_str())?;
    let id = account.id;
    match entry.platform.connect() {
        Connect::Session => {
            guard_session(backend, &account)?;
            let name: &'static str = &entry.info().name;
            look(backend, account).await?;
            db::accounts::checked(
                &backend.db,
                id,
                true,
                &format!("{name} answered."),
                backend.clock.now(),
            )
            .await?;
        }
        Connect::OAuth2(_) => {
            let seen = account.version;
            fresh_token(backend, account, Why::Renew { seen }).await?;
        }
    }
    super::mine(backend, actor, id).await
}

/// Looks at pasted sessions whose last check is old, in the background of a page load. One look at
/// a time, and never at a session that was refused.
pub(super) fn recheck_in_background(backend: &Backend, actor: &Actor, due: Vec<AccountId>) {
    // Who may only look causes no call to a platform.
    if actor.may_change().is_err() {
        return;
    }
    for id in due {
        let (backend, actor) = (backend.clone(), actor.clone());
        tokio::spawn(origin::scope(origin::current(), async move {
            if let Err(error) = recheck(&backend, &actor, id).await {
                tracing::info!(account = %id, "background check: {error}");
            }
        }));
    }
}

async fn recheck(backend: &Backend, actor: &Actor, id: AccountId) -> Result<()> {
    let account = super::mine(backend, actor, id).await?;
    let every = entry(backend, account.provider.as_str())?.settings().recheck_minutes;
    let now = backend.clock.now();
    if !db::accounts::claim_check(&backend.db, id, now - Duration::minutes(i64::from(every)), now)
        .await?
    {
        return Ok(());
    }
    let name: &'static str = &entry(backend, account.provider.as_str())?.info().name;
    let outcome = look(backend, account).await;
    let text = match &outcome {
        Ok(()) => format!("{name} answered."),
        Err(error) => match error.of_platform() {
            Some(text) => text,
            None => return outcome,
        },
    };
    db::accounts::checked(&backend.db, id, outcome.is_ok(), &text, backend.clock.now()).await?;
    outcome
}
