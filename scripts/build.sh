#!/usr/bin/env bash
# Builds the site and the server: `build.sh dev` or `build.sh release`.
. "$(dirname "$0")/lib.sh"

profile=${1:-dev}
scripts/site.sh
say "Building the server ($profile)$(first_time "$(server_binary "$profile")" 'about 6 minutes')"
cargo build --profile "$profile" --features ssr --bin huntaze
