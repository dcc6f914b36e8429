//! Work of which only a little may run at once: so much runs, so much waits, and more is refused at
//! once rather than kept waiting.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A queue with an end. Whoever waits in it holds nothing else.
pub struct WorkQueue {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    capacity: usize,
}

/// A slot in the queue; left by dropping it.
pub struct Admission {
    running: Arc<Semaphore>,
    slot: OwnedSemaphorePermit,
}

/// The right to run, until it is dropped.
pub struct RunPermit {
    _running: OwnedSemaphorePermit,
    _slot: OwnedSemaphorePermit,
}

impl WorkQueue {
    /// At most `running` at once, and `waiting` more behind them.
    pub fn new(running: usize, waiting: usize) -> Self {
        let capacity = running + waiting;
        Self {
            running: Arc::new(Semaphore::new(running)),
            admitted: Arc::new(Semaphore::new(capacity)),
            capacity,
        }
    }

    /// A slot, unless the queue is full.
    pub fn admit(&self) -> Option<Admission> {
        let slot = self.admitted.clone().try_acquire_owned().ok()?;
        Some(Admission { running: self.running.clone(), slot })
    }

    /// How many run or wait.
    pub fn len(&self) -> usize {
        self.capacity - self.admitted.available_permits()
    }

    /// Whether nothing runs or waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Admission {
    /// Waits for its turn.
    pub async fn start(self) -> RunPermit {
        let running = self.running.acquire_owned().await;
        // Nobody closes the semaphore.
        RunPermit { _running: running.expect("an open semaphore"), _slot: self.slot }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    // S5
    #[tokio::test]
    async fn so_many_run_so_many_wait_and_more_are_refused() {
        let queue = WorkQueue::new(1, 1);
        let first = queue.admit().expect("room").start().await;
        let mut second = Box::pin(queue.admit().expect("room to wait").start());
        assert!(second.as_mut().now_or_never().is_none(), "one runs at once");
        assert!(queue.admit().is_none() && queue.len() == 2);
        drop(first);
        let second = second.await;
        assert_eq!(queue.len(), 1, "who is through has left");
        drop(second);
        drop(queue.admit().expect("room"));
        assert!(queue.is_empty(), "and so has who gave up");
    }
}
