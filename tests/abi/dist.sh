#!/bin/sh
# SPDX-License-Identifier: MIT
# dist.sh - `make dist` gives the same bytes whoever makes it, where and when: here it is
# made again from copies with other times and permissions, by somebody with another
# home, zone and language. Run by `make distcheck` after `make dist`.
set -eu
: "${SRCDIR:?run this through: make distcheck}"
first=$(pwd)/$DIST.tar.gz
work=$(pwd)/out/dist
rm -rf "$work"
mkdir -p "$work/home"

# again EPOCH: the release from a copy of the sources that it names, into $work/copy.
again() {
  rm -rf "$work/copy" "$work/$DIST"
  (
    umask 077
    tar -C "$work" -xzmf "$first" --no-same-permissions
    mv "$work/$DIST" "$work/copy"
    # Newer than what it is made from, so that nothing is configured.
    cp config.mk "$work/copy"
    cd "$work/copy"
    HOME=$work/home TZ=Asia/Kathmandu LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=$1 \
      $MAKE -s dist >/dev/null
  )
}

again "$DIST_TIME"
cmp "$first" "$work/copy/$DIST.tar.gz" || { echo 'dist: other bytes'; exit 1; }
again 1000000000
! cmp -s "$first" "$work/copy/$DIST.tar.gz" || { echo 'dist: SOURCE_DATE_EPOCH is ignored'; exit 1; }
[ "$(tar -tvzf "$work/copy/$DIST.tar.gz" --utc | awk '{ print $4 }' | sort -u)" = 2001-09-09 ] ||
  { echo 'dist: other times than SOURCE_DATE_EPOCH'; exit 1; }
rm -rf "$work"
echo 'dist: the same bytes for the same sources'
