#!/bin/sh
# SPDX-License-Identifier: MIT
#
# front.sh - what holds for every command, whichever they are: its help fits a screen and
# its example prints what the help says; table, csv and json; bad rows and files without
# rows; colours and bars on a terminal only; words that were meant; a closed pipe.
#
#   front.sh PROGRAM|BUILD-FOLDER
#
# The commands are those that the program lists, so that none can be forgotten here.
. "$(dirname "$0")/support.sh"

examples=$here/../../examples
mkdir bin
ln -s "$program" bin/engagement
PATH=$folder/bin:$PATH
export PATH

# Commands whose answer is no rows and no text: what they do is in a file afterwards.
formless='export import merge unmerge expire sync forget key watch fsck report'

commands=$("$program" help commands | awk '{ print $1 }')
is 'there are commands' 1 "$([ "$(echo "$commands" | wc -l)" -ge 10 ] && echo 1)"

# Two groups of options on one bit would give each command the other's options.
is 'groups of options have a bit each' '' \
  "$(sed -n 's/^ *OPTIONS_[A-Z_]* = 1 << \([0-9]*\).*/\1/p' \
    "$examples/engagement/options.h" | sort | uniq -d)"

# ---- help -----------------------------------------------------------------------

fits() { # NAME: the answer stands on a screen
  lines=$(wc -l <out)
  if [ "$lines" -le 24 ]; then pass; else fail "$1: $lines lines fit no screen"; fi
  is "$1: lines wider than 80" '' "$(awk 'length > 80' out)"
  is "$1: blanks at the end of lines" '' "$(grep -n ' $' out)"
}

# The command line of a help's example, its lines joined; and what it says is printed.
example_line() {
  awk '/^Example/ { on = 1; next } !on { next }
    !more && !/^  \$ / { exit }
    { sub(/^ *(\$ )?/, ""); more = /[\\|]$/; sub(/\\$/, ""); printf "%s ", $0
      if (!more) exit }' "$1"
}
example_answer() {
  awk '/^Example/ { on = 1; next } !on { next }
    first != 1 { if (!/[\\|]$/) first = 1; next }
    { sub(/^  /, ""); print }' "$1"
}

ask 0 --help
fits --help
cp out main.help
for words in 'help input' 'help kinds'; do
  ask 0 $words
  fits "$words"
done
for command in $commands; do
  ask 0 help "$command"
  fits "help $command"
  cp out "$command.help"
  ask 0 "$command" --help
  is "$command --help is help $command" '' "$(diff "$command.help" out)"
  is "--help names $command" 1 "$(grep -cw "$command" main.help | sed 's/^[2-9]$/1/')"
  rm -rf place && cp -R "$examples" place
  example_line "$command.help" >line
  example_answer "$command.help" >want
  if [ -s want ]; then pass; else fail "$command: the example in the help has no answer"; fi
  (cd place && sh -c "$(cat ../line)" >../out 2>../err </dev/null)
  is "$command: the example prints what the help says" '' "$(diff want out)"
done

# ---- what was meant -------------------------------------------------------------

for command in $commands; do
  ask 2 "${command}x" orders.csv
  says "did you mean $command?"
done
sed -n 's/^  \(--[a-z-]*\).*/\1/p' ./*.help | sort -u >options
is 'there are options' 1 "$([ "$(wc -l <options)" -ge 10 ] && echo 1)"
for command in $commands; do
  for option in $(sed -n 's/^  \(--[a-z-]*\).*/\1/p' "$command.help"); do
    ask 2 "$command" "${option}x"
    says "did you mean --"
  done
done
ask 2 orders.csv
says 'engagement stages orders.csv'
ask 2 --format csv
says 'the command comes first'
ask 2 stages orders.csv --customer customer-17
says 'it is for explain, journey'
ask 2 xyzzy
says 'engagement --help'

# ---- every format ---------------------------------------------------------------

{ sed 1q "$examples/orders.csv"; } >header.csv
{
  sed 3q "$examples/orders.csv"
  echo '9999,customer-1,some day,1.00'
  sed 1,3d "$examples/orders.csv"
} >spoilt.csv
cp "$examples"/*.csv .

rectangle() { # NAME: the answer is CSV with as many fields in each row
  if [ -z "$python" ]; then return; fi
  is "$1: fields of each row" True "$("$python" -c 'import csv
rows = list(csv.reader(open("out", newline="", encoding="utf-8")))
print(len(rows) > 0 and len(set(map(len, rows))) == 1)' 2>&1 | tail -n 1)"
}

# The words of a command's example before a pipe, without --format.
words_of() {
  example_line "$1.help" | sed 's/ |.*//; s/--format [a-z]*//; s/^engagement //'
}
escape=$(printf '\033')

