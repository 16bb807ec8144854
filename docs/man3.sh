#!/bin/sh
# SPDX-License-Identifier: MIT
#
# man3.sh FROM TO VERSION SYMBOLS - the manual pages of the library, from those that Doxygen
# wrote: a page a room is engagement-ROOM(3), each function and type leads to its page,
# and none has a name that could be somebody else's or a date of its making. Every
# function of SYMBOLS (docs/symbols-in-versions) has one.
set -eu
from=$1 to=$2 version=$3 symbols=$4
rm -rf "$to"
mkdir -p "$to"

# Doxygen lets a word in quotes begin a line, where a quote is a command.
tidy() { # NAME
  sed -e "s/^\.TH .*/.TH \"$1\" 3 \"\" \"libengagement $version\" \"Library Functions\"/" \
    -e "s/^'\(.\)/\\\\\&'\1/" \
    -e "s,^\.so man3/,.so man3/engagement-,"
}

for page in "$from"/eng_*.3; do
  name=$(basename "$page" .3)
  tidy "$name" <"$page" >"$to/$name.3"
  room=$(sed -n 's,^\.so man3/\(.*\)\.3$,\1,p' "$page")
  if [ -z "$room" ] || [ -e "$to/engagement-$room.3" ]; then continue; fi
  tidy "engagement-$room" <"$from/$room.3" |
    sed "s/^$room \\\\- /engagement-$room \\\\- /" >"$to/engagement-$room.3"
done

missing=$(sed -n 's/^\(eng_[a-z0-9_]*\) .*/\1/p' "$symbols" | while read -r name; do
  [ -e "$to/$name.3" ] || echo "$name"
done)
if [ -n "$missing" ]; then
  echo "man3.sh: no page for" $missing >&2
  exit 1
fi
