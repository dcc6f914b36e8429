#!/usr/bin/env bash
# Everything that takes long: every odd answer of a platform, and a share of them to the release
# binary, more than 500 killed processes, processes that stand still, storms of callers and accounts,
# keys that change under load. At the end the figures, as docs/measurements.md has them. HUNTAZE_SEED
# repeats the random kills of an earlier run; `scripts/soak.sh storm::accounts` runs a part.
. "$(dirname "$0")/lib.sh"

scripts/setup.sh tests
mkdir -p target
readonly LOG=target/soak.log PART=${1:-(answers|sweep|storm)::}

say "About 2 hours on two cores$(first_time target/debug/huntaze ', after 8 minutes of compiling')"
status=0
cargo build --profile release --features ssr --bin huntaze
HUNTAZE_SOAK=1 HUNTAZE_RELEASE_BINARY=$(server_binary release) scripts/with-postgres.sh \
  cargo nextest run --features ssr --profile soak --run-ignored all \
  -E "test(/^$PART/)" 2>&1 | tee "$LOG" || status=$?

# nextest indents what a test printed.
told() { grep -E "^ +($1)" "$LOG" | sed 's/^ *//' || true; }
# row "kills at failpoints": the numbers of lines like "79 kills at failpoints on Sqlite", added up
# for each engine.
row() {
  local what=$1; shift
  local -a sums
  for engine in Sqlite Postgres; do
    sums+=("$(told "[0-9]+ $what on $engine" | awk '{ sum += $1 } END { print sum + 0 }')")
  done
  printf '| %s | %s | %s |\n' "$what" "${sums[@]}"
}

say 'Measured'
echo '| processes | SQLite | PostgreSQL |'
echo '|---|---|---|'
for what in 'kills at failpoints' 'kills while a platform answers' 'kills of workers' \
  'kills under load' 'stops of a lease holder'; do row "$what"; done
echo
told 'storm: |rotation: ' | sed 's/^/- /'
echo
# sum "kills": the numbers of every line that begins with a number of these.
sum() { told "[0-9]+ $1 " | awk '{ sum += $1 } END { print sum + 0 }'; }
say "$(sum 'odd answers') odd answers of platforms"
say "$(sum kills) processes killed, $(sum stops) stopped and continued"
exit "$status"