# given STATUS INPUT WORDS...: asks with the words of the example, about another input
# alone.
given() {
  want=$1 input=$2
  shift 2
  set -f
  if [ "$input" = orders.csv ]; then cp line words; else
    sed "s/orders\\.csv/$input/; s/ log\\.csv//" line >words
  fi
  eval "set -- $(cat words) \"\$@\""
  set +f
  ask "$want" "$@"
}

for command in $commands; do
  words_of "$command" >line
  case " $formless " in *" $command "*) continue ;; esac
  if grep -q '^  --format .*json' "$command.help"; then
    pass
  else
    fail "$command has no --format"
    continue
  fi
  given 0 orders.csv --format csv
  rectangle "$command --format csv"
  given 0 orders.csv --format json
  valid_json "$command --format json"
  given 0 orders.csv --format table
  is "$command: no colour in a pipe" 0 "$(grep -c "$escape" out)"
  is "$command: no bars in a pipe" 0 "$(grep -c '##\|█' out)"
  given 2 orders.csv --format xml
  says 'table, csv or json'
done

# ---- bad rows, and none ---------------------------------------------------------

for command in $commands; do
  words_of "$command" >line
  grep -q 'orders\.csv' line || continue
  case " $formless " in *" $command "*) continue ;; esac
  given 0 spoilt.csv --rejects kept --format csv
  says '^spoilt.csv:4:'
  says '1 bad row was left out; kept in kept'
  is "$command --rejects" '9999,customer-1,some day,1.00' "$(cat kept)"
  given 1 spoilt.csv --strict --format csv
  is "$command --strict answers nothing" '' "$(cat out)"
  says 'strict stops at the first bad row'
  given 0 orders.csv --strict --format csv --quiet
  is "$command --quiet" '' "$(cat err)"
  given any header.csv --format json
  case $got in # an empty answer, or that there can be none and why
  0) valid_json "$command of no rows" ;;
  1) says '^engagement: \|no events' ;;
  *) fail "$command of no rows: exit status $got" ;;
  esac
  given 0 header.csv --format table
  is "$command: no table of nothing" '' "$(cat out)"
  says 'no row to answer from'
done

# ---- on a terminal --------------------------------------------------------------

# seen WORDS...: what a terminal gets, in `out`.
seen() {
  printf '%s' "$1" >line
  script -qec "sh ./line" /dev/null >out 2>err </dev/null
}
ask 0 stages orders.csv --kind purchase --currency USD --model four_stages
cp out piped
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
  plain='engagement stages orders.csv --kind purchase --currency USD --model four_stages'
  seen "TERM=xterm NO_COLOR= LC_ALL=C $plain"
  prints "$escape\[1mThe four stages"
  prints '########'
  seen "TERM=xterm NO_COLOR= LC_ALL=C.UTF-8 $plain"
  prints '████'
  seen "TERM=xterm NO_COLOR=1 LC_ALL=C $plain"
  is 'NO_COLOR' 0 "$(grep -c "$escape" out)"
  prints '########'
  seen "TERM=dumb NO_COLOR= LC_ALL=C $plain"
  is 'a terminal without colours' 0 "$(grep -c "$escape" out)"
  seen "TERM=xterm LC_ALL=C $plain --quiet | cat"
  is 'a pipe from a terminal' "$(cat piped)" "$(sed 's/\r$//' out)"
  # Progress is shown once a load takes longer than two seconds.
  cat >slowly <<'END'
{ sed 400q orders.csv; sleep 2; sed 1,400d orders.csv; sleep 1; sed 1,500d orders.csv; }
END
  slow="sh ./slowly | TERM=xterm engagement stages - --kind purchase --currency USD"
  seen "$slow --format csv >/dev/null"
  prints 'standard input: [0-9]'
  sh ./slowly | "$program" stages - --kind purchase --currency USD --format csv \
    --quiet >out 2>err
  is 'no progress but on a terminal' '' "$(cat err)"
else
  echo 'front.sh: SKIP: colours, bars and progress (there is no script of util-linux)'
fi

# ---- a closed pipe --------------------------------------------------------------

{
  echo customer,time,kind
  i=10000
  while [ $i -lt 14000 ]; do echo "c$i,2026-01-01,visit"; i=$((i + 1)); done
} >long.csv
for form in csv json table; do
  { "$program" stages long.csv --rows --quiet --format $form 2>err; echo $? >status; } |
    head -n 1 >out
  is "a closed pipe: $form" 141 "$(cat status)"
  is "a closed pipe is silent: $form" '' "$(cat err)"
done

finish
