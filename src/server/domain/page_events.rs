//! The live page: an open page receives an event when something changed in its workspace, and
//! nothing else. It then asks for its content again, and is shown what its person may see. It
//! receives nothing once its session is over.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use super::{Error, Result};
use crate::server::Backend;
use crate::server::db::{self, Signal, signals::Subscription};
use crate::server::event_streams::StreamSlot;
use crate::server::identity::{self, Actor};

/// A session may end without anybody saying so: by its age.
const CHECK: Duration = Duration::from_secs(30);
/// What concerns many pages they are told one after the other, so that they do not all ask at once.
const SPREAD: Duration = Duration::from_secs(2);
/// Signals are missed by every page of a process, when the connection to the database was cut: a
/// bad moment for all of them to ask.
const SPREAD_MISSED: Duration = Duration::from_secs(20);

/// What a page is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageEvent {
    /// The stream is open, and nothing has changed yet.
    Ready,
    Changed,
    /// The session is over; the last event.
    Ended,
}

/// The event stream of one open page.
pub struct PageEventStream {
    backend: Backend,
    actor: Actor,
    signals: Subscription,
    slot: StreamSlot,
    checks: Interval,
    /// When it is told of a change that concerns many pages.
    due: Option<Instant>,
    /// Until the first event was sent: when the page was rendered, if it told.
    greeting: Option<Option<DateTime<Utc>>>,
}

impl PageEventStream {
    /// `since`: when the page was rendered, so that it is told at once what has changed in between.
    pub fn begin(backend: &Backend, actor: &Actor, since: Option<DateTime<Utc>>) -> Result<Self> {
        let slot = backend.streams.enter(actor.user).ok_or_else(|| Error::TooSoon {
            sentence:
                "Too many pages of yours are listening. Close some tabs, then reload this one."
                    .into(),
            again: None,
        })?;
        let mut checks = interval(CHECK);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let signals = backend.db.signals().subscribe();
        Ok(Self {
            backend: backend.clone(),
            actor: actor.clone(),
            signals,
            slot,
            checks,
            due: None,
            greeting: Some(since),
        })
    }

    /// The next event; `None` when the server stops.
    pub async fn next(&mut self) -> Option<PageEvent> {
        if let Some(since) = self.greeting.take() {
            return Some(self.greet(since).await);
        }
        loop {
            tokio::select! {
                signal = self.signals.next() => if self.is_due_at_once(signal) {
                    return Some(self.emit_changed().await);
                },
                () = until(self.due) => return Some(self.emit_changed().await),
                _ = self.checks.tick() => {
                    if self.if_live(PageEvent::Changed).await == PageEvent::Ended {
                        return Some(PageEvent::Ended);
                    }
                }
                () = self.slot.closed() => return None,
            }
        }
    }

    /// Whether the page is told of a signal now; if later, `due` says when.
    fn is_due_at_once(&mut self, signal: Signal) -> bool {
        let spread = match signal {
            Signal::Workspace(workspace) => return workspace == self.actor.workspace,
            Signal::Jobs => return false,
            Signal::Everywhere => SPREAD,
            Signal::Missed => SPREAD_MISSED,
        };
        let at = Instant::now() + rand::random_range(Duration::ZERO..spread);
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
        false
    }

    async fn emit_changed(&mut self) -> PageEvent {
        self.due = None;
        self.if_live(PageEvent::Changed).await
    }

    /// The session is looked up once more: it may have ended between the request and our
    /// subscribing.
    async fn greet(&self, since: Option<DateTime<Utc>>) -> PageEvent {
        let changed = match since {
            // Not knowing is reason enough to look.
            Some(since) => {
                db::accounts::changed_since(&self.backend.db, self.actor.workspace, since)
                    .await
                    .unwrap_or(true)
            }
            None => false,
        };
        self.if_live(if changed { PageEvent::Changed } else { PageEvent::Ready }).await
    }

    /// The event, if the session is active. A database that can't be asked ends the stream, too;
    /// the browser comes back.
    async fn if_live(&self, event: PageEvent) -> PageEvent {
        if identity::is_live(&self.backend, self.actor.session).await.unwrap_or(false) {
            event
        } else {
            PageEvent::Ended
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
