//! People who go on using the site meanwhile: what they are served, and how fast.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use tokio::task::JoinSet;

use crate::support::Answer;

/// Between one answer and the next request of a visitor.
const PAUSE: Duration = Duration::from_millis(100);

/// What a visitor does, again and again, at the base address of one process or another.
type Visit = Arc<dyn Fn(&Client, usize) -> RequestBuilder + Send + Sync>;

/// Visitors who come until they are told to leave.
pub struct Visitors {
    over: Arc<AtomicBool>,
    tasks: JoinSet<Vec<Duration>>,
}

impl Visitors {
    /// `count` of them. Every answer has to be a 200 of which `fine` holds.
    pub fn come(
        count: usize,
        visit: impl Fn(&Client, usize) -> RequestBuilder + Send + Sync + 'static,
        fine: fn(&Answer) -> bool,
    ) -> Self {
        let (over, visit): (Arc<AtomicBool>, Visit) = (Arc::default(), Arc::new(visit));
        let mut tasks = JoinSet::new();
        for first in 0..count {
            tasks.spawn(come_again(over.clone(), visit.clone(), fine, first));
        }
        Self { over, tasks }
    }

    /// How long their requests took, in words.
    pub async fn leave(self) -> String {
        self.over.store(true, Ordering::SeqCst);
        let mut took: Vec<Duration> = self.tasks.join_all().await.into_iter().flatten().collect();
        assert!(!took.is_empty(), "nobody came");
        took.sort_unstable();
        let at = |share: usize| took[(took.len() - 1) * share / 100].as_millis();
        format!(
            "{} requests, p50 {} ms, p99 {} ms, slowest {} ms",
            took.len(),
            at(50),
            at(99),
            at(100)
        )
    }
}

async fn come_again(
    over: Arc<AtomicBool>,
    visit: Visit,
    fine: fn(&Answer) -> bool,
    first: usize,
) -> Vec<Duration> {
    let http = huntaze::server::platform::http::pool().expect("an HTTP client");
    let mut took = Vec::new();
    for turn in first.. {
        if over.load(Ordering::SeqCst) {
            break;
        }
        let begun = Instant::now();
        let answer =
            Answer::of(visit(&http, turn).send().await.expect("an answer")).await.expect(200);
        took.push(begun.elapsed());
        assert!(fine(&answer), "{}", answer.body);
        tokio::time::sleep(PAUSE).await;
    }
    took
}
