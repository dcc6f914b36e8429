#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, reachable as TEST_DATABASE_URL and gone afterwards:
#   scripts/with-postgres.sh cargo nextest run --features ssr
# Where TEST_DATABASE_URL is set already, that database is used.
. "$(dirname "$0")/lib.sh"

bin=$(dirname "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)" 2>/dev/null)
if [ "${1:-}" = --installed ]; then [ -x "$bin/initdb" ]; exit; fi
if [ -n "${TEST_DATABASE_URL:-}" ]; then exec "$@"; fi

# initdb refuses to run as root; the system's package comes with a user for it.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

dir=$(mktemp -d /tmp/huntaze-postgres.XXXXXX)
[ "$(id -u)" != 0 ] || chown postgres "$dir"
stop() { as_postgres "$bin/pg_ctl" stop -D "$dir/data" -m immediate >/dev/null 2>&1 || true; rm -rf "$dir"; }
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Nothing here outlives the tests, so nothing is flushed to disk for safety.
settings="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300"
settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
{
  as_postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync &&
    as_postgres "$bin/pg_ctl" start -D "$dir/data" -w -t 30 -l "$dir/log" -o "$settings"
} >"$dir/setup.log" 2>&1 || { cat "$dir/setup.log" "$dir/log" >&2 || true; fail 'PostgreSQL did not start; its messages are above'; }

export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
# A thousand callers are a thousand open connections, in the tests and in each server.
ulimit -Sn "$(ulimit -Hn)" 2>/dev/null || true
"$@"
