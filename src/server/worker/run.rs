//! What each job does: one line for each.

use crate::server::Backend;
use crate::server::domain::job::Job;
use crate::server::domain::{Result, access, accounts, audit, idempotency, mail, notices, users};

/// Does a job. It may have been done before, wholly or in part.
pub async fn run(backend: &Backend, job: Job) -> Result<()> {
    match job {
        Job::Revoke { id } => access::revoke(backend, id).await,
        Job::FetchAvatar { workspace, account } => {
            accounts::fetch_avatar(backend, workspace, account).await
        }
        Job::FindRevocations => access::find_revocations(backend).await,
        Job::GiveBackChoices => accounts::give_back_choices(backend).await,
        Job::SendMail => mail::send_due(backend).await,
        Job::EraseFlows => accounts::erase_flows(backend).await,
        Job::LookAfterNotices => notices::round(backend).await,
        Job::EraseAudit => audit::sweep(backend).await,
        Job::EraseAnswers => idempotency::sweep(backend).await,
        Job::EraseLinks => users::erase_links(backend).await,
        Job::AnswerResets => users::answer_resets(backend).await,
        Job::EraseSessions => users::erase_sessions(backend).await,
    }
}
