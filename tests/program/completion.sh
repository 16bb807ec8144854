#!/bin/sh
# SPDX-License-Identifier: MIT
#
# completion.sh - what bash offers behind `engagement`, held against the program's help:
# every command, every option of every command, and values that the program takes.
#
#   completion.sh PROGRAM|BUILD-FOLDER
. "$(dirname "$0")/support.sh"

if ! command -v bash >/dev/null; then
  echo 'completion.sh: SKIP: there is no bash'
  finish
fi
completion=$here/../../examples/engagement/completion.bash
mkdir bin
ln -s "$program" bin/engagement
PATH=$folder/bin:$PATH
export PATH

# offers WORDS...: what bash would offer for the last of them, sorted, on one line.
cat >ask.bash <<'END'
source "$1" || exit 1
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_engagement engagement "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}" | sort
END
offers() { bash ask.bash "$completion" "$@" 2>&1 | tr '\n' ' ' | sed 's/ *$//'; }
lines() { sort -u | tr '\n' ' ' | sed 's/ *$//'; }

ask 0 help commands
commands=$(awk '{ print $1 }' out)
is 'every command' "$( (echo "$commands"; printf '%s\n' help --help --version) | LC_ALL=C lines)" \
  "$(offers engagement '' | tr ' ' '\n' | LC_ALL=C lines)"
is 'those that begin so' 'scores select stages' "$(offers engagement s | tr ' ' '\n' |
  grep -x 'scores\|select\|stages' | lines)"
is 'what help takes' 1 "$(offers engagement help '' | grep -c 'commands.*input.*kinds')"
for command in $commands; do
  ask 0 "$command" --help
  {
    sed -n 's/^  \(--[a-z-]*\).*/\1/p' out
    echo --help
    if grep -q 'engagement help input' out; then
      "$program" help input | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
    fi
  } >want
  is "every option of $command" "$(LC_ALL=C lines <want)" \
    "$(offers engagement "$command" -- | tr ' ' '\n' | LC_ALL=C lines)"
done

is 'formats' 'csv json table' "$(offers engagement stages a.csv --format '')"
is 'a format behind a sign' json "$(offers engagement stages --format = j)"
is 'a format right behind a sign' 'csv json table' "$(offers engagement stages --format =)"
is 'models' 'five_e five_levels' "$(offers engagement stages --model five)"
is 'models to show' four_stages "$(offers engagement models show fo)"
is 'what is done with models' 'check diff print show' "$(offers engagement models '')"
is 'files are for bash' '' "$(offers engagement stages '')"
is 'words of one'"'"'s own' '' "$(offers engagement stages --customer '')"

# Every value that is offered is one that the program takes.
printf 'customer,time,kind,amount\na,2026-01-01,purchase,5\n' >shop.csv
for option in --format --model --kind --identical --time-format --week-start --delimiter; do
  values=$(offers engagement stages shop.csv $option '')
  is "$option has values" 1 "$([ -n "$values" ] && echo 1)"
  for value in $values; do
    run stages shop.csv --currency EUR --model five_levels $option "$value"
    if grep -q -e "^engagement: $option\|nobody knows\|no model" err; then
      fail "$option $value is not taken"
    else
      pass
    fi
  done
done
for option in --unit --family; do
  for value in $(offers engagement fit shop.csv $option ''); do
    run fit shop.csv --currency EUR $option "$value"
    if grep -q -e "$option is" err; then fail "$option $value is not taken"; else pass; fi
  done
done

finish
