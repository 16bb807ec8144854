#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh - installs under a DESTDIR, and from an empty folder, with nothing but what
# was installed, builds the README's till in every way that is promised: through
# pkg-config and CMake, shared and static, as C99, C11 and C++17. It must print what the
# README says. Then uninstalls, and looks for what is left. Run by `make installcheck`.
set -eu
: "${SRCDIR:?run this through: make installcheck}"
root=$(pwd)/out/installed
src=$(cd "$SRCDIR" && pwd)
work=$(pwd)/out/installcheck
build=$(pwd)
rm -rf "$root" "$work"
mkdir -p "$root" "$work"
built=0

die() {
  echo "installcheck: $*" >&2
  exit 1
}

# quietly LOG COMMAND...
quietly() {
  log=$work/$1.log
  shift
  "$@" >"$log" 2>&1 || { cat "$log"; die "failed: $*"; }
}

# missing WHAT
missing() {
  [ "${CI-}" != true ] || die "$1 is missing"
  echo "installcheck: SKIP $1: not found"
}

# ---- installed, by somebody who keeps files to themselves ----------------------

(umask 077 && quietly install $MAKE -s install DESTDIR="$root")
[ "$(find "$root" -type f ! -perm -444)" = '' ] || die 'files that not everybody may read'
[ "$(find "$root$prefix" -type d ! -perm -555)" = '' ] || die 'folders that are closed'
find "$root" -name '*.pc' -o -name '*.cmake' -o -name '*.la' | xargs grep -lF "$build" &&
  die 'the build folder is named in what is installed'

# ---- used, from an empty folder -----------------------------------------------

PKG_CONFIG_PATH=$root$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
for file in man/man1/engagement.1 bash-completion/completions/engagement; do
  [ -s "$root$prefix/share/$file" ] || die "share/$file is not installed"
done

mkdir "$work/till"
awk '/^```c$/ { on = 1; next } on && /^```$/ { exit } on' "$src/README.md" >"$work/till/till.c"
cp "$work/till/till.c" "$work/till/till.cc"
sed -n '/^\$ cc till.c/,/^```$/p' "$src/README.md" | sed '1d;$d' >"$work/said"
[ -s "$work/said" ] || die 'README.md does not say what the till prints'
cd "$work/till"

# till HOW LIBRARY-PATH PROGRAM: prints what the README says.
till() {
  LD_LIBRARY_PATH=$2 "$3" >"$work/printed" || die "$1: the till fails"
  cmp -s "$work/printed" "$work/said" || die "$1: the till prints $(cat "$work/printed")"
  built=$((built + 1))
}

strict='-Wall -Wextra -pedantic -Werror'
shared_flags=$(pkg-config --cflags --libs engagement)
static_flags=$(pkg-config --static --cflags --libs engagement)

# compiled HOW COMPILER...: as a shared library, if there is one, and as a static one.
compiled() {
  how=$1
  shift
  if [ "$ENABLE_SHARED" = yes ]; then
    quietly compile "$@" $strict -o shared $shared_flags
    till "$how, pkg-config" "$root$libdir" ./shared
  fi
  quietly compile "$@" $strict -static -o static $static_flags
  till "$how, pkg-config --static" /nonexistent ./static
}
compiled C99 $CC $CFLAGS -std=c99 till.c
compiled C11 $CC $CFLAGS -std=c11 till.c
cxx=
for candidate in ${CXX-} g++ clang++ c++; do
  ! echo | "$candidate" -x c++ -fsyntax-only - 2>/dev/null || { cxx=$candidate; break; }
done
if [ -n "$cxx" ]; then compiled C++17 "$cxx" -std=c++17 till.cc; else missing 'C++ compiler'; fi

if command -v cmake >/dev/null 2>&1; then
  cat >CMakeLists.txt <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(till C${cxx:+ CXX})
find_package(engagement ${VERSION} REQUIRED CONFIG)
set(CMAKE_C_STANDARD 99)
set(CMAKE_CXX_STANDARD 17)
add_executable(till_c till.c)
target_link_libraries(till_c PRIVATE engagement::engagement)
add_executable(till_static till.c)
target_link_libraries(till_static PRIVATE engagement::static)
if(CMAKE_CXX_COMPILER)
  add_executable(till_cc till.cc)
  target_link_libraries(till_cc PRIVATE engagement::engagement)
endif()
CMAKE
  quietly cmake cmake -S . -B cmake -DCMAKE_C_COMPILER="$CC" ${cxx:+-DCMAKE_CXX_COMPILER="$cxx"} \
    -DCMAKE_PREFIX_PATH="$root$prefix" -Dengagement_DIR="$root$libdir/cmake/engagement"
  quietly cmake cmake --build cmake
  till 'C99, CMake' "$root$libdir" cmake/till_c
  till 'C99, CMake, static' /nonexistent cmake/till_static
  [ -z "$cxx" ] || till 'C++17, CMake' "$root$libdir" cmake/till_cc
else
  missing cmake
fi

[ "$(pkg-config --modversion engagement)" = "$VERSION" ] || die 'engagement.pc: another version'
LD_LIBRARY_PATH=$root$libdir "$root$bindir/engagement" --version | grep -qF "$VERSION" ||
  die 'the installed program does not say its version'

for file in man/man1/engagement.1 bash-completion/completions/engagement; do
  [ -s "$root$prefix/share/$file" ] || die "no share/$file"
done

# ---- uninstalled --------------------------------------------------------------

cd "$build"
quietly uninstall $MAKE -s uninstall DESTDIR="$root"
left=$(find "$root" ! -type d -o -name '*engagement*')
[ -z "$left" ] || die "left behind by uninstall: $left"
echo "installcheck: installed, the till built in $built ways, uninstalled; nothing left"
