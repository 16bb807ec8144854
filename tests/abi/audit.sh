#!/bin/sh
# SPDX-License-Identifier: MIT
# audit.sh - what a guest in someone's process must hold, read off the built
# objects: names exported, writable globals, calls that are not ours to make, one
# door to the C library's memory, arrows between rooms, no file left unnamed, and
# nothing taken away from who was linked before. Run by `make audit` in the build
# folder; everything it needs comes as variables. With `baseline` it writes down what
# later libraries are compared with instead. tests/abi/audit_guards.sh breaks each rule.
set -eu
: "${SRCDIR:?run this through: make audit}"
LC_ALL=C
export LC_ALL
tmp=out/audit
rm -rf "$tmp"
mkdir -p "$tmp"
passed=0 failed=0
golden=$SRCDIR/tests/abi

# result NAME FILE: FILE holds the findings; empty is good.
result() {
  if [ -s "$2" ]; then
    failed=$((failed + 1))
    echo "audit: $1: FAILED"
    sed 's/^/    /' "$2"
  else
    passed=$((passed + 1))
    echo "audit: $1: ok"
  fi
}

# skip WHAT WHY: a tool or a kind of build that is not there.
skip() {
  if [ "${CI-}" = true ]; then
    echo "$2" >"$tmp/skipped"
    result "$1" "$tmp/skipped"
  else
    echo "audit: $1: SKIP: $2"
  fi
}

for header in $PUBLIC_HEADERS; do
  echo "#include <${header#include/}>"
done >"$tmp/all.c"

# ---- what was promised: constants and the binary interface ---------------------

# Every enumerator and plain macro of the public headers, with its value.
constants() {
  $CC $CPPFLAGS -E -P -I"$SRCDIR/include" "$tmp/all.c" | tr '\n' ' ' |
    grep -oE 'enum *([a-z_]+ *)?\{[^}]*\}' | grep -oE '\<ENG_[A-Z0-9_]+ *[=,}]' |
    tr -d ' =,}' >"$tmp/constants"
  $CC $CPPFLAGS -E -dM -I"$SRCDIR/include" "$tmp/all.c" |
    sed -n 's/^#define \(ENG_[A-Z0-9_]*\)  *[^ ].*/\1/p' |
    grep -vE '^ENG_(API|NODISCARD|BEGIN_DECLS|END_DECLS)$' >>"$tmp/constants" || :
  {
    cat "$tmp/all.c"
    echo '#include <stdio.h>'
    echo 'int main(void)'
    echo '{'
    sort -u "$tmp/constants" | sed 's/.*/  printf("& %lld\\n", (long long)(&));/'
    echo '  return 0;'
    echo '}'
  } >"$tmp/constants.c"
  $CC $CPPFLAGS -std=c11 -I"$SRCDIR/include" -o "$tmp/constants.run" "$tmp/constants.c" &&
    "$tmp/constants.run" | sort
}

if [ "${1-}" = baseline ]; then
  constants >"$golden/constants-0"
  # Where a type stands tells whether it is public: with --no-show-locs or --short-locs
  # later changes go unseen.
  abidw --headers-dir "$SRCDIR/include" --drop-private-types --exported-interfaces-only \
    --no-elf-needed --no-corpus-path --no-comp-dir-path \
    --no-parameter-names --no-write-default-sizes --out-file "$golden/libengagement-0.abi" \
    .libs/libengagement.so
  exit 0
fi

# A limit that is one more than the last of its kind may grow.
constants >"$tmp/values"
grep -v '^ENG_FIELD_COUNT ' "$golden/constants-0" | comm -23 - "$tmp/values" |
  sed 's/$/ is gone, or has another value/' >"$tmp/changed"
result 'constants are what they were' "$tmp/changed"

# Debug information of another machine or compiler says other things.
if [ ! -f .libs/libengagement.so ] || ! readelf -SW .libs/libengagement.so |
  grep -q '\.debug_info' || ! readelf -hW .libs/libengagement.so | grep -q X86-64; then
  echo 'audit: SKIP the baseline of the binary interface: it is one of x86-64, with -g'
elif ! command -v abidiff >/dev/null 2>&1; then
  skip 'the binary interface only grows' 'abidiff is missing (apt-get install abigail-tools)'
else
  abidiff --no-added-syms --headers-dir2 "$SRCDIR/include" \
    --suppressions "$golden/abi.ignore" "$golden/libengagement-0.abi" \
    .libs/libengagement.so >"$tmp/abidiff" 2>&1 && : >"$tmp/abidiff"
  result 'the binary interface only grows' "$tmp/abidiff"
fi

# ---- names: headers = map = library = docs/symbols-in-versions ----------------

