#!/bin/sh
# SPDX-License-Identifier: MIT
# tills.sh - five books fed parts of the generated feed become one; `make tills` does it
# with more customers, and measures what a sync exchanges.
set -u
build=${1:-.}
if [ ! -x "$build/out/tests/store/tills" ]; then
  echo 'store: SKIP: tills that were apart (built without SQLite)'
  exit 0
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/engagement-tills.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
"$build/out/tests/feed/gen_feed" -n "${TILL_EVENTS:-4000}" -c "${TILL_CUSTOMERS:-400}" \
  -l 5 -d 2 -o "$folder/feed.csv" || exit 1
"$build/out/tests/store/tills" "$folder" "$folder/feed.csv" "${SEED:-1}" || exit 1
[ -n "${TILL_FIGURES:-}" ] || exit 0
"$build/out/tests/feed/gen_feed" -n 1000000 -c 100000 -o "$folder/feed.csv" || exit 1
"$build/out/tests/store/tills" "$folder" "$folder/feed.csv" figures
