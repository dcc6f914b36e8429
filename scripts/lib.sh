# Shared by the scripts: where they stand, how they speak, how a slow step shows that it is alive.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The paths below say `target`, and so does Cargo.toml for the site.
unset CARGO_TARGET_DIR
# cargo-leptos takes tailwindcss and wasm-opt from PATH before it thinks of downloading them.
export PATH="$PWD/node_modules/.bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

readonly BOLD=$'\e[1m' FAINT=$'\e[2m' RED=$'\e[31m' PLAIN=$'\e[0m' CLEAR_LINE=$'\r\e[K'

paint() { if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '%s%s%s' "$1" "$2" "$PLAIN"; else printf '%s' "$2"; fi; }
say() { printf '%s %s\n' "$(paint "$BOLD" '==>')" "$*"; }
fail() { printf '%s %s\n' "$(paint "$RED" 'Stopped:')" "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null; }

# step "Installing X" "1 minute" command...   Runs quietly into a log; shows the log's end if the
# command fails.
step() {
  local what=$1 long=$2 log watcher=; shift 2
  mkdir -p target/setup
  log="target/setup/$(tr -cs 'a-zA-Z0-9' '-' <<<"${what,,}" | sed 's/-$//').log"
  say "$what - once, about $long on two cores"
  if [ -t 1 ]; then heartbeat "$log" & watcher=$!; fi
  local status=0
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ -n "$watcher" ]; then kill "$watcher" 2>/dev/null; wait "$watcher" 2>/dev/null || true; printf '%s' "$CLEAR_LINE"; fi
  [ "$status" = 0 ] || { tail -n 25 "$log" >&2; printf 'The whole log: %s\n' "$log" >&2; }
  return "$status"
}

# On a terminal: the time a step has taken and the last line it wrote. Ends with the script, also on
# Ctrl-C.
heartbeat() {
  local log=$1 begin=$SECONDS
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    local passed=$((SECONDS - begin))
    printf '%s%s' "$CLEAR_LINE" "$(paint "$FAINT" "$(printf '    %d:%02d  %.70s' $((passed / 60)) $((passed % 60)) "$(tail -n 1 "$log" 2>/dev/null | tr -d '\r')")")"
  done
}

# first_time path "5 minutes": how long it takes, told only while the result is not there yet.
first_time() { [ -e "$1" ] || echo " - $2 the first time"; }

# Where cargo puts the server of a profile.
server_binary() { case $1 in dev) echo target/debug/huntaze ;; *) echo "target/$1/huntaze" ;; esac; }
