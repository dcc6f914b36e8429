//! The queue against a model of it: any order of events, on both databases. Never two holders of
//! one fence; nothing lost.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use huntaze::server::db::jobs::{self, Claimed};
use huntaze::server::domain::jobs::{self as queue, Job};
use huntaze::server::worker::LEASE;
use proptest::prelude::*;
use uuid::Uuid;

use super::samples;
use crate::support::{TestApp, both};

/// What happens to the queue. A holder is one of all that ever claimed something: most of them are
/// late by then.
#[derive(Clone, Copy, Debug)]
enum Event {
    Order {
        errand: u8,
        seconds: i64,
    },
    Claim {
        limit: usize,
    },
    Renew {
        holder: usize,
    },
    Complete {
        holder: usize,
    },
    Fail {
        holder: usize,
        seconds: i64,
    },
    MarkDead {
        holder: usize,
    },
    Release {
        holder: usize,
    },
    /// Whoever runs something meanwhile crashed or slept, if it is long enough.
    Wait {
        seconds: i64,
    },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // The newest holders are of most interest.
    let holder = || (0..6usize, 0..3usize).prop_map(|(a, b)| a.min(b * 3));
    let event = prop_oneof![
        4 => (0..5u8, prop_oneof![Just(0), 1..200i64]).prop_map(|(errand, seconds)| Event::Order {
            errand, seconds }),
        4 => (1..3usize).prop_map(|limit| Event::Claim { limit }),
        1 => holder().prop_map(|holder| Event::Renew { holder }),
        3 => holder().prop_map(|holder| Event::Complete { holder }),
        2 => (holder(), 1..200i64).prop_map(|(holder, seconds)| Event::Fail { holder, seconds }),
        1 => holder().prop_map(|holder| Event::MarkDead { holder }),
        1 => holder().prop_map(|holder| Event::Release { holder }),
        3 => (1..90i64).prop_map(|seconds| Event::Wait { seconds }),
    ];
    prop::collection::vec(event, 40..80)
}

/// One living job as it should be.
#[derive(Clone, Debug)]
struct Alive {
    /// The place among all that were ever written down: decides between two of one time.
    turn: usize,
    run_at: DateTime<Utc>,
    running: bool,
    rerun_at: Option<DateTime<Utc>>,
    attempts: i64,
    version: i64,
}

struct Model<'a> {
    app: &'a TestApp,
    /// By what is written down: the same text is the same job.
    alive: BTreeMap<String, Alive>,
    written: usize,
    dead: i64,
    /// Everybody who ever claimed a job, the latest first, with the turn of the job.
    holders: Vec<(Claimed, usize)>,
}

