#!/bin/sh
# SPDX-License-Identifier: MIT
#
# input.sh - what is said of inputs: kinds passed over, headers, columns that may be an
# id, and events of a year that was mistyped.
#
#   sh input.sh FOLDER-OR-PROGRAM
. "$(dirname "$0")/support.sh"

# lacks PATTERN: no message has it.
lacks() {
  if grep -q -- "$1" err; then fail "a message has: $1"; else pass; fi
}

# ---- kinds passed over, the most frequent first, file by file ----

{
  echo 'customer,time,kind'
  echo 'customer-1,2026-01-05,visit'
  for kind in a b b c d d d e f f; do echo "customer-1,2026-01-06,$kind"; done
} >kinds.csv
{
  echo 'customer,time,kind'
  echo 'customer-1,2026-01-07,a'
  echo 'customer-1,2026-01-07,"c"'
} >more.csv
names='a=,b=,c=,d=,e=,f='
ask 0 active kinds.csv more.csv --kinds "$names"
says 'kinds.csv: 11 rows, 10 of kinds passed over: d 3, b 2, f 2, a 1, others 2'
says 'more.csv: 2 rows, 2 of kinds passed over: a 1, c 1'
cat >calls.jsonl <<'EOF'
{"type":"group","userId":"customer-1","timestamp":"2026-01-05T09:00:00Z"}
{"type":"track","userId":"customer-1","event":"Cart Viewed","timestamp":"2026-01-05T09:00:00Z","properties":{}}
{"type":"track","userId":"customer-1","event":"Cart Viewed","timestamp":"2026-01-05T09:01:00Z","properties":{}}
{"type":"page","userId":"customer-1","timestamp":"2026-01-05T09:00:00Z"}
EOF
ask 0 active calls.jsonl
says '3 of kinds passed over: Cart Viewed 2, group 1'
printf 'customer,time,kind\ncustomer-1,2026-01-05,visit\ncustomer-1,2026-01-05,\033[31m\n' >evil.csv
ask 0 active evil.csv --kinds "$(printf '\033[31m')="
says 'passed over: .x1b.31m 1'

# ---- headers ----

printf 'klient,when,what\ncustomer-1,2026-01-05,visit\n' >klient.csv
ask 2 stages klient.csv
says 'the columns are klient, when, what'
says 'no column for customer'
printf 'customer-1,2026-01-05,visit\n' >bare.csv
ask 2 stages bare.csv
says 'it is not shown, it may be no header'
lacks 'customer-1'
printf 'anna,visit\nbert,visit\n' >people.csv
ask 2 stages people.csv
lacks 'anna'
printf 'who@shop.example,when,visit\n' >address.csv
ask 2 stages address.csv
lacks 'shop.example'
echo 'customer,time,kind' >empty.csv
for command in stages scores active metrics value; do
  ask 0 $command empty.csv
  says 'there are no events: below the header there is no row to answer from'
done

# ---- a column that numbers orders ----

for name in order_id OrderNumber receipt 'receipt no' invoice_no transaction; do
  printf 'customer,time,kind,%s\ncustomer-1,2026-01-05,purchase,7\n' "$name" >orders.csv
  ask 0 stages orders.csv
  says "map id=$name"
done
for name in ordered_at order_total receipts_of id; do
  printf 'customer,time,kind,%s\ncustomer-1,2026-01-05,purchase,7\n' "$name" >orders.csv
  ask 0 stages orders.csv --currency EUR
  lacks 'map id='
done
printf 'customer,time,kind,order_id\ncustomer-1,2026-01-05,purchase,7\n' >orders.csv
ask 0 stages orders.csv --map id=order_id
lacks 'told twice'

# ---- a mistyped year ----

{
  echo 'customer,time,kind'
  i=9
  while [ $i -lt 28 ]; do
    i=$((i + 1))
    echo "customer-$i,2026-01-$i,visit"
  done
} >years.csv
ask 0 stages years.csv
lacks 'after all others'
echo 'customer-1,2062-01-02,visit' >>years.csv
ask 0 stages years.csv
says '1 event is more than a year after all others, which end at 2026-01-28'
ask 0 stages years.csv --as-of 2026-02-01
lacks 'after all others'
echo 'customer-1,2064-01-02,visit' >>years.csv # of 21 events two are too many
ask 0 stages years.csv
says '1 event is more than a year after all others, which end at 2062-01-02'
sed -n '2,20p' years.csv | sed 's/customer/other/' >rest
cat rest >>years.csv
ask 0 stages years.csv
says '2 events are more than a year after all others, which end at 2026-01-28'

finish
