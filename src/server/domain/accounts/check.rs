//! Testing a connection, refreshing it on request, and looking after pasted sessions when a page is
//! opened.

use chrono::Duration;

use super::{Error, Result, entry};
use crate::model::audit::Action;
use crate::model::{AccountId, Reason, Status};
use crate::server::Backend;
use crate::server::db::{self, accounts::Account};
use crate::server::domain::access::{
    self, AccountState, RefreshReason, fresh_token, require_active, reread,
};
use crate::server::domain::events::{self, AuditEvent, Event};
use crate::server::identity::Actor;
use crate::server::platform::{Connect, Profile};
use crate::server::request_context;

/// A pasted session is tested no more often than this on request.
const SESSION_TEST: Duration = Duration::minutes(5);

/// A token that was renewed so shortly ago and works is the answer to who asks for a new one:
/// pressing the button again must not use up a rotation, or the platform's patience.
const REFRESH_FLOOR: Duration = Duration::seconds(60);

/// What a test found.
pub struct TestResult {
    pub account: Account,
    pub ok: bool,
    pub text: String,
}

/// Calls the platform and keeps the result with its time. A platform that is down is a result, not
/// a failure of the test.
pub async fn test(backend: &Backend, actor: &Actor, account: Account) -> Result<TestResult> {
    actor.may_change()?;
    let entry = entry(backend, account.provider.as_str())?;
    if matches!(entry.platform.connect(), Connect::Session) {
        guard_session(backend, &account)?;
    }
    let name: &'static str = &entry.info().name;
    let (ok, text) = match read_account(backend, account.clone()).await {
        Ok(()) => (true, format!("{name} answered.")),
        Err(error) => (false, error.of_platform().ok_or(error)?),
    };
    store_result(backend, &account, ok, &text).await;
    Ok(TestResult { account: reread(backend, account).await, ok, text })
}

/// Stores what a look found, and tells the open pages. The look has happened: that it could not be
/// written down is no reason to say that it failed.
async fn store_result(backend: &Backend, account: &Account, ok: bool, text: &str) {
    let store = async || -> Result<()> {
        let mut tx = backend.db.begin().await?;
        db::accounts::record_check(&mut tx, account.id, ok, text, backend.clock.now()).await?;
        let changed = Event::WorkspaceChanged(account.workspace_id);
        events::record(backend, &mut tx, changed).await?;
        Ok(tx.commit().await?)
    };
    if let Err(error) = store().await {
        tracing::error!(account = %account.id, "could not store connection test result: {error}");
    }
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
async fn read_account(backend: &Backend, account: Account) -> Result<()> {
    let platform_id = account.provider_account_id.clone();
    // An account that vanished at its platform is an error of this call, which marks it.
    let (account, profile) = access::call(backend, account, |entry, api| {
        let platform_id = platform_id.clone();
        Box::pin(async move { entry.profile(api, &platform_id).await })
    })
    .await?;
    let entry = entry(backend, account.provider.as_str())?;
    entry
        .platform
        .check_metadata(&profile.metadata)
        .map_err(|what| Error::Metadata { name: &entry.info().name, what })?;
    let account = describe(backend, &account, &profile).await?;
    let found = match profile.issue {
        Some(why) => AccountState { status: Status::Error, why: Some(why) },
        None if account.reason == Some(Reason::MissingPermissions) => return Ok(()),
        None => AccountState::HEALTHY,
    };
    access::transition(backend, &account, found).await?;
    Ok(())
}

/// Keeps what the platform says of an account, and tells the open pages where that is new.
async fn describe(backend: &Backend, account: &Account, profile: &Profile) -> Result<Account> {
    let (workspace, id) = (account.workspace_id, account.id);
    let mut tx = backend.db.begin().await?;
    let (name, handle, metadata) = (&profile.name, &profile.handle, &profile.metadata);
    db::accounts::describe(&mut tx, id, name, handle, metadata, backend.clock.now()).await?;
    let described = require_active(db::accounts::find(&mut tx, workspace, id).await?)?;
    if (name, handle, metadata) != (&account.name, &account.handle, &account.metadata.0) {
        events::record(backend, &mut tx, Event::WorkspaceChanged(workspace)).await?;
    }
    tx.commit().await?;
    Ok(described)
}

/// Renews the credential now. A pasted session is looked at instead: it has nothing to renew.
pub async fn refresh(backend: &Backend, actor: &Actor, account: Account) -> Result<Account> {
    actor.may_change()?;
    let asked = AuditEvent::by(actor, Action::Refresh).on(backend, &account);
    let renewed = renew(backend, account).await;
    let renewed = events::record_failure(backend, renewed, || asked.clone()).await?;
    events::record_alone(backend, asked).await;
    Ok(renewed)
}

async fn renew(backend: &Backend, account: Account) -> Result<Account> {
    let entry = entry(backend, account.provider.as_str())?;
    match entry.platform.connect() {
        Connect::Session => {
            guard_session(backend, &account)?;
            read_account(backend, account.clone()).await?;
            store_result(backend, &account, true, &format!("{} answered.", entry.info().name))
                .await;
            Ok(reread(backend, account).await)
        }
        Connect::OAuth2(_) if was_just_renewed(backend, &account) => Ok(account),
        Connect::OAuth2(_) => {
            let seen = account.version;
            Ok(fresh_token(backend, account, RefreshReason::Renew { seen }).await?.0)
        }
    }
}

/// Whether the token works, and is of a refresh of a moment ago. One that came with the consent may
/// be renewed at once.
fn was_just_renewed(backend: &Backend, account: &Account) -> bool {
    let now = backend.clock.now();
    account.status == Status::Connected
        && account.issued_at > account.connected_at
        && account.issued_at + REFRESH_FLOOR > now
        && account.expires_at.is_none_or(|end| end > now)
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
        // Tracked: a stop waits for it.
        let tracker = backend.requests.clone();
        tracker.spawn(request_context::scope(request_context::current(), async move {
            if let Err(error) = recheck(&backend, &actor, id).await {
                tracing::info!(account = %id, "background connection test failed: {error}");
            }
        }));
    }
}

async fn recheck(backend: &Backend, actor: &Actor, id: AccountId) -> Result<()> {
    let account = super::find_owned(backend, actor, id).await?;
    let Some(every) = entry(backend, account.provider.as_str())?.recheck_after() else {
        return Ok(());
    };
    let now = backend.clock.now();
    if !db::accounts::claim_check(&backend.db, id, now - every, now).await? {
        return Ok(());
    }
    let name: &'static str = &entry(backend, account.provider.as_str())?.info().name;
    let outcome = read_account(backend, account.clone()).await;
    let text = match &outcome {
        Ok(()) => format!("{name} answered."),
        Err(error) => match error.of_platform() {
            Some(text) => text,
            None => return outcome,
        },
    };
    store_result(backend, &account, outcome.is_ok(), &text).await;
    outcome
}
