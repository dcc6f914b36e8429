//! Sealing a secret of 512 bytes and opening it again: what every stored token costs.

use criterion::{Criterion, criterion_group, criterion_main};
use huntaze::server::vault::{KeyFile, SealContext, Vault};
use secrecy::SecretString;
use uuid::Uuid;

fn seal_and_open(criterion: &mut Criterion) {
    let file = serde_json::to_string(&KeyFile::generate()).expect("strings serialise");
    let vault = Vault::from_text(&file.into()).expect("a fresh key file is good");
    let token = SecretString::from("t".repeat(512));
    let place = SealContext::new("oauth_accounts", Uuid::now_v7(), "access_token");
    criterion.bench_function("vault/seal and open 512 B", |bencher| {
        bencher.iter(|| vault.open(&vault.seal(&token, place), place).expect("our own seal opens"));
    });
}

criterion_group!(benches, seal_and_open);
criterion_main!(benches);
