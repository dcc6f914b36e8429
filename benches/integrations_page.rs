//! `/integrations` for somebody who is logged in, with 5, 50 and 500 accounts, served in process
//! from SQLite: the real page beside one written by hand, which is the limit. Says also how many
//! SQL statements and bytes each takes.

mod by_hand;
mod world;

use axum::Router;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use world::{World, statements};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ACCOUNTS: [usize; 3] = [5, 50, 500];

fn integrations_page(criterion: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let count = statements::Count::begin();
    let worlds: Vec<World> =
        ACCOUNTS.iter().map(|accounts| runtime.block_on(World::with(*accounts))).collect();

    println!("\n{:<44}{:>16}{:>14}", "the page", "SQL statements", "bytes");
    for world in &worlds {
        let before = count.so_far();
        let real = runtime.block_on(world.get(&world.real));
        let between = count.so_far();
        let by_hand = runtime.block_on(world.get(&world.by_hand));
        let after = count.so_far();
        println!(
            "{:<44}{:>16}{:>14}",
            format!("{} accounts", world.accounts),
            between - before,
            real.len()
        );
        println!(
            "{:<44}{:>16}{:>14}",
            format!("{} accounts, by hand", world.accounts),
            after - between,
            by_hand.len()
        );
        assert!(between - before <= 2, "who asks and what they see: two statements");
        tell_difference(&real, &by_hand);
    }
    println!();
    count.end();

    let mut group = criterion.benchmark_group("integrations page");
    for world in &worlds {
        let mut measure = |name: &str, router: &Router| {
            group.bench_function(BenchmarkId::new(name, world.accounts), |bencher| {
                bencher.to_async(&runtime).iter(|| world.get(router));
            });
        };
        measure("real", &world.real);
        measure("by hand", &world.by_hand);
    }
    group.finish();
}

/// A limit is one only while it says the same: the words people see, tags left out.
fn tell_difference(real: &str, by_hand: &str) {
    let (real, by_hand) = (words(real), words(by_hand));
    let apart = (0..real.len().max(by_hand.len())).find(|at| real.get(*at) != by_hand.get(*at));
    if let Some(at) = apart {
        let around = |words: &[String]| {
            words.iter().skip(at.saturating_sub(4)).take(12).cloned().collect::<Vec<_>>().join(" ")
        };
        println!(
            "  note: the pages differ from word {at} on: \"{}\" and by hand \"{}\"",
            around(&real),
            around(&by_hand)
        );
    }
}

fn words(page: &str) -> Vec<String> {
    let mut rest = page.split_once("<body>").map_or("", |(_, body)| body);
    let mut text = String::with_capacity(rest.len());
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        // leptos leaves comments behind, with tags in them, and scripts.
        let end = match tag {
            tag if tag.starts_with("!--") => "-->",
            tag if tag.starts_with("script") => "</script>",
            _ => ">",
        };
        rest = tag.split_once(end).map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.split_whitespace().map(str::to_owned).collect()
}

criterion_group!(benches, integrations_page);
criterion_main!(benches);