# One declaration a line; the name is the first eng_ word before a parenthesis.
$CC $CPPFLAGS -E -P -I"$SRCDIR/include" "$tmp/all.c" | tr '\n;{}' ' \n\n\n' |
  grep 'visibility("default")' | grep -o '\<eng_[a-z0-9_]* *(' | tr -d ' (' |
  sort -u >"$tmp/headers"
awk '/global:/ { on = 1; next } /local:/ { on = 0 }
     on { gsub(/[ \t;]/, ""); if ($0 != "") print }' \
  "$SRCDIR/lib/libengagement.map" | sort >"$tmp/map"
awk '$1 ~ /^eng_/ { print $1 } $1 == "|" && $2 ~ /^`?eng_/ { gsub(/`/, "", $2); print $2 }' \
  "$SRCDIR/docs/symbols-in-versions" | sort >"$tmp/rows"

same() { # NAME A B
  { comm -23 "$2" "$3" | sed "s,\$, is only in: ${2##*/},"
    comm -13 "$2" "$3" | sed "s,\$, is only in: ${3##*/},"; } >"$tmp/diff"
  result "$1" "$tmp/diff"
}
same 'headers and map name the same functions' "$tmp/headers" "$tmp/map"
same 'map and docs/symbols-in-versions agree' "$tmp/map" "$tmp/rows"
if [ -f .libs/libengagement.so ] && [ "$HAVE_MAP" = yes ]; then
  nm -D --defined-only .libs/libengagement.so |
    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$tmp/library"
  same 'map and library export the same names' "$tmp/map" "$tmp/library"
  nm -D --defined-only .libs/libengagement.so |
    awk '$2 != "A" && $3 !~ /@@LIBENGAGEMENT_[0-9]+$/ { print $3 }' >"$tmp/unversioned"
  result 'every exported name has a version' "$tmp/unversioned"

  sqlite=
  [ "$HAVE_SQLITE3" = 1 ] && [ -n "$STORE_OBJECTS" ] && sqlite='|libsqlite3\.so\.0'
  readelf -dW .libs/libengagement.so | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vxE "libc\.so\.6|libm\.so\.6|ld-linux.*$sqlite" >"$tmp/needed" || :
  result 'the library needs nothing beyond libc and libm' "$tmp/needed"
  readelf -dW .libs/libengagement.so | grep -q 'SONAME.*\[libengagement\.so\.0\]' &&
    : >"$tmp/soname" || echo 'not libengagement.so.0' >"$tmp/soname"
  result 'SONAME' "$tmp/soname"

  # What the loader has filled in is read-only before the host runs, and no data is code.
  readelf -lWd .libs/libengagement.so >"$tmp/segments"
  {
    grep -q 'GNU_RELRO' "$tmp/segments" || echo 'no RELRO segment'
    grep -qE 'BIND_NOW|FLAGS_1.*NOW' "$tmp/segments" || echo 'bound lazily: not all is RELRO'
    grep -qE 'GNU_STACK.* RW ' "$tmp/segments" || echo 'an executable stack'
    ! grep -q 'TEXTREL' "$tmp/segments" || echo 'relocations in code'
  } >"$tmp/hardened"
  result 'RELRO, and no executable stack' "$tmp/hardened"
else
  echo 'audit: SKIP exports of the shared library: there is none in this build'
fi

# ---- objects ------------------------------------------------------------------

all_objects="$CORE_OBJECTS $MODEL_OBJECTS $SCORE_OBJECTS $FORECAST_OBJECTS $BOOK_OBJECTS $IO_OBJECTS $STORE_OBJECTS"

# In a static library every name that is not static is the host's neighbour.
nm -Ag --defined-only $all_objects | awk '{ sub(/:.*/, "", $1)
  if ($NF !~ /^eng_/) print $1 ": " $NF }' >"$tmp/prefix"
result 'every name begins with eng_' "$tmp/prefix"

# Constant tables of pointers (.data.rel.ro) are read-only once loaded.
size -A $all_objects | awk '$2 == ":" { o = $1 }
  $1 ~ /^\.(t?data|t?bss)(\.|$)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
    print o ": " $2 " bytes in " $1 }' >"$tmp/writable"
result 'no writable globals' "$tmp/writable"

# name, object: __snprintf_chk and __isoc99_sscanf are snprintf and sscanf.
nm -Au $all_objects | awk '{ o = $1; sub(/:.*/, "", o); n = $NF; sub(/@.*/, "", n)
  sub(/_chk$/, "", n); sub(/^__isoc[0-9]+_/, "", n); sub(/^__/, "", n); print n, o }' |
  sort -u >"$tmp/undefined"

