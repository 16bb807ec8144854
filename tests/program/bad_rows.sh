#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bad_rows.sh - bad files and words given to the program `engagement`: it ends soon and in
# little memory, good rows count, bad ones are said with a reason and kept as they are,
# and nothing that stands in a file reaches standard error.
#
#   bad_rows.sh PROGRAM|BUILD-FOLDER
. "$(dirname "$0")/support.sh"

bounds
run() { bounded "$@"; }

# Stands in every bad row and in many a name.
mark=zqkwj

# ask STATUS WORDS...: nothing of a file and nothing for a terminal stands in err.
ask() {
  want=$1
  shift
  run "$@"
  is "exit status of $*" "$want" "$got"
  if LC_ALL=C grep -q $mark err; then fail "standard error tells of a row: $*"; fi
  if LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" err; then
    fail "a control sign on standard error: $*"
  fi
}

# ---- files of bad rows ------------------------------------------------------------

header=customer,time,kind,channel,amount,currency,value,scale
good() { printf '%s,2026-01-05T09:00:00Z,purchase,web,12.50,EUR,,\n' "$@"; }

# bad NAME ROWS EVENTS FORMAT: a file of two good rows, what FORMAT gives in printf, two
# good rows. ROWS bad rows are said, and kept as they stand there; EVENTS of four and
# those of the middle count.
bad() {
  name=$1
  rows=$2
  events=$3
  LC_ALL=C printf "$4" >middle
  {
    echo $header
    good a b
    cat middle
    good c d
  } >bad.csv
  rm -f kept
  ask 0 stages bad.csv --model five_levels --format csv --rejects kept
  is "$name: reasons" "$rows" "$(LC_ALL=C grep -c '^bad.csv:[0-9]*:[0-9]*: ..' err)"
  case $rows in
    0) is "$name: nothing is bad" '' "$(grep 'bad row' err)" ;;
    1) says '^engagement: 1 bad row was left out; kept in kept$' ;;
    *) says "^engagement: $rows bad rows were left out; kept in kept\$" ;;
  esac
  says "^$events events of "
  is "$name: good customers" 4 "$(grep -c '^[abcd],five_levels' out)"
  if [ "$events" = 4 ] && [ "$rows" -gt 0 ]; then
    is "$name: line" 4 "$(sed -n 's/^bad.csv:\([0-9]*\):.*/\1/p' err | head -n 1)"
    if cmp -s kept middle; then pass; else fail "$name: what is kept is not what was bad"; fi
  fi
  if [ "$rows" -gt 0 ]; then
    ask 1 stages bad.csv --model five_levels --format csv --strict --rejects first
    is "$name: strict says one reason" 1 "$(LC_ALL=C grep -c '^bad.csv:[0-9]*:[0-9]*: ..' err)"
    is "$name: strict answers nothing" '' "$(cat out)"
  else
    ask 0 stages bad.csv --model five_levels --format csv --strict
  fi
}

