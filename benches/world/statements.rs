//! Counts the SQL statements that sqlx reports.

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::{Registry, reload};

static SEEN: AtomicUsize = AtomicUsize::new(0);

/// Counting, until it ends.
pub struct Count(reload::Handle<LevelFilter, Registry>);

impl Count {
    /// Begins to count. sqlx reports each statement once, at the level debug.
    pub fn begin() -> Self {
        let (filter, handle) = reload::Layer::new(LevelFilter::DEBUG);
        let counting = tracing_subscriber::registry().with(filter).with(Statements);
        tracing::subscriber::set_global_default(counting)
            .expect("nothing else in this process logs");
        Self(handle)
    }

    pub fn so_far(&self) -> usize {
        SEEN.load(SeqCst)
    }

    /// Ends it, so that what is measured pays nothing for it.
    pub fn end(self) {
        self.0.modify(|level| *level = LevelFilter::OFF).expect("the subscriber is still there");
    }
}

struct Statements;

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut kind = Kind { sets_up: false };
        event.record(&mut kind);
        if !kind.sets_up {
            SEEN.fetch_add(1, SeqCst);
        }
    }
}

/// A new connection of the pool begins with PRAGMAs, which are nobody's page.
struct Kind {
    sets_up: bool,
}

impl Visit for Kind {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let starts = |text: String| {
            text.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with("PRAGMA")
        };
        self.sets_up |= field.name() == "summary" && starts(format!("{value:?}"));
    }
}
