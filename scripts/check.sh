#!/usr/bin/env bash
# Formatting and lints, for the server and for the browser, and what may be among the dependencies
# (deny.toml).
. "$(dirname "$0")/lib.sh"

scripts/setup.sh checks
say 'Formatting'
cargo fmt --check
leptosfmt --quiet --check src/ui src/app.rs
say 'Lints of the server, its tests and benchmarks'
cargo clippy --quiet --all-targets --features ssr -- -D warnings
say 'Lints of what runs in the browser'
cargo clippy --quiet --lib --target wasm32-unknown-unknown --features hydrate -- -D warnings
say 'Dependencies: licences, bans, sources'
cargo deny --log-level error check licenses bans sources
say 'Dependencies: advisories'
# The database is a git repository elsewhere. Where it can't be had, an older copy counts; without
# any, that is said and nothing is claimed.
if cargo deny --log-level off fetch db >/dev/null 2>&1 || compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs/*/" >/dev/null; then
  cargo deny --log-level error check --disable-fetch advisories
else
  echo 'not checked: the advisory database can not be reached from here, and there is no earlier copy'
fi
