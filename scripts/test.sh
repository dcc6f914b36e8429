#!/usr/bin/env bash
# Every test: Rust on SQLite and PostgreSQL, then the browser against the server that was just
# tested and the site as shipped, then that server's API against its own description.
. "$(dirname "$0")/lib.sh"

readonly RUST=target/nextest/default/junit.xml BROWSER=target/end2end/junit.xml API=target/schemathesis/reports/junit.xml
rm -f "$RUST" "$BROWSER" "$API"
scripts/setup.sh tests
scripts/site.sh

status=0
say "Rust tests$(first_time target/debug/huntaze 'about 8 minutes of compiling')"
scripts/with-postgres.sh cargo nextest run --features ssr || status=$?
# 100 is nextest's "some tests failed"; with anything else there is no server to go on with.
[ "$status" = 0 ] || [ "$status" = 100 ] || fail 'the Rust tests could not run'

say 'Browser tests'
CHROMIUM=$(scripts/chromium.sh || true) npm test --silent --workspace end2end || status=$?

say 'The API against its description'
node scripts/schemathesis.mjs || status=$?

# All runners write the totals into the first element of their report.
[ -f "$RUST" ] && [ -f "$BROWSER" ] && [ -f "$API" ] || fail 'a test report is missing, so the tests did not all run'
total() { sed -nE "s/.*<testsuites [^>]*\b$1=\"([0-9]+)\".*/\1/p" "$RUST" "$BROWSER" "$API" | awk '{ sum += $1 } END { print sum + 0 }'; }
failed=$(($(total failures) + $(total errors)))
say "$(($(total tests) - failed - $(total skipped))) passed, $failed failed"
exit "$status"
