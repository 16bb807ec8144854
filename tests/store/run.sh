#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - a few rounds of killed writers; `make kills SECONDS=600` plays more.
set -u
build=${1:-.}
if [ ! -x "$build/out/tests/store/kills" ]; then
  echo 'store: SKIP: killed writers (built without SQLite)'
  exit 0
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/engagement-kills.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
"$build/out/tests/store/kills" "$folder" "${SECONDS_OF_KILLS:-5}" "${ROUNDS:-60}" "${SEED:-1}"
