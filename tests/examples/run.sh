#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD SOURCE - the till of examples/pos.c through a day offline, and the nightly
# job of examples/crm_batch.c, whose answers are those of the program.
. "$(dirname "$0")/../program/support.sh"

examples=$here/../../examples
pos=$build/out/examples/pos
crm=$build/out/examples/crm_batch

# ---- the till -------------------------------------------------------------------

till() { # STATUS FILE LANGUAGE [OTHER]: sales are in the file `sales`
  want=$1
  shift
  "$pos" "$@" <sales >out 2>err
  is "pos $*" "$want" $?
}
exactly() { printf '%s\n' "$@" | diff - out >/dev/null && pass || fail "not: $1"; }

cat >sales <<'END'
2026-11-16T08:10 customer-17 3.20 t1-1
2026-11-17T08:12 customer-17 3.20 t1-2
END
till 0 till-1 en
exactly \
  'customer-17: Welcome, nice to meet you. One more day with a visit for the next step.' \
  'customer-17: Good to see you again. (until 2027-02-14) 2 more days with a visit for the next step.'

# The second till begins with a copy, then both are alone for a day.
cp till-1 till-2
echo '2026-11-18T08:10 customer-17 3.20 t1-3' >sales
till 0 till-1 de
exactly 'customer-17: Schön, Sie wiederzusehen. (bis 2027-02-15) Noch ein Tag mit Besuch bis zur nächsten Stufe.'
cat >sales <<'END'
2026-11-18T17:40 customer-17 2.80 t2-1
2026-11-18T18:40 customer-18 2.80 t2-2
END
till 0 till-2 es
exactly 'customer-17: Qué bueno verte de nuevo. (hasta 2027-02-15) Un día más de visita para el siguiente nivel.' \
  'customer-18: Bienvenido, mucho gusto. Un día más de visita para el siguiente nivel.'
is 'apart, they differ' 1 "$(cmp -s till-1 till-2; echo $?)"

: >sales
cp till-1 alone
till 0 till-1 en till-2
till 0 till-2 en alone
is 'merged, they are equal to the byte' '' "$(cmp till-1 till-2 2>&1)"
cp till-1 merged
till 0 till-1 en till-2
is 'merged once more, nothing changes' '' "$(cmp till-1 merged 2>&1)"
echo '2026-11-18T17:40 customer-17 2.80 t2-1' >sales
till 0 till-1 en
is 'a sale that is sent again changes nothing' '' "$(cmp till-1 merged 2>&1)"
echo '2026-11-19T08:10 customer-17 3.20 t1-4' >sales
till 0 till-1 en
exactly 'customer-17: Hello, the usual? (until 2027-02-14)'

cp till-1 before
printf 'nonsense\n2026-11-20 customer-17 1e3 t1-5\n' >sales
till 1 till-1 en
says '^line 1: '
says '^line 2: '
is 'what is not understood changes nothing' '' "$(cmp till-1 before 2>&1)"
head -c 20 before >till-3
cp till-3 cut
echo '2026-11-19T08:10 customer-17 3.20 t1-4' >sales
till 1 till-3 en
says 'its file is as it was'
is 'a file that is cut is left alone' '' "$(cmp till-3 cut 2>&1)"
if [ "$(id -u)" != 0 ]; then
  mkdir locked && cp before locked/till && chmod a-w locked
  till 1 locked/till en
  is 'a file that cannot be replaced is left alone' '' "$(cmp locked/till before 2>&1)"
  chmod u+w locked
fi
till 2 till-1 fr

# ---- the till with a journal ---------------------------------------------------------

journal=$build/out/examples/journal_till
cat >sales <<'END'
2026-11-16T08:10 customer-17 3.20
2026-11-16T08:12 customer-18 2.80
2026-11-17T08:10 customer-17 3.20
2026-11-17T08:10 customer-17 3.20
END
"$journal" kept <sales >out 2>err
is 'journal_till' 0 $?
exactly '0 sales of 0 customers' '= customer-17 first_experience' \
  '= customer-18 first_experience' '= customer-17 relationship' \
  '= customer-17 relationship'
"$journal" kept </dev/null >out 2>err
exactly '3 sales of 2 customers'

# Cut off at every byte: the whole sales before are there, and it goes on from there.
size=$(wc -c <kept | tr -d ' ')
cut=0
told=0
while [ $cut -lt "$size" ]; do
  head -c $cut kept >torn
  "$journal" torn </dev/null >out 2>err || fail "journal_till on $cut bytes"
  sales=$(sed -n 's/ sales of.*//p' out)
  if [ "${sales:-9}" -lt $told ] || [ "${sales:-9}" -gt 3 ]; then fail "cut at $cut"; fi
  told=${sales:-0}
  if [ $((cut % 16)) = 5 ]; then
    "$journal" torn <sales >/dev/null 2>&1
    "$journal" torn </dev/null >out 2>err
    exactly '3 sales of 2 customers'
  fi
  cut=$((cut + 1))
done
is 'all but the last sale, cut one byte before the end' 3 "$told"

# Killed while it waits for a customer: what it answered is there.
mkfifo counter
"$journal" killed <counter >answers 2>err &
till=$!
exec 9>counter
head -n 2 sales >&9
tries=0
while [ "$(grep -c = answers)" -lt 2 ] && [ $tries -lt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
kill -9 $till
exec 9>&-
wait $till 2>/dev/null
"$journal" killed </dev/null >out 2>err
exactly '2 sales of 2 customers'

# Damaged in the middle: it says where, and leaves the file alone.
{ head -c 30 kept; printf x; tail -c +32 kept; } >damaged
cp damaged before
"$journal" damaged <sales >out 2>err
is 'a damaged journal' 1 $?
says 'at byte 0'
is 'a damaged journal is left alone' '' "$(cmp damaged before 2>&1)"

# ---- the nightly job ------------------------------------------------------------

"$crm" "$examples/orders.csv" USD four_stages >batch 2>err
is 'crm_batch' 0 $?
cp batch out
is 'its columns' customer,stage,next_change,next_stage,say,stay,spend,reason,missing \
  "$(head -n 1 out)"
prints '^customer-17,loyalty,2026-08-03T00:00:00.000Z,relationship,0,50,405,days(purchase) >= again: 10; streak(any last 26 weeks) >= consistent: 5,"either '
is 'a row a customer' 101 "$(wc -l <batch | tr -d ' ')"

# What stands in the columns beside the reasons is what the program says.
set -- "$examples/orders.csv" --kind purchase --currency USD --format csv -q
"$program" stages "$@" --model four_stages | cut -d, -f1,3,5,6 >stages
"$program" scores "$@" | cut -d, -f2-4 | paste -d, stages - >both
cut -d, -f1-7 batch >columns
is 'stages, next changes and scores are those of the program' '' \
  "$(diff both columns | head -n 6)"
"$crm" nowhere.csv USD four_stages >out 2>err
is 'without a file' 2 $?

finish
