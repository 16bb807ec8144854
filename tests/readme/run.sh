#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD SOURCE - the README says what is so: its till is examples/till.c and prints
# what stands below it, and its demo prints what `make demo` prints.
set -u
build=$1 source=$2 passed=0 failed=0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

verdict() { # NAME STATUS
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "readme: $1: FAILED"
  fi
}

# The code of the README is the example, from the first include on.
sed -n '/^```c$/,/^```$/p' "$source/README.md" | sed '/^```/d' >"$folder/readme.c"
sed -n '/^#include/,$p' "$source/examples/till.c" >"$folder/example.c"
cmp -s "$folder/readme.c" "$folder/example.c"
verdict 'the code is examples/till.c' $?

# What it prints stands in the block that shows how to compile it.
sed -n '/^\$ cc till.c/,/^```$/p' "$source/README.md" | sed '1d;$d' >"$folder/expected"
"$build/out/examples/till" >"$folder/printed" 2>&1
verdict 'the till runs' $?
cmp -s "$folder/expected" "$folder/printed"
verdict 'it prints what the README says' $?

# Every line of the demo's block is a line of the demo.
sed -n '/shows both:$/,$p' "$source/README.md" | sed -n '/^```$/,/^```$/p' | sed '/^```/d' |
  grep . >"$folder/demo"
sh "$source/examples/engagement/demo.sh" "$build" >"$folder/shown" 2>&1
verdict 'the demo runs' $?
missing=$(grep -cvxFf "$folder/shown" "$folder/demo")
[ "$missing" = 0 ]
verdict "the demo prints what the README says ($missing lines differ)" $?

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