m=$mark
t=2026-01-05T09:00:00Z
bad 'no customer' 1 4 ",$t,visit,,$m,,,\n"
bad 'a blank customer' 1 4 "  ,$t,visit,,$m,,,\n"
bad 'a NUL in a customer' 1 4 "$m\0,$t,visit,,,,,\n"
bad 'no time' 1 4 "$m,,visit,,,,,\n"
bad 'a word for a time' 1 4 "$m,$m,visit,,,,,\n"
bad 'the 29th of February' 1 4 "$m,2025-02-29,visit,,,,,\n"
bad 'month 13' 1 4 "$m,2025-13-01,visit,,,,,\n"
bad '24:01' 1 4 "$m,2025-01-01T24:01,visit,,,,,\n"
bad 'zone +25' 1 4 "$m,2025-01-01T12:00:00+25:00,visit,,,,,\n"
bad '1969' 1 4 "$m,1969-12-31T23:59:59Z,visit,,,,,\n"
bad 'year 10000' 1 4 "$m,10000-01-01,visit,,,,,\n"
bad 'no kind' 1 4 "$m,$t,,,,,,\n"
bad 'an unknown kind' 1 4 "$m,$t,$m,,,,,\n"
bad 'a kind in red' 1 4 "$m,$t,\033[31mvisit\033[0m,,,,,\n"
bad 'a title for a terminal' 1 4 "$m,$t,\033]0;$m\007,,,,,\n"
bad 'an unknown channel' 1 4 "$m,$t,visit,$m,,,,\n"
bad 'too many decimals' 1 4 "$m,$t,purchase,,1.234,EUR,,\n"
bad 'decimals of a yen' 1 4 "$m,$t,purchase,,1.5,JPY,,\n"
bad 'a sum beyond 64 bits' 1 4 "$m,$t,purchase,,92233720368547758.08,EUR,,\n"
bad 'NaN' 1 4 "$m,$t,purchase,,NaN,EUR,,\n"
bad 'an exponent' 1 4 "$m,$t,purchase,,1e5,EUR,,\n"
bad 'a formula' 1 4 "$m,$t,purchase,,=1+1,EUR,,\n"
bad 'an unknown currency' 1 4 "$m,$t,purchase,,1,XYZ,,\n"
bad 'an amount without a currency' 1 4 "$m,$t,purchase,,1,,,\n"
bad 'a rating off its scale' 1 4 "$m,$t,rating,,,,11,nps\n"
bad 'an unknown scale' 1 4 "$m,$t,rating,,,,1,$m\n"
bad 'SQL' 1 4 "$m,$t,'; DROP TABLE $m; --,,,,,\n"
bad 'a shell' 1 4 "$m,$t,\$($m),,,,,\n"
bad 'formats' 1 4 "$m,$t,%%s%%n%%s%%n,,,,,\n"
bad 'not UTF-8' 1 4 "$m,$t,\377\376\300\257,,,,,\n"
bad 'too few fields' 1 4 "$m,$t,visit\n"
bad 'too many fields' 1 4 "$m,$t,visit,,,,,,$m\n"
bad 'other delimiters' 2 4 "$m;$t;visit;;;;;\n$m\t$t\tvisit\n"
bad 'a header again' 1 4 "$header\n"
bad 'a quote left open' 1 4 "\"$m,$t,visit,,,,,\n"
bad 'a quote left open at the end' 1 4 "$m,$t,visit,,,,,\"$m\n"
bad 'text after a quote' 1 4 "\"$m\"x,$t,visit,,,,,\n"
bad 'a line cut in two' 2 4 "$m,$t,vi\nsit,,,,,\n"
bad 'other formats' 3 4 "{\"customer\": \"$m\"}\n<a>$m</a>\nPK\003\004$m\n"
bad 'NULs' 1 4 '\0\0\0\0\0\0\0\0\n'
bad 'a good row with two lines in its id' 0 5 "\"x\ny\",$t,visit,,,,,\n"
bad 'blank lines' 0 4 '\n   \n\r\n\n'

# The last row without its end, and a file that ends in quotes.
{
  echo $header
  good a b
  printf '%s,2026-01' $mark
} >cut.csv
ask 0 stages cut.csv --model five_levels --format csv --rejects kept
is 'a cut row is kept' "$mark,2026-01" "$(cat kept)"
says '^2 events of 2 customers'
{
  echo $header
  good a b
  printf '"%s,2026-01\n' $mark
  good c
} >open.csv
ask 0 stages open.csv --model five_levels --format csv --rejects kept
is 'a row with an open quote is kept' "\"$mark,2026-01" "$(cat kept)"
says '^3 events of 3 customers'

# Many, long, wide.
{
  echo $header
  awk -v m=$mark 'BEGIN { for (i = 0; i < 20000; i++) print "\"" m i ",never,visit,,,,," }'
  good a
} >many.csv
ask 0 stages many.csv --model five_levels --format csv --rejects kept
is 'twenty reasons of many' 20 "$(grep -c '^many.csv:[0-9]' err)"
says '^engagement: 20,000 bad rows were left out'
is 'all of them are kept' 20000 "$(wc -l <kept | tr -d ' ')"
is 'and the good one counts' 1 "$(grep -c '^a,' out)"
{
  echo $header
  good a
  awk -v m=$mark 'BEGIN { for (i = 0; i < 400000; i++) printf "%s", m; print "" }'
  good b
  awk 'BEGIN { for (i = 0; i < 1500000; i++) printf ","; print "" }'
  good c
  awk -v m=$mark 'BEGIN { printf "\""; for (i = 0; i < 400000; i++) printf "%s\n", m }'
  good d
} >long.csv
ask 0 stages long.csv --model five_levels --format csv
is 'rows around long ones count' 4 "$(grep -c '^[abcd],' out)"
says '^engagement: 400,002 bad rows were left out'

