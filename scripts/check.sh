#!/usr/bin/env bash
# Formatting and lints, for the server and for the browser.
. "$(dirname "$0")/lib.sh"

scripts/setup.sh
say 'Formatting'
cargo fmt --check
if have leptosfmt; then leptosfmt --check 'src/**/*.rs'; else echo 'leptosfmt is not installed: view! macros are not checked'; fi
say 'Lints of the server, its tests and benchmarks'
cargo clippy --quiet --all-targets --features ssr -- -D warnings
say 'Lints of what runs in the browser'
cargo clippy --quiet --lib --target wasm32-unknown-unknown --features hydrate -- -D warnings
