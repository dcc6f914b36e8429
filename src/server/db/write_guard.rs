//! Finds writes beside an open transaction, in debug builds. Such a write is not undone with the
//! transaction, and on SQLite it waits for the very lock that the transaction holds.

/// Does one unit of work - a request, a job - and watches its transactions.
#[cfg(debug_assertions)]
pub use watched::scope;
#[cfg(debug_assertions)]
pub(super) use watched::{OpenTx, assert_none_open};

#[cfg(debug_assertions)]
mod watched {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    tokio::task_local! {
        /// How many transactions this unit of work has open.
        static OPEN: Arc<AtomicUsize>;
    }

    pub async fn scope<Work: Future>(work: Work) -> Work::Output {
        OPEN.scope(Arc::default(), work).await
    }

    /// Counts one transaction until it is dropped. Outside of a [`scope`] nothing is counted:
    /// there several units of work may share a task.
    pub struct OpenTx(Option<Arc<AtomicUsize>>);

    impl OpenTx {
        pub fn new() -> Self {
            let open = OPEN.try_with(Arc::clone).ok();
            open.iter().for_each(|open| _ = open.fetch_add(1, Ordering::Relaxed));
            Self(open)
        }
    }

    impl Drop for OpenTx {
        fn drop(&mut self) {
            self.0.iter().for_each(|open| _ = open.fetch_sub(1, Ordering::Relaxed));
        }
    }

    /// # Panics
    /// Where this unit of work has a transaction open.
    #[track_caller]
    pub fn assert_none_open(what: &str) {
        let open = OPEN.try_with(|open| open.load(Ordering::Relaxed)).unwrap_or_default();
        assert_eq!(open, 0, "outside of the open transaction: {what}");
    }
}

#[cfg(not(debug_assertions))]
pub use unwatched::scope;
#[cfg(not(debug_assertions))]
pub(super) use unwatched::{OpenTx, assert_none_open};

#[cfg(not(debug_assertions))]
mod unwatched {
    pub async fn scope<Work: Future>(work: Work) -> Work::Output {
        work.await
    }

    pub struct OpenTx;

    impl OpenTx {
        pub fn new() -> Self {
            Self
        }
    }

    pub fn assert_none_open(_what: &str) {}
}
