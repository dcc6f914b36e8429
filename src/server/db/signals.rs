//! Telling whoever waits that something changed: in this process by a channel, in the others by
//! PostgreSQL's NOTIFY.
//!
//! A signal is a hint, never the news itself: who hears it looks at the database. So a lost one
//! costs time and nothing else - everybody who waits for signals looks now and then without one -
//! and one that is heard twice does no harm.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::{Db, Engine, On, Result, Tx};
use crate::model::WorkspaceId;

/// PostgreSQL's name for where our processes talk; part of every statement's text below.
const CHANNEL: &str = "huntaze";
const NOTIFY: &str = "SELECT pg_notify('huntaze', $1)";
/// How many signals wait for a slow subscriber until it is told [`Signal::Missed`] instead.
const KEPT: usize = 256;
/// The pause before the connection that listens is made anew.
const RECONNECT_PAUSE: Duration = Duration::from_secs(2);

/// What changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// A job may be due.
    Jobs,
    /// Something that pages show of this workspace.
    Workspace(WorkspaceId),
    /// Something that pages show of many workspaces: a platform is in trouble.
    Everywhere,
    /// Signals were lost - a slow subscriber, or a cut connection: anything may have changed.
    Missed,
}

impl Signal {
    /// As it is sent between processes; [`Signal::Missed`] is known to its own process alone.
    fn text(self) -> Option<String> {
        match self {
            Self::Jobs => Some("jobs".to_owned()),
            Self::Workspace(id) => Some(format!("workspace {id}")),
            Self::Everywhere => Some("everywhere".to_owned()),
            Self::Missed => None,
        }
    }

    /// A text that another version of us sent and we do not know counts as missed.
    fn read(text: &str) -> Self {
        match text.split_once(' ') {
            None if text == "jobs" => Self::Jobs,
            None if text == "everywhere" => Self::Everywhere,
            Some(("workspace", id)) => id.parse().map_or(Self::Missed, Self::Workspace),
            _ => Self::Missed,
        }
    }
}

/// Where signals of a [`Db`] are heard. Clones are the same place.
#[derive(Clone)]
pub struct Signals(Arc<Hub>);

struct Hub {
    channel: broadcast::Sender<Signal>,
    /// Stands before each text that this process sends, so that it does not hear itself twice.
    us: Uuid,
    listening: Mutex<Option<AbortHandle>>,
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop_listening();
    }
}

impl Hub {
    fn stop_listening(&self) {
        if let Some(task) = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    /// A text from the channel, unless it is our own.
    fn deliver_remote(channel: &broadcast::Sender<Signal>, us: Uuid, text: &str) {
        let (from, what) = text.split_once(' ').unwrap_or_default();
        if from.parse() != Ok(us) {
            // An error says that nobody listens here.
            channel.send(Signal::read(what)).ok();
        }
    }
}

impl Signals {
    pub(super) fn new() -> Self {
        let channel = broadcast::Sender::new(KEPT);
        Self(Arc::new(Hub { channel, us: Uuid::now_v7(), listening: Mutex::default() }))
    }

    /// Hears every signal from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription { heard: self.0.channel.subscribe(), _signals: self.clone() }
    }

    pub(super) fn deliver(&self, signal: Signal) {
        // An error says that nobody listens here.
        self.0.channel.send(signal).ok();
    }

    /// What goes over the wire.
    fn to_message(&self, signal: Signal) -> Option<String> {
        signal.text().map(|text| format!("{} {text}", self.0.us))
    }

    /// Hears the other processes until [`Signals::close`], whatever happens to the connection.
    fn listen(&self, url: SecretString) {
        let (channel, us) = (self.0.channel.clone(), self.0.us);
        let task = tokio::spawn(async move {
            loop {
                if let Err(error) = listen_once(&url, &channel, us).await {
                    tracing::warn!(
                        "could not listen for signals of other processes, polling instead: {error}"
                    );
                }
                tokio::time::sleep(RECONNECT_PAUSE).await;
            }
        });
        let earlier = self
            .0
            .listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(task.abort_handle());
        if let Some(earlier) = earlier {
            earlier.abort();
        }
    }

    pub(super) fn close(&self) {
        self.0.stop_listening();
    }
}