# lgamma is here because it writes signgam, a global; strerror and strtok keep
# state; is*/to* (ctype_b_loc and the like) follow the host's locale; glibc's
# qsort may allocate behind our allocator's back.
forbidden='(v?[fsd]?n?|v?as)w?printf|(v?[fs])?w?scanf|f?puts|f?putc|putchar|fwrite|fread
|fopen|fdopen|fclose|fgets|fgetc|getc|getchar|fflush|perror|std(in|out|err)|remove|rename
|exit|_exit|_Exit|quick_exit|atexit|abort|assert_fail|raise|signal|sigaction|longjmp
|siglongjmp|system|fork|popen
|time|clock|clock_gettime|gettimeofday|timespec_get|localtime(_r)?|gmtime(_r)?|mktime
|strftime|tzset|sleep|nanosleep
|setlocale|localeconv|newlocale|uselocale|strcoll|ctype_(b|tolower|toupper)_loc
|is(alpha|digit|alnum|space|upper|lower|print|punct|xdigit)|to(upper|lower)
|getenv|secure_getenv|setenv|putenv
|strto(d|f|ld|l|ul|ll|ull|imax|umax)|ato(f|i|l|ll)|strtok|strerror
|pthread_.*|thrd_.*|mtx_.*|cnd_.*|s?rand(om)?(_r)?|[dlm]rand48|arc4random.*|getrandom
|lgammaf?l?|gammaf?l?|qsort'
forbidden=$(printf '%s' "$forbidden" | tr -d '\n')
grep -E "^($forbidden) " "$tmp/undefined" >"$tmp/calls" || :
result 'no call that prints, exits, reads clock, locale or environment' "$tmp/calls"

awk '$1 ~ /^(malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|strdup|strndup)$/ &&
  $2 !~ /lib\/core\/(\.libs\/)?memory\.o$/ { print $2 ": " $1 }' "$tmp/undefined" >"$tmp/memory"
result 'lib/core/memory.c alone knows malloc' "$tmp/memory"

# ---- arrows: each room links with the rooms it may know, and no more -----------

: >"$tmp/arrows"
arrow() { # ROOM its objects and those of the rooms that it knows
  room=$1
  shift
  [ $# -gt 0 ] || return 0
  $CC -shared -Wl,--no-undefined -o "$tmp/room.so" "$@" -lm $EXTRA 2>"$tmp/ld" || {
    echo "$room reaches beyond its arrows:"
    grep -o "undefined reference to .*" "$tmp/ld" | sort -u || cat "$tmp/ld"
  } >>"$tmp/arrows"
}
arrow_if() { # OBJECTS-OF-ROOM ROOM OBJECTS...: nothing to prove in an empty room
  [ -z "$1" ] || { shift; arrow "$@"; }
}
if [ "$HAVE_MAP" = yes ] && [ "$ENABLE_SHARED" = yes ]; then
  EXTRA=
  c=$CORE_OBJECTS m=$MODEL_OBJECTS f=$FORECAST_OBJECTS i=$IO_OBJECTS
  s=$SCORE_OBJECTS b=$BOOK_OBJECTS t=$STORE_OBJECTS
  arrow_if "$c" core $c
  arrow_if "$m" model $m $c
  arrow_if "$f" forecast $f $c
  arrow_if "$i" io $i $c
  arrow_if "$s" score $s $m $f $c
  arrow_if "$b" book $b $s $m $f $i $c
  EXTRA=$SQLITE3_LIBS
  arrow_if "$t" store $t $b $s $m $f $i $c
  result 'rooms know only the rooms that lib/README.md draws' "$tmp/arrows"
else
  echo 'audit: SKIP arrows between rooms: no shared objects in this build'
fi

# The same for include lines: adapters and examples see the public headers only.
(cd "$SRCDIR" && find examples lib/adapters -name '*.[ch]' 2>/dev/null |
  xargs grep -nE '#include "(core|model|score|forecast|book|io|store)/' /dev/null || :) \
  >"$tmp/includes"
result 'adapters and examples include public headers only' "$tmp/includes"

# ---- every file is named in the Makefile ---------------------------------------

(
  cd "$SRCDIR"
  # Some of these folders come with later rooms.
  find include -name '*.h'
  find lib -name '*.c' ! -path 'lib/adapters/*' -o -path 'lib/model/builtin/*.model'
  find examples/engagement examples/lifecycle -name '*.c' 2>/dev/null || :
  find tests -name 'test_*.c' -o -name 'prop_*.c' -o -name 'fuzz_*.c' \
    -o -path 'tests/bench/*.c'
) | sort >"$tmp/found"
printf '%s\n' $NAMED_FILES | sort -u >"$tmp/named"
comm -23 "$tmp/found" "$tmp/named" >"$tmp/unnamed"
result 'every source file stands in a list of the Makefile' "$tmp/unnamed"

(cd "$SRCDIR" && find include lib tests examples -name '*.[ch]' -o -name '*.sh' |
  xargs grep -L 'SPDX-License-Identifier: MIT' || :) >"$tmp/spdx"
result 'every source file has its SPDX line' "$tmp/spdx"

echo "audit: $passed passed, $failed failed"
[ "$failed" = 0 ]
