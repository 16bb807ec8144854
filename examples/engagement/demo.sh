#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh - what `make demo` shows: the customers of a coffee shop, made up but lifelike,
# and where each of them stands. The argument is the build folder; nothing is left behind.
set -eu

build=$(cd "${1:-.}" && pwd)
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
cd "$folder"

# Shows a command and does it; what it notes stands with what it answers.
run() {
  printf '\n$ engagement %s\n\n' "$*"
  "$engagement" "$@" 2>&1
}

echo 'A coffee shop writes down what its customers do, one event a row:'
echo
"$coffee" >coffee.csv
sed -n '1,5s/^/  /p' coffee.csv
printf '  ... %s rows in all\n' "$(($(wc -l <coffee.csv) - 1))"

echo
echo 'Where do they stand, from discovering the shop to recommending it?'
run stages coffee.csv --model five_levels --currency EUR

# Somebody who will move if nothing happens makes the better story.
"$engagement" stages coffee.csv --model five_levels --format csv --quiet >stages.csv
customer=$(awk -F, 'NR > 1 && !/"/ && (any == "" || (!found && $5 != "")) {
    any = $1; found = $5 != "" }
  END { print any }' stages.csv)

echo
echo "Why is one of them, $customer, where they are, and what comes next?"
run explain coffee.csv --customer "$customer" --model five_levels --quiet

echo
echo 'Every answer follows from the rows and from a page of text that anybody can change:'
run models show five_levels | sed -n '1,14p'
echo '...'
