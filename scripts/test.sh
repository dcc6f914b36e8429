#!/usr/bin/env bash
# Every test: Rust on SQLite and PostgreSQL, then the sandbox by other people's clients, the browser
# against the server that was just tested and the site as shipped, and that server's API against its
# own description.
. "$(dirname "$0")/lib.sh"

readonly RUST=target/nextest/default/junit.xml BROWSER=target/end2end/junit.xml API=target/schemathesis/reports/junit.xml
readonly CLIENTS=target/clients/junit.xml
readonly REPORTS=("$RUST" "$CLIENTS" "$BROWSER" "$API")
rm -f "${REPORTS[@]}"
scripts/setup.sh tests
scripts/site.sh

status=0
say "Rust tests$(first_time target/debug/huntaze 'about 8 minutes of compiling')"
scripts/with-postgres.sh cargo nextest run --features ssr || status=$?
# 100 is nextest's "some tests failed"; with anything else there is no server to go on with.
[ "$status" = 0 ] || [ "$status" = 100 ] || fail 'the Rust tests could not run'

say 'The sandbox, driven by clients that people use'
scripts/clients.sh "$CLIENTS" || status=$?

say 'Browser tests'
CHROMIUM=$(scripts/chromium.sh || true) npm test --silent --workspace end2end || status=$?

say 'The API against its description'
node scripts/schemathesis.mjs || status=$?

# All runners write the totals into the first element of their report.
ls "${REPORTS[@]}" >/dev/null || fail 'a test report is missing, so the tests did not all run'
total() { sed -nE "s/.*<testsuites [^>]*\b$1=\"([0-9]+)\".*/\1/p" "${REPORTS[@]}" | awk '{ sum += $1 } END { print sum + 0 }'; }
failed=$(($(total failures) + $(total errors)))
say "$(($(total tests) - failed - $(total skipped))) passed, $failed failed"
exit "$status"
