#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD SOURCE - each story of examples/lifecycle prints what NAME.txt beside this
# has: stage and reason after every event. There is one for each built-in model.
set -u
build=$1 source=$2 passed=0 failed=0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

verdict() { # NAME STATUS
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "lifecycle: $1: FAILED"
  fi
}

for expected in "$source"/tests/lifecycle/*.txt; do
  name=$(basename "$expected" .txt)
  "$build/out/examples/lifecycle/$name" >"$folder/printed" 2>&1
  verdict "$name runs" $?
  diff "$expected" "$folder/printed" >"$folder/difference"
  verdict "$name tells its story" $?
  sed -n '1,10s/^/  /p' "$folder/difference"
done

for model in $("$build/engagement" models --format csv | sed '1d;s/,.*//'); do
  [ -f "$source/tests/lifecycle/$model.txt" ]
  verdict "$model has a story" $?
done

# docs/models.md has every param of every model, with its number.
for file in "$source"/lib/model/builtin/*.model; do
  model=$(basename "$file" .model)
  sed -n "/^## $model\$/,/^## /p" "$source/docs/models.md" >"$folder/section"
  [ -s "$folder/section" ]
  verdict "docs/models.md has $model" $?
  sed -n 's/ *#.*//; s/^param  *\([a-z_0-9]*\)  *=  *\(.*[^ ]\) *$/| `\1` | \2 |/p' "$file" \
    >"$folder/params"
  missing=$(while read -r row; do
    grep -qF "$row" "$folder/section" || echo "$row"
  done <"$folder/params")
  [ -z "$missing" ]
  verdict "the params of $model on the page: $missing" $?
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
