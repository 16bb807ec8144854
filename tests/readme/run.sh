#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD SOURCE - the README says what is so: its till is examples/till.c and prints
# what stands below it, its demo prints what `make demo` prints, and the census that it
# names counts what the program counts.
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
sed -n '/shows both:$/,$p' "$source/README.md" | sed -n '/^```text$/,/^```$/p' | sed '/^```/d' |
  sed "s/  #*$//" | grep . >"$folder/demo"
sh "$source/examples/engagement/demo.sh" "$build" >"$folder/shown" 2>&1
verdict 'the demo runs' $?
missing=$(grep -cvxFf "$folder/shown" "$folder/demo")
[ "$missing" = 0 ]
verdict "the demo prints what the README says ($missing lines differ)" $?

# examples/census.c, which the README names, counts as the program does.
coffee=$build/out/tests/feed/gen_coffee
if [ ! -x "$coffee" ]; then coffee=$build/gen_coffee; fi
"$coffee" >"$folder/coffee.csv"
"$build/out/examples/census" "$folder/coffee.csv" EUR >"$folder/census"
verdict 'the census runs' $?
"$build/engagement" stages "$folder/coffee.csv" --currency EUR --format csv -q |
  sed 1d | cut -d, -f2-4 | sort | uniq -c | sort -t, -k3n |
  awk '{ split($2, a, ","); n[a[1]] = n[a[1]] " " a[2] " " $1 }
       END { for (m in n) print m ":" n[m] }' | sort >"$folder/counted"
[ -s "$folder/counted" ] && sort "$folder/census" | cmp -s - "$folder/counted"
verdict 'the census counts what the program counts' $?

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
