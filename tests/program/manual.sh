#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manual.sh - docs/engagement.1 names the commands and options that the program's help
# names, and no others; it and the library's pages, where `make man` made them, are good
# man source.
#
#   manual.sh PROGRAM|BUILD-FOLDER
#
# LINT=required fails where a tool or a page is missing; else that is a SKIP.
. "$(dirname "$0")/support.sh"

manual=$here/../../docs/engagement.1

# section TITLE: the lines of one section, escaped hyphens as they are read.
section() {
  awk -v title="$1" '/^\.SH / { on = $0 == ".SH " title } on' "$manual" | sed 's/\\-/-/g'
}

ask 0 help commands
awk '{ print $1 }' out | sort >commands
section COMMANDS | awk 'tag { print; tag = 0 } /^\.TP/ { tag = 1 }' |
  sed 's/^\.B[IR]* *"*\([a-z]*\).*/\1/' | sort >named
is 'the commands of the manual are those of the help' '' "$(diff commands named)"

for command in $(cat commands) input; do
  "$program" help "$command" | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
done | sort -u >options
echo --help | sort -mu options - >all
section OPTIONS | awk 'tag { print; tag = 0 } /^\.TP/ { tag = 1 }' |
  sed 's/^\.B[IR]* *"*\(--[a-z-]*\).*/\1/' | sort >named
is 'the options of the manual are those of the help' '' "$(diff all named)"

missing() { # WHAT
  if [ "${LINT-}" = required ]; then fail "$1 is missing"; else echo "manual.sh: SKIP: $1"; fi
}
pages=$(find "$build/out/man/man3" -name '*.3' ! -size -2 2>/dev/null | sort)
if [ -z "$pages" ]; then missing 'pages of the library'; fi
if command -v groff >/dev/null; then
  for page in "$manual" $pages; do
    groff -man -ww -z -Tutf8 "$page" >out 2>err
    is "groff on $(basename "$page")" '0 ' "$? $(cat err)"
  done
else
  missing groff
fi
if command -v mandoc >/dev/null; then
  mandoc -Tlint -Wwarning "$manual" >out 2>err
  is 'mandoc on the manual' '' "$(cat out err)"
else
  missing mandoc
fi

finish