# ---- files that do not do at all ----------------------------------------------------

# refused NAME FORMAT: such a file is refused, and so it is in quiet and as one of two.
{
  echo $header
  good a
} >fine.csv
refused() {
  LC_ALL=C printf "$2" >refused.csv
  ask 2 stages refused.csv --model five_levels --format csv
  is "$1: a reason" 1 "$(LC_ALL=C grep -c 'refused.csv[: ]..*[a-z]' err | sed 's/^[2-9]$/1/')"
  is "$1: no answer" '' "$(cat out)"
  ask 2 stages fine.csv refused.csv --model five_levels --format csv --quiet
  ask 2 stages refused.csv --model five_levels --map customer=who,time=at,kind=what
}
refused 'an empty file' ''
refused 'blank lines' '\n\n\n'
refused 'a byte order mark' '\357\273\277'
refused 'no header' "$m,2026-01-05,visit\nanna,2026-01-05,visit\n"
refused 'no header and a long row' "$m,2026-01-05,visit,a,b,c,d,e,f,$m@example.invalid\n"
refused 'no customer' "time,kind\n2026-01-05,visit\n"
refused 'no time' "customer,kind\n$m,visit\n"
refused 'no kind' "customer,time\n$m,2026-01-05\n"
refused 'a customer twice' "customer,customer,time,kind\n$m,$m,0,visit\n"
refused 'an open quote' "\"customer,time,kind\n$m,0,visit\n"
refused 'text after a quote' "\"customer\"$m,time,kind\n"
refused 'a NUL' 'customer\0,time,kind\n'
refused 'UTF-16' '\377\376c\0u\0s\0t\0o\0m\0e\0r\0\n\0'
refused 'UTF-16, the other one' '\376\377\0c\0u\0s\0t\0o\0m\0e\0r\0\n'
refused 'gzip' "\037\213\010\0\0\0\0\0\0\003$m"
refused 'a spreadsheet' "PK\003\004\024\0\006\0$m"
refused 'a page' "<!DOCTYPE html>\n<p>$m</p>\n"
refused 'JSON' "{\"customer\":\"$m\"}\n"
refused 'an error of a database' "ERROR:  permission denied for $m\n"
refused 'escapes' "\033]0;$m\007\033[2J\n"

awk 'BEGIN { for (i = 0; i < 1000000; i++) printf ","; print "" }' >refused.csv
ask 2 stages refused.csv --model five_levels
says 'the first row has 1000001 columns'
{
  awk 'BEGIN { printf "customer,time,kind"; for (i = 0; i < 9000; i++) printf ",x" i }'
  awk 'BEGIN { printf "\na,2026-01-05,visit"; for (i = 0; i < 9000; i++) printf ",y"; print "" }'
} >wide.csv
ask 0 stages wide.csv --model five_levels --format csv --strict
says 'x18, x19 and 8980 more are passed over'
awk -v m=$mark 'BEGIN { for (i = 0; i < 1000000; i++) printf "%s", m; print "" }' >refused.csv
ask 2 stages refused.csv --model five_levels
says 'too long'
ask 2 stages absent.csv --model five_levels
ask 2 stages "$folder" --model five_levels
ask 2 stages '' --model five_levels
ask 2 stages /dev/null --model five_levels
if [ "$(id -u)" != 0 ]; then
  cp fine.csv locked.csv
  chmod 0 locked.csv
  ask 2 stages locked.csv --model five_levels
fi

# ---- words ------------------------------------------------------------------------

esc=$(printf '\033[31m')
long=$(awk 'BEGIN { for (i = 0; i < 50000; i++) printf "x" }')
for option in model kind kinds own-kind currency as-of format time-format identical zone \
  day-start week-start delimiter map; do
  for word in '' "$esc" "$long" '%s%n%s%n' '=' ',' 'a=b=c' '-1' '99999999999999999999' "'" \
    '$(id)' ../..; do
    run stages fine.csv "--$option" "$word"
    if LC_ALL=C grep -q "$(printf '\033')" err; then fail "--$option: an escape is echoed"; fi
    case $got in
      0 | 2) pass ;;
      *) fail "exit status $got of --$option $(printf %.40s "$word")" ;;
    esac
  done
done

finish
