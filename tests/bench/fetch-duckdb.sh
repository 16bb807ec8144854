#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fetch-duckdb.sh DIR - puts DuckDB's npm package for this machine into DIR, unless it
# is there, and prints the path of its libduckdb.so. For benchmarks only: nothing of
# it is part of the library or of a release.
set -eu

dir=${1:?usage: fetch-duckdb.sh DIR}
case $(uname -m) in
x86_64) machine=x64 ;;
aarch64 | arm64) machine=arm64 ;;
*) echo "fetch-duckdb.sh: no package for $(uname -m)" >&2; exit 1 ;;
esac
lib=$dir/node_modules/@duckdb/node-bindings-linux-$machine/libduckdb.so

if [ ! -f "$lib" ]; then
  command -v npm >/dev/null || { echo "fetch-duckdb.sh: npm is missing" >&2; exit 1; }
  mkdir -p "$dir"
  npm install --prefix "$dir" --no-save --no-audit --no-fund --loglevel=error \
    "@duckdb/node-bindings-linux-$machine" >&2
fi
[ -f "$lib" ] || { echo "fetch-duckdb.sh: $lib is missing" >&2; exit 1; }
printf '%s\n' "$lib"
