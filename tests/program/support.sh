# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# support.sh - what every script beside it begins with: the program, a folder of its own
# that goes away, questions to the program and what is expected of its answers. Sourced
# with the arguments of the script:
#
#   . "$(dirname "$0")/support.sh"
#   ask 0 stages shop.csv        the answer is in the file `out`, messages are in `err`
#   prints '^customer-1,'
#   finish
#
# Sets program (a path), build (its folder), data (real histories, which may be absent:
# what needs them says SKIP), python (empty if there is none).
set -u

script=$(basename "$0")
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-.}
if [ -d "$program" ]; then program=$program/engagement; fi
case $program in */*) ;; *) program=./$program ;; esac
build=$(cd "$(dirname "$program")" && pwd)
program=$build/$(basename "$program")
data=${DATA:-$here/../../../shared/data}
if [ -d "$data" ]; then data=$(cd "$data" && pwd); fi
if [ ! -x "$program" ]; then
  echo "$script: $program is not there; run make first" >&2
  exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/engagement-test.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 1

passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  printf 'FAILED: %s\n' "$1"
  for file in out err; do
    if [ -s $file ]; then LC_ALL=C sed -n "1,5s/^/  $file: /p" $file | cut -c1-200; fi
  done
}

# run WORDS...: the program's exit status is in $got.
run() {
  "$program" "$@" >out 2>err </dev/null
  got=$?
}

# bounded WORDS...: the same within 64 MiB and a second of processor, which is less than
# bad input may cost: four times its size comes on top. Call bounds before.
bounds() {
  memory=65536
  second=1
  seconds='timeout 5'
  # Sanitizers reserve more addresses than any limit, and are slow; no timeout in POSIX.
  (ulimit -v $memory && "$program" --version) >/dev/null 2>&1 || {
    memory=
    second=
    seconds='timeout 65'
    echo "$script: SKIP: little memory and time (the program does not start in it)"
  }
  $seconds true 2>/dev/null || {
    seconds=
    echo "$script: SKIP: ending soon (there is no timeout)"
  }
}
bounded() {
  (
    if [ -n "$memory" ]; then ulimit -v $memory; fi
    if [ -n "$second" ]; then ulimit -t $second; fi
    exec $seconds "$program" "$@"
  ) >out 2>err </dev/null
  got=$?
}

# ask STATUS WORDS...: runs the program and expects that exit status, or any.
ask() {
  want=$1
  shift
  run "$@"
  if [ "$got" = "$want" ] || [ "$want" = any ]; then pass; else fail "exit status $got, not $want: $*"; fi
}

# is NAME WANTED GOT
is() {
  if [ "$2" = "$3" ]; then pass; else fail "$1: \"$3\", not \"$2\""; fi
}
says() { if grep -q -e "$1" err; then pass; else fail "standard error lacks: $1"; fi; }
silent() { if grep -q -e "$1" err; then fail "standard error has: $1"; else pass; fi; }
prints() { if grep -q -e "$1" out; then pass; else fail "the answer lacks: $1"; fi; }

python=
for name in python3 python; do
  if [ -z "$python" ] && "$name" -c 'import json' >/dev/null 2>&1; then python=$name; fi
done
if [ -z "$python" ]; then echo "$script: SKIP: what JSON holds (there is no python3)"; fi

valid_json() { # NAME: the answer is one JSON value
  if [ -z "$python" ]; then return; fi
  if "$python" -c 'import json, sys; json.load(open("out", encoding="utf-8"))' 2>json.err
  then pass; else fail "$1: not JSON: $(tail -n 1 json.err)"; fi
}

# json NAME WANTED EXPRESSION: what an expression over the answer, d, gives.
json() {
  if [ -z "$python" ]; then return; fi
  is "$1" "$2" "$("$python" -c 'import json, sys
d = json.load(open("out", encoding="utf-8"))
print(eval(sys.argv[1]))' "$3" 2>&1 | tail -n 1)"
}

finish() { # the count, and the script's exit status
  printf '%d passed, %d failed\n' "$passed" "$failed"
  if [ "$failed" -gt 0 ]; then exit 1; fi
  exit 0
}
