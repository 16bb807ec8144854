#!/bin/sh
# SPDX-License-Identifier: MIT
# machines.sh - the library on other machines, each in a build folder of its own below
# out/machines/, built by the same Makefile. Run through make.
#
#   self NAME          builds; runs the portable self-test and the determinism suite,
#                      and leaves what they said in out/machines/NAME.said
#   compare NAME...    one line a machine; all must have come to the same hash
#   check NAME         runs the Check suites and the fuzzers' saved inputs there
#
# `self` never fails, so that machines side by side are all heard; `compare` judges.
# What is missing is a failure in CI (CI=true) and a SKIP line elsewhere.
set -eu
: "${SRCDIR:?run this through: make machines}"
src=$(cd "$SRCDIR" && pwd)
top=$(pwd)
out=$top/out/machines
mkdir -p "$out"

have() { command -v "$1" >/dev/null 2>&1; }

# describe NAME: sets triplet, cc, options, runner, package; Debian's arch and multiarch.
describe() {
  triplet='' cc='' runner='' arch='' multiarch='' options=--disable-shared
  case $1 in
    native) cc=$CC package=gcc ;;
    clang) cc=clang package=clang ;;
    musl) cc=musl-gcc package=musl-tools ;;
    # Nearly every x86-64 kernel runs it as it is.
    i686)
      triplet=i686-linux-gnu arch=i386 multiarch=i386-linux-gnu
      "/usr/$triplet/lib/ld-linux.so.2" --version >/dev/null 2>&1 || runner=qemu-i386
      ;;
    aarch64) triplet=aarch64-linux-gnu runner=qemu-aarch64 arch=arm64 ;;
    arm) triplet=arm-linux-gnueabihf runner=qemu-arm arch=armhf ;;
    s390x) triplet=s390x-linux-gnu runner=qemu-s390x arch=s390x ;;
    # The one with a shared library: a DLL has rules of its own.
    mingw)
      triplet=x86_64-w64-mingw32 runner=/usr/lib/wine/wine64 options=
      package='gcc-mingw-w64-x86-64-win32 wine64'
      ;;
    wasm)
      triplet=wasm32-unknown-wasi cc='clang --target=wasm32-wasi' runner=node
      package='clang lld llvm wasi-libc libclang-rt-14-dev-wasm32 nodejs'
      ;;
    *) echo "machines: no such machine: $1" >&2; exit 2 ;;
  esac
  cc=${cc:-$triplet-gcc}
  multiarch=${multiarch:-$triplet}
  [ -z "$arch" ] || package="gcc-$triplet libc6-dev-$arch-cross qemu-user"
}

missing() { # NAME WHAT HINT
  if [ "${CI-}" = true ]; then
    echo "machines: $1: FAILED: $2 is missing ($3)"
    return 1
  fi
  echo "machines: $1: SKIP: $2 is missing ($3)"
}

# The tools that are not there.
lacking() { # NAME
  for tool in "${cc%% *}" ${runner:+"$runner"}; do
    have "$tool" || echo "$tool"
  done
  [ "$1" != wasm ] || [ -d /usr/include/wasm32-wasi ] || echo wasi-libc
}

# The build machine's pkg-config would answer for the build machine's libraries; that
# of the other machine knows Check there, if it is installed.
configured() { # NAME, into its folder
  mkdir -p "$out/$1" && cd "$out/$1" || return 1
  PKG_CONFIG_LIBDIR=/usr/lib/$multiarch/pkgconfig
  [ -n "$arch" ] || PKG_CONFIG_LIBDIR=/nonexistent
  export PKG_CONFIG_LIBDIR
  if [ -f config.mk ] && [ -z "$(find "$src/configure" -newer config.mk)" ] &&
    { grep -q '^HAVE_CHECK *= yes' config.mk || ! [ -f "$PKG_CONFIG_LIBDIR/check.pc" ]; }; then
    return 0
  fi
  set -- -q CC="$cc" CFLAGS='-g -O1' $options --without-sqlite3
  [ -z "$triplet" ] || set -- "$@" --host="$triplet"
  # The stack of a WebAssembly module is 64 KiB unless one says otherwise.
  [ "$runner" != node ] ||
    set -- "$@" AR=llvm-ar RANLIB=llvm-ranlib LDFLAGS=-Wl,-z,stack-size=1048576
  "$src/configure" "$@"
}

