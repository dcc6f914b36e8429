# Each target does its own set-up: what is missing is installed, what is there is taken. The work is
# in scripts/.

SHELL := bash

# `make run PROFILE=release` runs what is deployed; the default shares its compiled code with `make
# test`.
PROFILE ?= dev
# `make size URL=http://...` measures a server that already runs.
URL ?=
# `make bench ARGS='--sample-size 20'` takes less time.
ARGS ?=

.PHONY: help run test build watch check bench size soak

help:
	@echo "make run     the app with its sandbox, on http://127.0.0.1:3000"
	@echo "make test    every test: Rust on SQLite and PostgreSQL, then other people's clients, the browser, the API by its description"
	@echo "make build   the release server and its site, in target/release/huntaze and target/site"
	@echo "make watch   the app with its sandbox, rebuilt and reloaded on every change"
	@echo "make check   formatting, lints, and the dependencies' licences and advisories"
	@echo "make soak    more than 500 killed processes and storms of 10,000 accounts: none may be lost"
	@echo "make bench   benchmarks"
	@echo "make size    bytes of the first visit, file by file"

run:
	@scripts/build.sh $(PROFILE)
	@. scripts/lib.sh; LEPTOS_SITE_ROOT=target/site exec "$$(server_binary $(PROFILE))" serve --sandbox

test:
	@scripts/test.sh

build:
	@scripts/build.sh release

watch:
	@scripts/setup.sh
	@. scripts/lib.sh; exec cargo leptos watch -- --sandbox

check:
	@scripts/check.sh

soak:
	@scripts/soak.sh

bench:
	@. scripts/lib.sh; cargo bench --quiet --features ssr --bench vault --bench integrations_page -- --quiet $(ARGS) && node scripts/bench.mjs && scripts/with-postgres.sh cargo bench --quiet --features ssr --bench jobs

size:
	@$(if $(URL),,scripts/build.sh release)
	@node scripts/size.mjs $(URL)
