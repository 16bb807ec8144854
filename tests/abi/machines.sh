#!/bin/sh
# SPDX-License-Identifier: MIT
# machines.sh - the library on other machines, in a build folder of its own below
# out/. `self NAME...` builds everything for each and runs the portable self-test;
# `check NAME` runs the whole Check suite in an emulator. What is missing is a
# failure in CI (CI=true) and a SKIP line elsewhere. Run through make.
set -eu
: "${SRCDIR:?run this through: make machines}"
src=$(cd "$SRCDIR" && pwd)
top=$(pwd)
failed=0 passed=0

missing() { # NAME WHAT HINT
  if [ "${CI-}" = true ]; then
    echo "machines: $1: FAILED: $2 is missing ($3)"
    failed=$((failed + 1))
  else
    echo "machines: $1: SKIP: $2 is missing ($3)"
  fi
}

have() { command -v "$1" >/dev/null 2>&1; }

# describe NAME: sets triplet, cc, runner, sysroot, package.
describe() {
  cc='' runner='' sysroot='' arch=''
  case $1 in
    aarch64) triplet=aarch64-linux-gnu runner=qemu-aarch64 arch=arm64 ;;
    arm) triplet=arm-linux-gnueabihf runner=qemu-arm arch=armhf ;;
    s390x) triplet=s390x-linux-gnu runner=qemu-s390x arch=s390x ;;
    i686) triplet=i686-linux-gnu runner=qemu-i386 arch=i386 ;;
    musl) triplet='' cc=musl-gcc ;;
    mingw) triplet=x86_64-w64-mingw32 runner=/usr/lib/wine/wine64 ;;
    *) echo "machines: no such machine: $1" >&2; exit 2 ;;
  esac
  [ -n "$cc" ] || cc=$triplet-gcc
  case $1 in
    musl) package='musl-tools' ;;
    mingw) package='gcc-mingw-w64-x86-64 wine64' ;;
    i686) package='gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user' ;;
    *) package="gcc-$triplet libc6-dev-$arch-cross qemu-user" ;;
  esac
  # Where Debian's own libraries for that machine are installed, the loader finds
  # them first, and libc must be theirs: two C libraries in one process abort.
  sysroot=/usr/$triplet
  [ ! -e "/usr/lib/$triplet/libc.so.6" ] || sysroot=/
}

# The build machine's pkg-config would answer for the build machine's libraries.
configure_in() { # FOLDER PKGCONFIG ARGS...
  mkdir -p "$1" && cd "$1" || return 1
  shift
  PKG_CONFIG_LIBDIR=$1
  export PKG_CONFIG_LIBDIR
  shift
  if ! [ -f config.mk ] || [ -n "$(find "$src/configure" -newer config.mk)" ]; then
    "$src/configure" -q "$@"
  fi
}

tools_for() { # NAME
  for tool in $cc ${runner:+"$runner"}; do
    have "$tool" || { missing "$1" "$tool" "apt-get install $package"; return 1; }
  done
}

self() {
  describe "$1"
  tools_for "$1" || return 0
  host='' set_cc=''
  if [ -n "$triplet" ]; then host=--host=$triplet; else set_cc="CC=$cc"; fi
  echo "machines: $1: building"
  if (
    configure_in "out/$1" /nonexistent $host ${set_cc:+"$set_cc"} --without-sqlite3 &&
      $MAKE -s lib selftest && run_self "$1"
  ); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "machines: $1: FAILED"
  fi
}

# The real file and not libtool's wrapper script, which an emulator cannot run.
run_self() { # NAME, in its build folder
  libs=$(pwd)/.libs
  test=out/tests/abi/.libs/selftest
  [ "$1" != mingw ] || test=$test.exe
  [ -f "$test" ] || test=out/tests/abi/selftest
  case $1 in
    musl) LD_LIBRARY_PATH=$libs "$test" ;;
    mingw)
      cp .libs/*.dll out/tests/abi/.libs/ &&
        WINEPREFIX=$top/out/wine WINEDEBUG=-all "$runner" "$test"
      code=$?
      # Only our own prefix's server is asked to stop.
      WINEPREFIX=$top/out/wine /usr/lib/wine/wineserver64 -k || :
      return $code
      ;;
    *) "$runner" -L "$sysroot" -E LD_LIBRARY_PATH="$libs" "$test" ;;
  esac
}

# Check comes as Debian's package for that machine, and libc with it: hence `-L /`.
check() {
  describe "$1"
  tools_for "$1" || return 0
  pc=/usr/lib/$triplet/pkgconfig
  [ -f "$pc/check.pc" ] || {
    missing "$1" "Check for $arch" "dpkg --add-architecture $arch && apt-get update &&
      apt-get install check:$arch libsubunit-dev:$arch"
    return 0
  }
  if (
    configure_in "out/check-$1" "$pc" --host="$triplet" --disable-shared --without-sqlite3 &&
      $MAKE -s test-programs && $MAKE -s check-run RUN="$runner -L /" CASES="${CASES:-10}"
  ); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "machines: $1: FAILED"
  fi
}

verb=$1
shift
for machine; do
  $verb "$machine"
done
if [ "$verb" = self ]; then echo "machines: $passed passed, $failed failed"; fi
[ "$failed" = 0 ]
