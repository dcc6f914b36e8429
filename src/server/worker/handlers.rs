//! What each job does: one line for each.

use crate::server::domain::jobs::{self, Attempt, Job, Outcome};
use crate::server::domain::{Result, access, accounts, audit, idempotency, mail, notices, users};

/// Does a job, which may have been done before, wholly or in part. An error that its handler does
/// not judge is retried by the policy of its kind.
pub async fn run(attempt: &Attempt<'_>, job: Job) -> Outcome {
    handle(attempt, job).await.unwrap_or_else(|error| attempt.retry_after(error))
}

async fn handle(attempt: &Attempt<'_>, job: Job) -> Result<Outcome> {
    let backend = attempt.backend;
    match job {
        Job::SendMail { id } => return mail::send(attempt, id).await,
        Job::Revoke { id } => return access::revoke(attempt, id).await,
        Job::FetchAvatar { workspace, account } => {
            accounts::fetch_avatar(backend, workspace, account).await
        }
        Job::FindRevocations => access::find_revocations(backend).await,
        Job::RevokeExpiredChoices => accounts::revoke_expired_choices(backend).await,
        Job::ProcessNotices => notices::process(backend).await,
        Job::AnnounceBroken { incident } => notices::announce_broken(backend, incident).await,
        Job::AnnounceRecovered { incident } => notices::announce_recovered(backend, incident).await,
        Job::AnnounceOutage { incident } => notices::announce_outage(backend, incident).await,
        Job::AnnounceRecovery { incident } => notices::announce_recovery(backend, incident).await,
        Job::AnnounceHeldBack { incident } => notices::announce_held_back(backend, incident).await,
        Job::AnswerResets => users::answer_resets(backend).await,
        Job::PurgeFlows => accounts::purge_flows(backend).await,
        Job::PurgeSessions => users::purge_sessions(backend).await,
        Job::PurgeAudit => audit::purge(backend).await,
        Job::PurgeAnswers => idempotency::purge(backend).await,
        Job::PurgeEmailTokens => users::purge_email_tokens(backend).await,
        Job::PurgeNotices => notices::purge(backend).await,
        Job::PurgeDead => jobs::purge_dead(backend).await,
    }
    .map(|()| Outcome::Done)
}
