#!/bin/sh
# SPDX-License-Identifier: MIT
# audit_guards.sh - each rule of the audit is broken on purpose, and the audit must say
# so under that rule's name. In a copy of the tree and of what was built from it: one
# thing is touched, only what hangs on it is built again, and it is put back. Run by
# `make audit-guards` in the folder of the sources, where the audit has just passed.
set -eu
: "${SRCDIR:?run this through: make audit-guards}"
if [ "$SRCDIR" != . ] || [ ! -f .libs/libengagement.so ]; then
  [ "${CI-}" != true ] || { echo 'audit-guards: built elsewhere, or not shared' >&2; exit 1; }
  echo 'audit-guards: SKIP: for a build in the folder of the sources, with a shared library'
  exit 0
fi
good=$(pwd)
work=$good/out/audit-guards
passed=0 failed=0 touched=''

rm -rf "$work"
mkdir -p "$work/out" "$work/tests"
cp -a Makefile config.mk config.h configure.ac config.mk.in config.h.in engagement.pc.in \
  bootstrap include lib docs examples libtool .libs libengagement.la "$work"
cp -a tests/abi "$work/tests"
cp -a out/lib "$work/out"
cd "$work"

# ---- breaking and mending -----------------------------------------------------

# edit FILE SED-SCRIPT: and FILE must be another one afterwards.
edit() {
  sed "$2" "$good/$1" >"$1"
  touched="$touched $1"
  ! cmp -s "$1" "$good/$1" || { echo "audit-guards: nothing to break in $1"; exit 1; }
}

# append FILE TEXT
append() {
  printf '%s\n' "$2" >>"$1"
  touched="$touched $1"
}

# As if it had always been so: nothing is built again for it.
unseen() { touch -r "$good/$1" "$1"; }

mend() {
  for file in $touched; do
    rm -f "$file"
    [ ! -f "$good/$file" ] || cp -p "$good/$file" "$file"
    case $file in
      lib/*.c)
        object=out/${file%.c}
        for built in "$object.lo" "$object.o" "${object%/*}/.libs/${object##*/}.o"; do
          [ ! -f "$good/$built" ] || cp -p "$good/$built" "$built"
        done
        ;;
    esac
  done
  touched=''
  cp -a "$good/.libs/." .libs
  cp -p "$good/libengagement.la" .
}

# ---- what must be said --------------------------------------------------------

result() { # WHAT VERDICT
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
    echo "audit-guards: $1: ok"
  else
    failed=$((failed + 1))
    echo "audit-guards: $1: FAILED"
    sed 's/^/    /' audit.log
  fi
  mend
}

audit() { $MAKE -s audit "$@" >audit.log 2>&1; }

# fails RULE FINDING [MAKE-ARGUMENTS...]: the audit fails, under RULE it says FINDING.
fails() {
  rule=$1 finding=$2 verdict=0
  shift 2
  if audit "$@"; then verdict=1; fi
  sed -n "/^audit: $rule: FAILED/,/^audit: /p" audit.log | sed 1d | grep -qE -- "$finding" ||
    verdict=1
  result "$rule ($finding)" $verdict
}

# The library is not built again: what is broken is not part of it.
stale() { fails "$@" -o libengagement.la; }

# relinked RULE FINDING MAKE-ARGUMENTS...
relinked() {
  rm -f libengagement.la
  fails "$@"
}

if audit; then result 'the tree as it is passes' 0; else result 'the tree as it is passes' 1; fi

# ---- promises -----------------------------------------------------------------

edit include/engagement/event.h 's/ENG_EVENT_VISIT = 2,/ENG_EVENT_VISIT = 9,/'
stale 'constants are what they were' '^ +ENG_EVENT_VISIT 2 is gone, or has another value'

edit include/engagement/event.h '/ENG_CHANNEL_PARTNER = 11/d'
stale 'constants are what they were' 'ENG_CHANNEL_PARTNER 11 is gone'

grows='the binary interface only grows'
edit include/engagement/authoring.h 's/int32_t eng_findings_kind(/int64_t eng_findings_kind(/'
unseen include/engagement/authoring.h
edit lib/model/check.c 's/int32_t eng_findings_kind(/int64_t eng_findings_kind(/'
fails "$grows" 'return type changed'

edit lib/libengagement.map '/eng_abi_version;/d'
fails "$grows" '1 Removed'

edit include/engagement/version.h 's/eng_abi_version(void)/eng_abi_version(int32_t all)/'
unseen include/engagement/version.h
edit lib/core/version.c 's/eng_abi_version(void)/eng_abi_version(int32_t all)/; s/return ENG__ABI/return all + ENG__ABI/'
fails "$grows" 'parameter 1 of type .* was added'

# Structs: all that sees the header is built again, in haste. What has its own size
# first may grow at the end.
edit include/engagement/forecast.h 's/  int32_t bought; /  int64_t bought; /'
fails "$grows" "'int32_t bought'" CFLAGS='-g -O0'
edit include/engagement/forecast.h '/^} eng_fit_options;/i\  int64_t more;'
if audit CFLAGS='-g -O0'; then result 'options grow' 0; else result 'options grow' 1; fi
rm -rf out/lib
cp -a "$good/out/lib" out

