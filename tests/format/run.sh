#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the library's timelines against the second decoder, and damaged ones
# through both. `sh run.sh BUILD-FOLDER SOURCE-FOLDER`; SEED= and CASES= (percent).
set -u

build=$1
here=$2/tests/format
emit=$build/out/tests/format/emit
seed=${SEED:-1}
cases=${CASES:-100}
customers=$((60 + cases))
mutations=$((cases * 60))

if ! command -v python3 >/dev/null 2>&1; then
  echo 'format: SKIP: python3 is missing'
  exit 0
fi
case $seed in *[!0-9]*|'') seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') ;; esac

PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
folder=$(mktemp -d "${TMPDIR:-/tmp}/format.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

passed=0
failed=0

# The last line of a comparison is its count; what comes before it is shown.
take() {
  count=$(tail -n 1 "$folder/said")
  case $count in
    [0-9]*\ [0-9]*)
      sed '$d' "$folder/said"
      passed=$((passed + ${count% *}))
      failed=$((failed + ${count#* })) ;;
    *)
      cat "$folder/said"
      echo "format: $1 did not end"
      failed=$((failed + 1)) ;;
  esac
}

python3 "$here/compare.py" page "$2/docs/format.md" >"$folder/said" 2>&1
take page

if "$emit" make "$seed" "$customers" >"$folder/made"; then
  python3 "$here/compare.py" made <"$folder/made" >"$folder/said" 2>&1
  take made
else
  failed=$((failed + 1))
fi

if python3 "$here/compare.py" mutate "$seed" "$mutations" <"$folder/made" \
  >"$folder/hex" && "$emit" read <"$folder/hex" >"$folder/read"; then
  python3 "$here/compare.py" read "$folder/hex" <"$folder/read" >"$folder/said" 2>&1
  take read
else
  failed=$((failed + 1))
fi

[ "$failed" -eq 0 ] || echo "format: seed $seed"
echo "format: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
