#!/usr/bin/env bash
# Every test: Rust on SQLite and PostgreSQL, a share of it against the release binary, then the
# sandbox by other people's clients, the browser against the server that was just tested and the
# site as shipped, and that server's API against its own description. At the end, how long each part
# took.
. "$(dirname "$0")/lib.sh"

readonly RUST=target/nextest/default/junit.xml SHIPPED=target/nextest/shipped/junit.xml
readonly CLIENTS=target/clients/junit.xml
readonly BROWSER=target/end2end/junit.xml API=target/schemathesis/reports/junit.xml
readonly REPORTS=("$RUST" "$SHIPPED" "$CLIENTS" "$BROWSER" "$API") LOG=target/tests.log
readonly LEAST_ODD_ANSWERS=1500
rm -f "${REPORTS[@]}" "$LOG"

# part "Rust tests" command...   Runs a part of the tests and remembers how long it took.
parts=()
part() {
  local what=$1 begin=$SECONDS status=0; shift
  say "$what"
  "$@" || status=$?
  local took=$((SECONDS - begin))
  parts+=("$(printf '%3d:%02d  %s' $((took / 60)) $((took % 60)) "$what")")
  return "$status"
}

set_up() { mkdir -p target && scripts/setup.sh tests && scripts/site.sh; }

release_binary() { cargo build --profile release --features ssr --bin huntaze; }

rust_tests() {
  scripts/with-postgres.sh cargo nextest run --features ssr 2>&1 | tee "$LOG"
}

# The tests that are ignored until there is a release binary.
shipped_tests() {
  HUNTAZE_RELEASE_BINARY=$(server_binary release) scripts/with-postgres.sh \
    cargo nextest run --features ssr --profile shipped --run-ignored only \
    -E 'test(/::shipped::/)' 2>&1 | tee -a "$LOG"
}

browser_tests() {
  CHROMIUM=$(scripts/chromium.sh || true) npm test --silent --workspace end2end
}

status=0
part "Set-up" set_up
part "Rust tests$(first_time target/debug/huntaze 'about 8 minutes of compiling')" \
  rust_tests || status=$?
# 100 is nextest's "some tests failed"; with anything else there is no server to go on with.
[ "$status" = 0 ] || [ "$status" = 100 ] || fail 'the Rust tests could not run'
part "Release binary$(first_time "$(server_binary release)" 'about 6 minutes')" release_binary
part "The same server as it is shipped: $(server_binary release)" shipped_tests || status=$?
part 'The sandbox, driven by clients that people use' scripts/clients.sh "$CLIENTS" || status=$?
part 'Browser tests' browser_tests || status=$?
part 'The API against its description' node scripts/schemathesis.mjs || status=$?

# sum "odd answers": the numbers of lines like "72 odd answers of 640 ...", which nextest indents.
sum() { sed -nE "s/^ +([0-9]+) $1.*/\1/p" "$LOG" | awk '{ sum += $1 } END { print sum + 0 }'; }
odd=$(sum 'odd answers')
say "$odd odd answers of platforms, $(sum 'numbers at') numbers, seed ${HUNTAZE_SEED:-9}"
say 'Time'
printf '%s\n' "${parts[@]}"

# All runners write the totals into the first element of their report.
for report in "${REPORTS[@]}"; do
  [ -f "$report" ] || fail "$report is missing, so the tests did not all run"
done
total() {
  sed -nE "s/.*<testsuites [^>]*\b$1=\"([0-9]+)\".*/\1/p" "${REPORTS[@]}" \
    | awk '{ sum += $1 } END { print sum + 0 }'
}
failed=$(($(total failures) + $(total errors)))
say "$(($(total tests) - failed - $(total skipped))) passed, $failed failed"
[ "$odd" -ge "$LEAST_ODD_ANSWERS" ] || fail "only $odd odd answers were tried"
exit "$status"
