//! Open streams of events: how many a person has, and their common end when the server stops.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::model::UserId;

/// A browser has one for each tab in sight; more than these are somebody's mistake.
const MAX_STREAMS: usize = 12;

/// Every open stream of this process. Clones are the same.
#[derive(Clone, Default)]
pub struct Streams(Arc<Inner>);

#[derive(Default)]
struct Inner {
    open: Mutex<HashMap<UserId, usize>>,
    closing: CancellationToken,
}

impl Streams {
    /// A place for one more stream of a person, if there is one.
    pub fn enter(&self, user: UserId) -> Option<StreamSlot> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= MAX_STREAMS {
            return None;
        }
        *count += 1;
        Some(StreamSlot { streams: self.clone(), user, closing: self.0.closing.clone() })
    }

    /// Ends every stream, and those that would begin: the server stops.
    pub fn close(&self) {
        self.0.closing.cancel();
    }
}

/// One stream's place; given back when it is dropped.
pub struct StreamSlot {
    streams: Streams,
    user: UserId,
    closing: CancellationToken,
}

impl StreamSlot {
    /// Waits for the end of all streams.
    pub async fn closed(&self) {
        self.closing.cancelled().await;
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.streams.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // C16, S5
    #[tokio::test]
    async fn a_person_has_so_many_streams_and_all_end_together() {
        let streams = Streams::default();
        let ada = UserId::new();
        let mut places: Vec<StreamSlot> =
            (0..MAX_STREAMS).filter_map(|_| streams.enter(ada)).collect();
        assert_eq!(places.len(), MAX_STREAMS);
        assert!(streams.enter(ada).is_none() && streams.enter(UserId::new()).is_some());
        places.pop();
        assert!(streams.enter(ada).is_some(), "a place that was given back is free");
        streams.close();
        for place in &mut places {
            place.closed().await;
        }
    }
}