/// One connection's life. It is its own, not one of the pool's: it is never given back.
async fn listen_once(
    url: &SecretString,
    channel: &broadcast::Sender<Signal>,
    us: Uuid,
) -> Result<()> {
    let mut listener = PgListener::connect(url.expose_secret()).await?;
    listener.listen(CHANNEL).await?;
    // What was sent before we listened is lost.
    channel.send(Signal::Missed).ok();
    loop {
        match listener.try_recv().await? {
            Some(notification) => Hub::deliver_remote(channel, us, notification.payload()),
            // The connection was cut and is being made anew.
            None => _ = channel.send(Signal::Missed),
        }
    }
}

/// One subscriber's place in the row of signals.
pub struct Subscription {
    heard: broadcast::Receiver<Signal>,
    /// Keeps the channel open, so that waiting never ends by itself.
    _signals: Signals,
}

impl Subscription {
    /// Waits for the next signal. May be dropped while it waits; nothing is lost.
    pub async fn next(&mut self) -> Signal {
        // Closed can't happen while we hold a sender.
        self.heard.recv().await.unwrap_or(Signal::Missed)
    }
}

impl Db {
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Tells everybody at once. Where the news is in a transaction, use [`Tx::signal`].
    pub async fn signal(&self, signal: Signal) -> Result<()> {
        if let (Engine::Postgres(pool), Some(message)) =
            (&self.engine, self.signals.to_message(signal))
        {
            sqlx::query(NOTIFY).bind(message).execute(pool).await?;
        }
        self.signals.deliver(signal);
        Ok(())
    }

    /// Begins to hear what other processes tell, on a connection to `url`. NOTIFY does not pass a
    /// pooler that hands out connections by the transaction, so where there is one this has to be
    /// an address behind it. SQLite has one process and needs nothing.
    pub fn listen(&self, url: &SecretString) {
        if let Engine::Postgres(_) = self.engine {
            self.signals.listen(url.clone());
        }
    }
}

impl Tx {
    /// Tells everybody when this transaction has committed, and nobody if it does not. The same
    /// twice is told once.
    pub fn signal(&mut self, signal: Signal) {
        if !self.pending_signals.contains(&signal) {
            self.pending_signals.push(signal);
        }
    }

    /// Hands the signals to PostgreSQL, which passes them on when it commits: there is no moment in
    /// which a crash keeps the change and loses the word. (Commits that notify wait for one another
    /// there, for the time of one flush.)
    pub(super) async fn notify(&mut self) -> Result<()> {
        let On::Postgres(tx) = &mut self.on else { return Ok(()) };
        for message in
            self.pending_signals.iter().filter_map(|signal| self.signals.to_message(*signal))
        {
            sqlx::query(NOTIFY).bind(message).execute(&mut **tx).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signal_that_is_sent_reads_back() {
        for signal in [Signal::Jobs, Signal::Everywhere, Signal::Workspace(WorkspaceId::new())] {
            assert_eq!(Signal::read(&signal.text().expect("it is sent")), signal);
        }
        assert_eq!(Signal::Missed.text(), None);
    }

    #[test]
    fn a_word_of_another_version_counts_as_missed() {
        for text in ["", "posts", "workspace", "workspace x", "jobs 3"] {
            assert_eq!(Signal::read(text), Signal::Missed, "{text}");
        }
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_that_it_missed_some() {
        let signals = Signals::new();
        let mut slow = signals.subscribe();
        for _ in 0..=KEPT {
            signals.deliver(Signal::Jobs);
        }
        assert_eq!(slow.next().await, Signal::Missed);
        assert_eq!(slow.next().await, Signal::Jobs, "and goes on from there");
    }

    #[tokio::test]
    async fn a_process_does_not_hear_its_own_messages_again() {
        let (ours, theirs) = (Signals::new(), Signals::new());
        let mut heard = ours.subscribe();
        for message in
            [ours.to_message(Signal::Missed), ours.to_message(Signal::Jobs)].into_iter().flatten()
        {
            Hub::deliver_remote(&ours.0.channel, ours.0.us, &message);
        }
        let workspace = Signal::Workspace(WorkspaceId::new());
        Hub::deliver_remote(
            &ours.0.channel,
            ours.0.us,
            &theirs.to_message(workspace).expect("it is sent"),
        );
        assert_eq!(heard.next().await, workspace);
    }
}
