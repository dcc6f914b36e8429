//! The share of a long run that `make test` tries. `make soak` tries everything.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// The same share every time, unless somebody asks for another by `HUNTAZE_SEED`.
pub fn seed() -> u64 {
    std::env::var("HUNTAZE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(9)
}

/// So many of all, by the seed, and at least one of every kind that any of them has.
pub fn share<T, K: Ord>(mut all: Vec<T>, count: usize, kinds: impl Fn(&T) -> Vec<K>) -> Vec<T> {
    all.shuffle(&mut StdRng::seed_from_u64(seed()));
    let mut met = BTreeSet::new();
    let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| {
        let met_before = met.len();
        met.extend(kinds(one));
        met.len() > met_before
    });
    let more = count.saturating_sub(first.len());
    first.into_iter().chain(rest.into_iter().take(more)).collect()
}

#[test]
fn a_share_has_its_size_and_every_kind() {
    let all: Vec<(u32, u32)> = (0..20).flat_map(|step| (0..5).map(move |at| (step, at))).collect();
    let kinds = |one: &(u32, u32)| vec![("step", one.0), ("place", one.1)];
    for (asked, least) in [(0, 20), (50, 50), (1000, 100)] {
        let tried = share(all.clone(), asked, kinds);
        assert!(tried.len() >= least && tried.len() <= least.max(24), "{}", tried.len());
        let met: BTreeSet<_> = tried.iter().flat_map(kinds).collect();
        assert_eq!(met.len(), 25, "every step and every place");
        assert_eq!(tried, share(all.clone(), asked, kinds), "the seed decides");
    }
}