impl Model<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.app.backend().clock.now()
    }

    async fn order(&mut self, errand: u8, seconds: i64) {
        let (job, run_at) = (
            Job::Revoke { id: Uuid::from_u128(errand.into()) },
            self.now() + Duration::seconds(seconds),
        );
        let text = job.payload();
        let mut tx = self.app.backend().db.begin().await.expect("a transaction");
        queue::enqueue(self.app.backend(), &mut tx, job.at(run_at)).await.expect("an order");
        tx.commit().await.expect("a commit");
        match self.alive.get_mut(&text) {
            Some(job) if job.running => {
                job.rerun_at = Some(job.rerun_at.map_or(run_at, |at| at.min(run_at)))
            }
            Some(job) => job.run_at = job.run_at.min(run_at),
            None => {
                let turn = self.written;
                self.alive.insert(
                    text,
                    Alive { turn, run_at, running: false, rerun_at: None, attempts: 0, version: 0 },
                );
                self.written += 1;
            }
        }
    }

    async fn claim(&mut self, limit: usize) {
        let now = self.now();
        let claimed = jobs::claim(&self.app.backend().db, Uuid::now_v7(), limit, now, now + LEASE)
            .await
            .expect("a claim");
        let mut due: Vec<_> = self.alive.iter_mut().filter(|(_, job)| job.run_at <= now).collect();
        due.sort_by_key(|(_, job)| (job.run_at, job.turn));
        due.truncate(limit);
        assert_eq!(claimed.len(), due.len(), "as many as are due");
        for (text, job) in due {
            (job.running, job.run_at) = (true, now + LEASE);
            (job.attempts, job.version) = (job.attempts + 1, job.version + 1);
            let claimed = claimed
                .iter()
                .find(|claimed| claimed.payload == *text)
                .expect("the one whose turn it is");
            assert_eq!((claimed.attempts, claimed.version), (job.attempts, job.version));
            self.holders.insert(0, (claimed.clone(), job.turn));
        }
    }

    /// A holder, and the job where it still holds it.
    fn held(&mut self, holder: usize) -> Option<(Claimed, Option<&mut Alive>)> {
        let (claimed, turn) = self.holders.get(holder)?.clone();
        let job = self.alive.get_mut(&claimed.payload);
        let job =
            job.filter(|job| job.turn == turn && job.version == claimed.version && job.running);
        Some((claimed, job))
    }

    /// Ends a holder's job well or ill; where it was asked for meanwhile, it waits again.
    async fn end(&mut self, holder: usize, dead: bool) {
        let now = self.now();
        let Some((claimed, job)) = self.held(holder) else { return };
        let (held, again) = (job.is_some(), job.as_ref().is_some_and(|job| job.rerun_at.is_some()));
        match job.map(|job| (job.rerun_at.take(), job)) {
            Some((Some(at), job)) => (job.running, job.run_at, job.attempts) = (false, at, 0),
            Some((None, _)) => _ = self.alive.remove(&claimed.payload),
            None => {}
        }
        self.dead += i64::from(dead && held && !again);
        let db = &self.app.backend().db;
        let done = if dead {
            jobs::mark_dead(db, &claimed, "no use", now).await
        } else {
            jobs::complete(db, &claimed, now).await
        };
        assert_eq!(done.expect("an answer"), held);
    }

    async fn put_back(&mut self, holder: usize, after: Option<i64>) {
        let now = self.now();
        let at = now + Duration::seconds(after.unwrap_or(0));
        let Some((claimed, job)) = self.held(holder) else { return };
        let held = job.is_some();
        if let Some(job) = job {
            job.running = false;
            job.run_at = job.rerun_at.take().map_or(at, |again| again.min(at));
            if after.is_none() {
                (job.run_at, job.attempts) = (now, job.attempts - 1);
            }
        }
        let db = &self.app.backend().db;
        let done = match after {
            Some(_) => jobs::retry(db, &claimed, at, "not yet", now).await,
            None => jobs::release(db, &claimed, now).await,
        };
        assert_eq!(done.expect("an answer"), held);
    }

    async fn renew(&mut self, holder: usize) {
        let until = self.now() + LEASE;
        let Some((claimed, job)) = self.held(holder) else { return };
        let held = job.map(|job| job.run_at = until).is_some();
        assert_eq!(
            jobs::renew(&self.app.backend().db, &claimed, until).await.expect("an answer"),
            held
        );
    }

    async fn happen(&mut self, event: Event) {
        match event {
            Event::Order { errand, seconds } => self.order(errand, seconds).await,
            Event::Claim { limit } => self.claim(limit).await,
            Event::Renew { holder } => self.renew(holder).await,
            Event::Complete { holder } => self.end(holder, false).await,
            Event::MarkDead { holder } => self.end(holder, true).await,
            Event::Fail { holder, seconds } => self.put_back(holder, Some(seconds)).await,
            Event::Release { holder } => self.put_back(holder, None).await,
            Event::Wait { seconds } => self.app.backend().clock.advance(Duration::seconds(seconds)),
        }
        self.compare().await;
    }

    async fn compare(&self) {
        let now = self.now();
        let depth = jobs::depth(&self.app.backend().db, now).await.expect("a depth");
        let waiting = || self.alive.values().filter(|job| !job.running);
        let running = self.alive.values().filter(|job| job.running).count();
        assert_eq!(
            (depth.queued, depth.running, depth.dead),
            (waiting().count() as i64, running as i64, self.dead)
        );
        let oldest = waiting().map(|job| job.run_at).filter(|at| *at <= now).min();
        assert_eq!((depth.oldest, depth.due > 0), (oldest, oldest.is_some()));
    }

    /// Whatever happened, everything that was ordered and has not ended comes up.
    async fn finish(mut self) {
        while !self.alive.is_empty() {
            self.app.backend().clock.advance(Duration::seconds(200));
            self.claim(9).await;
            for holder in 0..self.holders.len() {
                self.end(holder, false).await;
            }
        }
        self.compare().await;
        self.app.sql("DELETE FROM jobs").await;
    }
}

both!(the_queue_does_what_its_model_does, |app| async {
    for (n, events) in samples(events(), 24).into_iter().enumerate() {
        let mut model =
            Model { app: &app, alive: BTreeMap::new(), written: 0, dead: 0, holders: Vec::new() };
        eprintln!("sequence {n}: {events:?}");
        for event in events {
            model.happen(event).await;
        }
        model.finish().await;
    }
});
