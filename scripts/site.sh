#!/usr/bin/env bash
# Builds the site, target/site, always as it is shipped: small, hashed, compressed. A moment where
# nothing has changed.
. "$(dirname "$0")/lib.sh"

# cargo-leptos makes the compressed files last and only for a shipped site, so they date it. The
# folders left out never reach the browser.
is_current() {
  local built newer
  built=$(ls target/site/pkg/*.wasm.br 2>/dev/null) && [ -f target/site/hash.txt ] || return
  newer=$(find src style public .cargo Cargo.toml Cargo.lock package-lock.json \
    \( -path src/server -o -path src/sandbox -o -path src/main.rs \) -prune -o -newer "$built" -print -quit)
  [ -z "$newer" ]
}

scripts/setup.sh
if ! is_current; then
  say "Building the site$(first_time target/front 'about 4 minutes')"
  cargo leptos build --release --frontend-only --precompress
fi