# The real file and not libtool's wrapper script, which an emulator cannot run.
run_program() { # NAME PROGRAM, in its build folder
  program=out/tests/abi/.libs/$2
  case $1 in
    native) out/tests/abi/"$2" ;;
    mingw)
      code=0
      cp .libs/*.dll out/tests/abi/.libs/ || return 1
      WINEPREFIX=$out/wine WINEDEBUG=-all "$runner" "$program.exe" >"$program.said" || code=$?
      tr -d '\r' <"$program.said"
      return $code
      ;;
    wasm) "$runner" --no-warnings "$src/tests/abi/wasi.mjs" out/tests/abi/"$2" ;;
    *) emulated out/tests/abi/"$2" ;;
  esac
}

# Where Debian's own libraries for that machine are installed, the loader finds them
# first, and libc must be theirs: two C libraries in one process abort.
emulated() { # PROGRAM
  sysroot=/usr/$triplet
  if [ -z "$triplet" ]; then
    "$@"
  elif [ -z "$runner" ]; then
    "$sysroot/lib/ld-linux.so.2" --library-path "$sysroot/lib" "$@"
  else
    [ ! -e "/usr/lib/$multiarch/libc.so.6" ] || sysroot=/
    "$runner" -L "$sysroot" "$@"
  fi
}

self() { # NAME
  describe "$1"
  : >"$out/$1.said"
  [ -z "$(lacking "$1")" ] || return 0
  folder=$top
  [ "$1" = native ] || { (configured "$1") && folder=$out/$1; } >"$out/$1.log" 2>&1 ||
    return 0
  (
    cd "$folder" && $MAKE -s portable >"$out/$1.log" 2>&1 &&
      run_program "$1" selftest && run_program "$1" determinism
  ) >"$out/$1.said" 2>>"$out/$1.log" || echo failed >>"$out/$1.said"
  # Only our own prefix's server is asked to stop.
  [ "$1" != mingw ] || WINEPREFIX=$out/wine /usr/lib/wine/wineserver64 -k || :
}

# The hash of a machine, if all went well there.
hash_of() { awk '$1 == "whole" { print $2 }' "$out/$1.said"; }

compare() {
  first='' judged=0 failed=0
  for name; do
    describe "$name"
    if [ -n "$(lacking "$name")" ]; then
      missing "$name" "$(lacking "$name" | tr '\n' ' ')" "apt-get install $package" ||
        failed=$((failed + 1))
      continue
    fi
    hash=$(hash_of "$name")
    first=${first:-${hash:+"$name"}}
    if [ -z "$hash" ] || grep -qx failed "$out/$name.said"; then
      echo "machines: $name: FAILED"
      sed 's/^/    /' "$out/$name.said"
      tail -n 20 "$out/$name.log" | sed 's/^/    /'
      failed=$((failed + 1))
    elif [ "$hash" != "$(hash_of "$first")" ]; then
      echo "machines: $name: FAILED: $hash, other answers than $first:"
      diff "$out/$first.said" "$out/$name.said" | sed 's/^/    /' || :
      failed=$((failed + 1))
    else
      judged=$((judged + 1))
      printf 'machines: %-8s %s  %s\n' "$name" "$hash" "$(head -n 1 "$out/$name.said")"
    fi
  done
  echo "machines: $judged with one hash, $failed failed"
  [ "$failed" = 0 ]
}

# Check comes as Debian's package for that machine, and its own libc with it. Emulators
# take forty times as long for real numbers: fits are left to the determinism suite.
check() { # NAME
  describe "$1"
  if [ -n "$(lacking "$1")" ]; then
    missing "$1" "$(lacking "$1")" "apt-get install $package"
    return
  fi
  [ -f "/usr/lib/$multiarch/pkgconfig/check.pc" ] || {
    missing "$1" "Check for $arch" "dpkg --add-architecture $arch && apt-get update &&
      apt-get install check:$arch libsubunit-dev:$arch"
    return
  }
  [ -z "$runner" ] || export LEAVE_OUT='forecast forecast_fits'
  (
    configured "$1" && $MAKE -s test-programs &&
      $MAKE -s check-run RUN="${runner:-env}${runner:+ -L /}" CASES="${CASES:-10}"
  )
}

"$@"
