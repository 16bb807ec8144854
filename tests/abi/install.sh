#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh - installs under a DESTDIR, uses the result as a host would (through
# pkg-config and CMake), uninstalls, and looks for what is left. Run by
# `make installcheck`.
set -eu
: "${SRCDIR:?run this through: make installcheck}"
root=$(pwd)/out/installed
src=$(cd "$SRCDIR" && pwd)
work=$(pwd)/out/installcheck
rm -rf "$root" "$work"
mkdir -p "$root" "$work"

$MAKE -s install DESTDIR="$root" >"$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }

run() { LD_LIBRARY_PATH=$root$libdir "$@"; }

PKG_CONFIG_PATH=$root$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
static=
[ "$ENABLE_SHARED" = yes ] || static=--static
# shellcheck disable=SC2046
$CC $CFLAGS -o "$work/host" "$src/tests/abi/selftest.c" $(pkg-config --cflags --libs $static engagement)
run "$work/host"
[ "$(pkg-config --modversion engagement)" = "$VERSION" ] ||
  { echo "installcheck: engagement.pc says another version"; exit 1; }
run "$root$bindir/engagement" --version >/dev/null ||
  { echo "installcheck: the installed program does not run"; exit 1; }
for file in man/man1/engagement.1 bash-completion/completions/engagement; do
  [ -s "$root$prefix/share/$file" ] || { echo "installcheck: no share/$file"; exit 1; }
done

if command -v cmake >/dev/null 2>&1; then
  mkdir -p "$work/cmake"
  cat >"$work/cmake/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(host C)
find_package(engagement ${VERSION} REQUIRED CONFIG)
add_executable(host "$src/tests/abi/selftest.c")
target_link_libraries(host PRIVATE engagement::engagement m)
CMAKE
  cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$root$prefix" \
    -Dengagement_DIR="$root$libdir/cmake/engagement" >"$work/cmake.log" 2>&1 &&
    cmake --build "$work/cmake/build" >>"$work/cmake.log" 2>&1 ||
    { cat "$work/cmake.log"; exit 1; }
  run "$work/cmake/build/host"
elif [ "${CI-}" = true ]; then
  echo 'installcheck: cmake is missing' >&2
  exit 1
else
  echo 'installcheck: SKIP CMake: not found'
fi

$MAKE -s uninstall DESTDIR="$root" >"$work/uninstall.log" 2>&1 ||
  { cat "$work/uninstall.log"; exit 1; }
left=$(find "$root" ! -type d -o -name '*engagement*')
[ -z "$left" ] || { echo "installcheck: left behind by uninstall:"; echo "$left"; exit 1; }
echo 'installcheck: installed, used, uninstalled; nothing left'