# A function more, with all that belongs to it, and a constant.
edit include/engagement/version.h 's/^ENG_END_DECLS/enum { ENG_PROBE = 1 };\
ENG_API int32_t eng_probe(void);\
ENG_END_DECLS/'
unseen include/engagement/version.h
append lib/core/version.c 'int32_t eng_probe(void);
ENG_API int32_t eng_probe(void) { return 1; }'
edit lib/libengagement.map 's/^    eng_abi_version;/&\
    eng_probe;/'
append docs/symbols-in-versions 'eng_probe  0.1'
if audit; then result 'additions pass' 0; else result 'additions pass' 1; fi

# ---- names --------------------------------------------------------------------

edit include/engagement/version.h 's/^ENG_END_DECLS/ENG_API int32_t eng_probe(void);\
ENG_END_DECLS/'
stale 'headers and map name the same functions' 'eng_probe is only in: headers'

edit docs/symbols-in-versions '/^eng_abi_version /d'
stale 'map and docs\/symbols-in-versions agree' 'eng_abi_version is only in: map'

edit lib/libengagement.map '/eng_abi_version;/d'
stale 'map and library export the same names' 'eng_abi_version is only in: library'

relinked 'every exported name has a version' 'eng_abi_version' map_ldflags=

append lib/core/version.c 'int helper(void); int helper(void) { return 1; }'
fails 'every name begins with eng_' 'version.o: helper'

# ---- the linked library -------------------------------------------------------

relinked 'the library needs nothing beyond libc and libm' 'libresolv' \
  LIB_LDFLAGS='-Wl,--no-as-needed,-lresolv,--as-needed -Wl,-z,relro,-z,now'
relinked 'SONAME' 'not libengagement.so.0' LIB_VERSION_INFO=1:0:0
hardened='RELRO, and no executable stack'
relinked "$hardened" 'no RELRO segment' LIB_LDFLAGS='-Wl,-z,norelro,-z,now'
relinked "$hardened" 'bound lazily' LIB_LDFLAGS='-Wl,-z,relro,-z,lazy'
relinked "$hardened" 'an executable stack' LIB_LDFLAGS='-Wl,-z,relro,-z,now,-z,execstack'

# ---- a guest's manners --------------------------------------------------------

writable='no writable globals'
append lib/core/version.c 'int eng__count(void); int eng__count(void) { static int n; return ++n; }'
fails "$writable" 'version.o: 4 bytes in .bss'
append lib/core/version.c 'int eng__count(void); int eng__count(void) { static int n = 7; return ++n; }'
fails "$writable" 'version.o: 4 bytes in .data'
append lib/core/version.c 'int eng__count(void);
int eng__count(void) { static _Thread_local int n; return ++n; }'
fails "$writable" 'version.o: 4 bytes in .tbss'

# One of each sort; the audit must name every one.
calls='puts printf fopen exit abort time setlocale getenv pthread_create strtod rand qsort'
{
  echo 'void eng__calls(void *);'
  for call in $calls; do echo "extern int $call();"; done
  echo 'void eng__calls(void *p) {'
  for call in $calls; do echo "  ((void (*)(void *))$call)(p);"; done
  echo '}'
} >calls.c
append lib/core/version.c "$(cat calls.c)"
manners='no call that prints, exits, reads clock, locale or environment'
audit || :
for call in $calls; do
  sed -n "/^audit: $manners: FAILED/,/^audit: /p" audit.log >said
  if grep -q "^ *$call .*version.o" said; then verdict=0; else verdict=1; fi
  echo "$call $verdict" >>verdicts
done
if grep -q ' 1$' verdicts; then result "$manners" 1; else result "$manners ($calls)" 0; fi

append lib/core/version.c '#include <stdlib.h>
void *eng__take(void); void *eng__take(void) { return malloc(7); }'
fails 'lib\/core\/memory.c alone knows malloc' 'version.o: malloc'

# ---- rooms and files ----------------------------------------------------------

append lib/core/version.c '#include <engagement/model.h>
int eng__ask(void); int eng__ask(void) { return (int)eng_builtin_count(); }'
fails 'rooms know only the rooms that lib\/README.md draws' 'core reaches beyond its arrows'

append examples/till.c '#include "core/event.h"'
stale 'adapters and examples include public headers only' 'till.c:.*core/event.h'

append lib/core/forgotten.c '/* SPDX-License-Identifier: MIT */'
stale 'every source file stands in a list of the Makefile' 'lib/core/forgotten.c'

edit examples/till.c '/SPDX-License-Identifier/d'
stale 'every source file has its SPDX line' 'examples/till.c'

cd "$good"
rm -rf "$work"
echo "audit-guards: $passed passed, $failed failed"
[ "$failed" = 0 ]
