#!/bin/sh
# SPDX-License-Identifier: MIT
#
# voice.sh - response by business hours, invitations, engagement value and premium, as
# the program tells them.
#
#   sh voice.sh FOLDER-OR-PROGRAM
. "$(dirname "$0")/support.sh"

# ---- response ----

# Friday 17:28 to Monday 9:03, over the night on which Berlin lost an hour.
cat >waits.csv <<'EOF'
customer,time,kind,channel
customer-1,2026-03-27T17:28,message_in,chat
customer-1,2026-03-30T09:03,message_out,chat
customer-2,2026-03-28T12:00,message_in,chat
customer-2,2026-03-28T12:01,message_out,chat
customer-3,2026-03-30T17:27,message_in,chat
EOF
zone=+02:00
if [ -r /usr/share/zoneinfo/Europe/Berlin ]; then zone=Europe/Berlin
else echo "$script: SKIP: zones by name (there is no /usr/share/zoneinfo)"; fi
set -- --zone $zone --as-of 2026-03-30T20:00 --format csv --quiet
ask 0 metrics waits.csv "$@" --hours 'mon-fri 9:00-17:30, sun 1-4'
prints '^answered,0.666667,share,2,3,'
prints '^answered_in_time,0.500000,share,1,2,'
if [ $zone = Europe/Berlin ]; then # the three hours of Sunday were two
  prints '^response_time,3750.000000,seconds,7500000,2,'
fi
ask 0 metrics waits.csv "$@" --hours 'mon-fri 9:00-17:30'
prints '^response_median,300.000000,seconds,300000,1,'
prints '^answered_in_time,1.000000,share,2,2,'
ask 0 metrics waits.csv "$@" --hours 'mon-fri 9:00-17:30' --in-time 2m
prints '^answered_in_time,0.333333,share,1,3,'
ask 0 metrics waits.csv "$@"
prints '^answered_in_time,0.333333,share,1,3,'
if [ $zone = Europe/Berlin ]; then # what is open has waited less: 62 hours, 35 minutes
  prints '^response_median,225300.000000,'
fi
ask 0 metrics waits.csv --zone $zone --hours 'mon-fri 9-17'
prints 'response by the hours mon-fri 9-17'
ask 2 metrics waits.csv --hours 'mon-fri 9 to 5'
says 'mon-fri 9:00-17:30, sat 10-14'
ask 2 metrics waits.csv --in-time soon
says 'duration'

# ---- money is said in its unit ----

cat >orders.csv <<'EOF'
customer,time,kind,amount,refers_to,incentivised,id,valence
customer-1,2026-03-01,purchase,10.00,,,1,
customer-1,2026-03-02,purchase,29.90,,,2,
customer-1,2026-03-02,refer,,customer-2,1,3,
customer-1,2026-03-02,refer,,customer-3,,4,
customer-1,2026-03-02,refer,,,,5,
customer-1,2026-03-03,idea,,,,6,1
customer-2,2026-03-09,purchase,5.00,,,7,
EOF
set -- --currency EUR --as-of 2026-04-30 --from 2026-03-01
ask 0 metrics orders.csv "$@"
prints '^order_value  *14.97 EUR  money kept / kept orders: 44.90 EUR / 3$'
says 'name nobody (refers_to) are in no K-factor: 1 of 3'
ask 0 metrics orders.csv "$@" --format csv
prints '^order_value,14.966667,EUR,4490,3,'
prints '^invitations,1.000000,mean,2,2,'
prints '^invitation_conversion,0.500000,share,1,2,'
prints '^k_factor,0.500000,mean,2,4,'

# ---- value ----

ask 0 value orders.csv "$@" --idea-price 20 --format csv --quiet
is 'parts without a forecast' \
  'customer,own,referral,influence,knowledge,referred,influenced,ideas,ideas_accepted,currency
customer-1,,,,20.00,1,0,1,1,EUR
customer-2,,,,0.00,0,0,0,0,EUR' "$(cat out)"
ask 0 value orders.csv "$@" --format csv --quiet
is 'no knowledge without a price' 'customer-1,,,,,1,0,1,1,EUR' "$(sed -n 2p out)"
ask 0 value orders.csv "$@"
prints '^  knowledge  *undefined '
ask 0 value orders.csv "$@" --premium --model four_stages --format csv --quiet
prints '^stage,customers,revenue,premium,low,high,all_customers,all_revenue$'
prints '^first_experience,1,5.00,-0.777283,,,2,44.90$'
for form in csv json table; do
  ask 0 value orders.csv "$@" --format $form --rows
  if [ $form = json ]; then valid_json value; fi
  ask 0 value orders.csv "$@" --format $form --premium
  if [ $form = json ]; then valid_json premium; fi
done
ask 2 value orders.csv "$@" --came-anyway 2
says 'share of 0 to 1'
ask 2 value orders.csv "$@" --idea-price dear
says 'amount of EUR'
ask 2 value waits.csv --idea-price 5
says 'needs --currency'
ask 2 value orders.csv "$@" --model five_e --model sashi
says 'takes one --model'

# With a forecast: the parts of who brought somebody are what those are worth.
i=0
{
  echo 'customer,time,kind,amount,refers_to,incentivised'
  while [ $i -lt 200 ]; do
    i=$((i + 1))
    printf 'customer-%d,2025-01-%02d,purchase,%d.00,,\n' $i $((i % 28 + 1)) $((i % 9 + 3))
    if [ $((i % 3)) -gt 0 ]; then
      echo "customer-$i,2025-0$((i % 7 + 2))-11,purchase,$((i % 5 + 4)).50,,"
    fi
    if [ $((i % 4)) -gt 1 ]; then
      echo "customer-$i,2025-0$((i % 5 + 3))-17,purchase,$((i % 6 + 4)).00,,"
    fi
  done
  echo 'customer-301,2024-12-01,refer,,customer-7,1'
  echo 'customer-301,2024-12-01,refer,,customer-8,'
} >base.csv
ask 0 value base.csv --currency EUR --as-of 2025-09-30 --format csv --quiet \
  --came-anyway 0.5 --acquisition-cost 3
if [ -n "$python" ]; then
  "$python" - <<'EOF' >parts
import csv
rows = {r["customer"]: r for r in csv.DictReader(open("out"))}
own = lambda c: float(rows[c]["own"])
by = rows["customer-301"]
print(own("customer-7") > 0, abs(float(by["referral"]) - own("customer-7") / 2 - 3) < 0.02,
      abs(float(by["influence"]) - own("customer-8")) < 0.02)
EOF
  is 'parts with a forecast' 'True True True' "$(cat parts)"
fi
ask 0 value base.csv --currency EUR --as-of 2025-09-30
prints '^  referral .*in own already$'

finish
