#!/usr/bin/env bash
# Makes a machine ready: `setup.sh` for building, `setup.sh tests` for testing too, `setup.sh
# checks` for `make check`. Every step looks first, so a second run costs a moment; what cannot be
# installed is named in one line.
. "$(dirname "$0")/lib.sh"

readonly CARGO_LEPTOS=0.3.10 LEPTOSFMT=0.1.33

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
can_be_root() { [ "$(id -u)" = 0 ] || have sudo; }

system_package() {
  have apt-get && can_be_root || return 1
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"
}

toolchain() {
  have cargo || fail 'Rust 1.95 or later is needed: https://rustup.rs'
  have npm || fail 'Node 20 or later with npm is needed: https://nodejs.org'
  have cc || step 'Installing a C compiler' '1 minute' system_package gcc libc6-dev || fail 'a C compiler is needed: install gcc or clang'
}

wasm_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
  have rustup && step 'Adding the wasm32-unknown-unknown target' '10 seconds' rustup target add wasm32-unknown-unknown \
    || fail 'Rust cannot compile to wasm here: run `rustup target add wasm32-unknown-unknown` (or install Debian'"'"'s rust-all for a Rust without rustup)'
}

cargo_leptos() {
  # Any patch of 0.3 from ours on: 0.3.11 and later want a newer Rust, which whoever has them has.
  [[ "$(cargo-leptos --version 2>/dev/null)" =~ 0\.3\.[1-9][0-9]+ ]] && return
  step "Building cargo-leptos $CARGO_LEPTOS" '12 minutes' cargo install cargo-leptos --version "$CARGO_LEPTOS" --locked \
    || fail "cargo-leptos is needed: cargo install cargo-leptos --version $CARGO_LEPTOS --locked"
}

wasm_bindgen() {
  # The tool must equal the library to the patch, so the lock file says which.
  local version; version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
  step "Building wasm-bindgen $version" '3 minutes' cargo install wasm-bindgen-cli --version "$version" --locked \
    || fail "wasm-bindgen is needed: cargo install wasm-bindgen-cli --version $version --locked"
}

node_modules() {
  # npm writes this file last; older than the lock file means the lock file has changed since.
  [ node_modules/.package-lock.json -nt package-lock.json ] && return
  # No package here needs its install script, so none may run.
  step 'Installing the style and test tools' '20 seconds' env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts \
    || fail 'npm ci did not finish; its messages are above'
  touch node_modules/.package-lock.json
}

nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  step 'Building cargo-nextest' '6 minutes' cargo install cargo-nextest --locked || fail 'cargo-nextest is needed: cargo install cargo-nextest --locked'
}

cargo_deny() {
  cargo deny --version >/dev/null 2>&1 && return
  step 'Building cargo-deny' '8 minutes' cargo install cargo-deny --locked || fail 'cargo-deny is needed: cargo install cargo-deny --locked'
}

leptosfmt() {
  have leptosfmt && return
  step "Building leptosfmt $LEPTOSFMT" '4 minutes' cargo install leptosfmt --version "$LEPTOSFMT" --locked \
    || fail "leptosfmt is needed: cargo install leptosfmt --version $LEPTOSFMT --locked"
}

browser() {
  scripts/chromium.sh >/dev/null && return
  step 'Installing Chromium' '1 minute' system_package chromium fonts-liberation && return
  step 'Downloading Chromium for Playwright' '1 minute' npx playwright install chromium \
    || fail 'a Chromium is needed: install the chromium package, or set CHROMIUM to the path of one'
}

postgres() {
  [ -n "${TEST_DATABASE_URL:-}" ] || scripts/with-postgres.sh --installed && return
  step 'Installing PostgreSQL' '1 minute' system_package postgresql \
    || fail 'PostgreSQL is needed: install its server package, or set TEST_DATABASE_URL to a database that tests may fill'
}

redis() {
  have redis-server && return
  step 'Installing Redis' '20 seconds' system_package redis-server \
    || fail 'Redis is needed: install its server package (redis-server)'
}

python_with_venv() { python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# python_packages "schemathesis" list folder: exactly the list's versions, in an environment of
# their own.
python_packages() {
  # The copied list says what is there: a list that has changed is installed anew.
  cmp -s "$2" "$3/installed.txt" && return
  python_with_venv || step 'Installing Python' '30 seconds' system_package python3 python3-venv && python_with_venv \
    || fail 'Python 3.11 or later with its venv module is needed: install python3 and python3-venv'
  step "Installing $1" '30 seconds' python_environment "$2" "$3" || fail 'pip did not finish; its messages are above'
}

python_environment() {
  rm -rf "$2" && python3 -m venv "$2" && "$2/bin/pip" install --disable-pip-version-check --requirement "$1" && cp "$1" "$2/installed.txt"
}

toolchain
wasm_target
cargo_leptos
wasm_bindgen
node_modules
if [ "${1:-}" = checks ]; then cargo_deny; leptosfmt; fi
if [ "${1:-}" = tests ]; then
  nextest
  browser
  postgres
  redis
  python_packages schemathesis scripts/schemathesis.txt target/schemathesis/venv
  python_packages 'clients of the platforms' scripts/clients.txt target/clients/venv
fi
