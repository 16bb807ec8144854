#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh - what `make demo` shows: the customers of a coffee shop, made up but lifelike,
# and where each of them stands. The argument is the build folder; nothing is left behind.
set -eu

build=${1:-.}
engagement=$build/engagement
coffee=
for place in "$build/gen_coffee" "$build/out/tests/feed/gen_coffee"; do
  if [ -x "$place" ]; then coffee=$place; fi
done
if [ ! -x "$engagement" ] || [ -z "$coffee" ]; then
  echo "demo: there is no $engagement or no gen_coffee beside it; run make first" >&2
  exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/engagement-demo.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
shop=$folder/coffee.csv

show() {
  printf '\n$ engagement %s\n\n' "$*"
}

# The words that are shown name the file only; the program gets the whole path.
run() {
  command=$1
  shift
  show "$command" coffee.csv "$@"
  "$engagement" "$command" "$shop" "$@"
}

echo 'A coffee shop writes down what its customers do, one event a row:'
echo
"$coffee" >"$shop"
head -n 5 "$shop" | sed 's/^/  /'
printf '  ... %s rows in all\n' "$(($(wc -l <"$shop") - 1))"

echo
echo 'Where do they stand, from discovering the shop to recommending it?'
run stages --model five_levels

# Somebody who will move if nothing happens makes the better story.
"$engagement" stages "$shop" --model five_levels --format csv --quiet >"$folder/stages.csv"
customer=$(awk -F, 'NR > 1 && $5 != "" && $3 != "none" && $1 !~ /"/ { print $1; exit }' \
  "$folder/stages.csv")
if [ -z "$customer" ]; then
  customer=$(awk -F, 'NR == 2 { print $1 }' "$folder/stages.csv")
fi

echo
echo "Why is one of them, $customer, where they are, and what comes next?"
run explain --customer "$customer" --model five_levels --quiet

echo
echo 'Every answer above follows from the rows and a page of text that you can change:'
show models show five_levels
"$engagement" models show five_levels | head -n 12
echo '...'
