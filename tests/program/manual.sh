#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manual.sh - docs/engagement.1 names the commands and options that the program's help
# names, and no others, and is good man source.
#
#   manual.sh PROGRAM|BUILD-FOLDER
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

# lint NAME COMMAND...: the source without a word of complaint.
lint() {
  if ! command -v "$1" >/dev/null; then
    if [ "${CI-}" = true ]; then fail "$1 is missing"; else echo "manual.sh: SKIP: $1"; fi
    return
  fi
  "$@" "$manual" >out 2>err
  is "$* on the manual" '0 ' "$? $(cat err)"
}
lint groff -man -ww -z -Tutf8
if command -v mandoc >/dev/null; then
  mandoc -Tlint -Wwarning "$manual" >out 2>err
  is 'mandoc on the manual' '' "$(cat out err)"
else
  echo 'manual.sh: SKIP: mandoc'
fi

finish
