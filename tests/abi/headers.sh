#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - each public header compiles alone, twice over, as C99, C11 and C++,
# without a warning. Run by `make headers`.
set -eu
: "${SRCDIR:?run this through: make headers}"
strict='-Wall -Wextra -pedantic -Werror -fsyntax-only'
passed=0 failed=0

try() { # LABEL HEADER COMPILER...
  label=$1 header=$2
  shift 2
  if printf '#include <%s>\n#include <%s>\ntypedef int alone;\n' "$header" "$header" |
    "$@" $strict -I"$SRCDIR/include" -; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "headers: <$header> as $label: FAILED"
  fi
}

cxx=
for candidate in ${CXX-} g++ clang++ c++; do
  if echo | "$candidate" -x c++ -fsyntax-only - 2>/dev/null; then
    cxx=$candidate
    break
  fi
done
if [ -z "$cxx" ]; then
  [ "${CI-}" != true ] || { echo 'headers: no C++ compiler' >&2; exit 1; }
  echo 'headers: SKIP C++: no compiler found'
fi

for file in $PUBLIC_HEADERS; do
  header=${file#include/}
  try C99 "$header" $CC -std=c99 -x c
  try C11 "$header" $CC -std=c11 -x c
  [ -z "$cxx" ] || try C++ "$header" $cxx -std=c++11 -x c++
done
echo "headers: $passed passed, $failed failed"
[ "$failed" = 0 ]
