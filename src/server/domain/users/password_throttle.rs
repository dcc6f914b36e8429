//! How soon a password may be guessed once more (requirement S5). Limits by address do not stop
//! whoever has a thousand addresses, so every wrong password counts for the e-mail it was tried
//! for, whether anybody has that e-mail or not. Nobody is locked out by it: browsers in which the
//! person was logged in before are counted apart, and following the link to a new password makes a
//! browser one of them.

use super::{Device, Error, Result};
use crate::server::Backend;
use crate::server::db::users::User;
use crate::server::identity::Actor;
use crate::server::limits::LimitKey;
use crate::server::metrics;

/// Whose wrong passwords count together where nobody is logged in.
pub(super) fn at_the_door(email: &str, user: Option<&User>, device: Option<Device>) -> LimitKey {
    match device.filter(|device| user.is_some_and(|user| user.id == device.user)) {
        Some(device) => LimitKey::Device(device.id),
        None => LimitKey::email(email),
    }
}

/// And where a session asks for the password once more: a stolen one must not hinder the person's
/// others.
pub(super) fn within(actor: &Actor) -> LimitKey {
    LimitKey::Session(actor.session)
}

/// A password is about to be tried. It is taken for a wrong one until
/// [`crate::server::limits::Limits::take_back`].
pub(super) async fn begin(backend: &Backend, who: LimitKey) -> Result<()> {
    backend.limits.begin_try(who).await.map_err(|wait| {
        metrics::rate_limited("password_attempts");
        tracing::info!(class = "password_attempts", "rate limit exceeded");
        Error::TooManyPasswordAttempts { wait, until: backend.clock.now() + wait }
    })
}
