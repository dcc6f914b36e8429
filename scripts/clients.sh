#!/usr/bin/env bash
# Drives the sandbox that was just built by clients that people use (requirement X1): `clients.sh
# report.xml`, after `setup.sh tests`.
. "$(dirname "$0")/lib.sh"

status=0
PYTHONDONTWRITEBYTECODE=1 target/clients/venv/bin/python -m pytest tests/clients --quiet \
  -p no:cacheprovider --junit-xml "$1" || status=$?
# pytest counts in the suite; the other runners, and scripts/test.sh, in the first element.
totals=$(grep -oE -m 1 '<testsuite [^>]*' "$1" \
  | grep -oE '(errors|failures|skipped|tests)="[0-9]+"')
sed -i "s/<testsuites [^>]*>/<testsuites ${totals//$'\n'/ }>/" "$1"
exit "$status"
