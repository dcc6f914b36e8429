#!/usr/bin/env bash
# Prints the path of the Chromium to test with; fails where there is none.
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
  [ -n "$name" ] && command -v "$name" && exit
done
exit 1
