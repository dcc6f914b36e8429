#!/usr/bin/env bash
# More than 500 killed processes: at every failpoint for every platform, and under load. What was killed is printed at the end.
# HUNTAZE_SEED repeats the random kills of an earlier run.
. "$(dirname "$0")/lib.sh"

scripts/setup.sh tests
mkdir -p target
readonly LOG=target/soak.log

say "Crashes$(first_time target/debug/huntaze ', and about 8 minutes of compiling')"
status=0
HUNTAZE_SOAK=1 scripts/with-postgres.sh cargo nextest run --features ssr --profile soak -E 'test(/^sweep::/)' 2>&1 | tee "$LOG" || status=$?

say 'Measured'
# nextest indents what a test printed.
grep -E '^ +[0-9]+ kills ' "$LOG" | sed 's/^ *//' || true
say "$(grep -E '^ +[0-9]+ kills ' "$LOG" | awk '{ sum += $1 } END { print sum + 0 }') processes killed"
exit "$status"
