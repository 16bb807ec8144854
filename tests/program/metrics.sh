#!/bin/sh
# SPDX-License-Identifier: MIT
#
# metrics.sh - active customers, cohorts, funnels and flows of the program against SQL: the
# same questions put to SQLite over generated feeds and real histories, equal to the
# last integer.
#
#   sh metrics.sh FOLDER-OR-PROGRAM    DATA=... says where the real histories are
. "$(dirname "$0")/support.sh"

sql=
if [ -n "$python" ] && "$python" -c 'import sqlite3
assert sqlite3.sqlite_version_info >= (3, 25)' 2>/dev/null; then sql=1
else echo "$script: SKIP: answers against SQL (python3 has no sqlite3 with windows)"; fi

# same NAME FILE SQL-WORDS -- PROGRAM-WORDS: the program prints what SQL gives.
same() {
  name=$1 file=$2
  shift 2
  words=
  while [ "$1" != -- ]; do words="$words $1"; shift; done
  shift
  if [ -z "$sql" ]; then return; fi
  # shellcheck disable=SC2086 # words without blanks
  "$python" "$here/metrics.py" "$file" $words >want.csv || { fail "$name: no SQL"; return; }
  command=$1
  shift
  ask 0 "$command" "$file" --quiet --format csv "$@"
  if cmp -s want.csv out; then pass
  else fail "$name: not what SQL says: $(diff want.csv out | head -5 | cut -c1-200)"; fi
}

# ---- the generated feed, several seeds ----

gen=$build/out/tests/feed/gen_feed
kinds='signup=sign_up,view=view_item,cart=add_to_cart,checkout=begin_checkout'
kinds="$kinds,email_open=open,referral=refer,support=message_in,login=identify"
kinds="$kinds,wishlist=add_to_wishlist"
cat >shopper.model <<'EOF'
language 1
model shopper
stage looker when count(visit, view_item, search) >= 1
stage buyer when count(purchase) >= 1
stage regular when count(purchase within 90 days) >= 2
EOF
zones=
if [ -r /usr/share/zoneinfo/Europe/Berlin ] && [ -n "$python" ] &&
  "$python" -c 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin")' 2>/dev/null; then zones=1
else echo "$script: SKIP: days of Berlin against Python's (no zones by name)"; fi
visits='visit,view_item,search,add_to_cart,begin_checkout,purchase'
visits_sql='visit+view+search+cart+checkout+purchase'
seeds='1 2 3 4'
if [ "${CASES:-100}" -lt 100 ]; then seeds=1; fi
for seed in $seeds; do
  if [ ! -x "$gen" ]; then echo "$script: SKIP: feeds (there is no gen_feed)"; break; fi
  "$gen" -n 3000 -c 250 -s $seed -o feed.csv
  rm -f feed.csv.sqlite
  feed() { # NAME SQL-WORDS -- PROGRAM-WORDS
    what=$1
    shift
    same "seed $seed: $what" feed.csv "$@" --currency USD --kinds "$kinds" --own-kind nps \
      --own-kind app_open
  }
  for period in day week quarter; do
    feed "active by $period" active period=$period events="$visits_sql" \
      as_of=2025-10-15T11:30:00Z -- active --events "$visits" --period $period \
      --as-of 2025-10-15T11:30:00Z
  done
  feed 'active in a zone' active period=month events="$visits_sql" zone=-480 \
    day_start=180 as_of=2025-10-15T11:30:00Z -- active --events "$visits" \
    --as-of 2025-10-15T11:30:00Z --zone -08:00 --day-start 3
  if [ -n "$zones" ]; then # both nights of the change are in it
    feed 'active in Berlin, from 3 on' active period=day events="$visits_sql" \
      tz=Europe/Berlin day_start=180 as_of=2025-10-27T11:30:00Z -- active \
      --events "$visits" --period day --as-of 2025-10-27T11:30:00Z \
      --zone Europe/Berlin --day-start 3
    feed 'cohorts in Berlin' retention period=week base=purchase back=purchase \
      tz=Europe/Berlin day_start=180 as_of=2025-03-31T00:59:59.999Z -- retention \
      --period week --as-of 2025-03-31T00:59:59.999Z --zone Europe/Berlin --day-start 3
  fi
  feed 'flow' flow from=2025-01-15T11:30:00Z buy=purchase look=visit+view+search \
    as_of=2025-10-15T11:30:00Z -- flow --from 2025-01-15T11:30:00Z \
    --to 2025-10-15T11:30:00Z --model shopper.model
  feed 'rolling' rolling events="$visits_sql" as_of=2024-09-15T00:00:00Z -- active \
    --events "$visits" --as-of 2024-09-15T00:00:00Z --period rolling
  for period in month quarter; do
    feed "retention by $period" retention period=$period base=purchase back=purchase \
      as_of=2025-10-15T11:30:00Z -- retention --period $period \
      --as-of 2025-10-15T11:30:00Z
    feed "unbounded by $period" retention period=$period base=signup \
      back="$visits_sql" mode=unbounded as_of=2025-10-15T11:30:00Z -- retention \
      --period $period --base sign_up --return "$visits" --mode unbounded \
      --as-of 2025-10-15T11:30:00Z
  done
  feed 'n days' retention period=30 base=purchase back=purchase zone=330 \
    as_of=2025-10-15T11:30:00Z -- retention --period 30d --zone +05:30 \
    --as-of 2025-10-15T11:30:00Z
  feed 'own clock' retention period=7 base=purchase back=purchase own_clock=1 \
    as_of=2025-10-15T11:30:00Z -- retention --period 7d --own-clock \
    --as-of 2025-10-15T11:30:00Z
  feed 'brackets' retention period=week base=signup back=visit+purchase \
    brackets=0+1+4+13+26 as_of=2025-10-15T11:30:00Z -- retention --period week \
    --base sign_up --return visit,purchase --mode bracket --brackets 0,1,4,13,26 \
    --as-of 2025-10-15T11:30:00Z
  feed 'money' retention period=month base=purchase back=purchase money=1 \
    as_of=2025-10-15T11:30:00Z -- retention --money --as-of 2025-10-15T11:30:00Z
  for how in '' strict once; do
    # shellcheck disable=SC2086 # a word or none
    feed "funnel $how" funnel steps=visit+search-view-cart-purchase ${how:+$how=1} \
      names='visit|search-view_item-add_to_cart-purchase' within=172800000 \
      as_of=2025-10-15T11:30:00Z -- funnel --as-of 2025-10-15T11:30:00Z --within 2d \
      --steps 'visit|search,view_item,add_to_cart,purchase' \
      $(case $how in strict) echo --strict-order ;; once) echo --once ;; esac)
  done
  feed 'a step twice' funnel steps=purchase-purchase-purchase within=7776000000 \
    names=purchase-purchase-purchase as_of=2025-12-31T00:00:00Z -- funnel \
    --as-of 2025-12-31T00:00:00Z --within 90d --steps purchase,purchase,purchase
done

# ---- real histories ----

cdnow=$data/cdnow/cdnow_master_log.csv
if [ -r "$cdnow" ]; then
  same 'CDNOW: active' "$cdnow" active period=month events=purchase as_of=1998-06-30 -- \
    active --kind purchase --currency USD --as-of 1998-06-30T00:00:00Z
  same 'CDNOW: cohorts' "$cdnow" retention period=month base=purchase back=purchase \
    as_of=1998-06-30 -- retention --kind purchase --currency USD --period month \
    --as-of 1998-06-30T00:00:00Z
  same 'CDNOW: money' "$cdnow" retention period=month base=purchase back=purchase \
    money=1 as_of=1998-06-30 -- retention --kind purchase --currency USD --money \
    --as-of 1998-06-30T00:00:00Z
  same 'CDNOW: funnel' "$cdnow" funnel steps=purchase-purchase-purchase \
    names=purchase-purchase-purchase within=7776000000 as_of=1998-06-30 -- funnel \
    --kind purchase --currency USD --steps purchase,purchase,purchase --within 90d \
    --as-of 1998-06-30T00:00:00Z
  same 'CDNOW: flow' "$cdnow" flow from=1997-06-30 as_of=1998-03-01 buy=purchase \
    look=none -- flow --kind purchase --currency USD --model shopper.model \
    --from 1997-06-30T00:00:00Z --to 1998-03-01T00:00:00Z
else
  echo "$script: SKIP: CDNOW (there is no $cdnow)"
fi

shop=$data/onlineshop/events.csv
if [ -r "$shop" ]; then
  names='main=visit,catalog=view_item,product1=view_item,product2=view_item'
  names="$names,cart=add_to_cart,delivery_choice=begin_checkout,payment_done=purchase"
  names="$names,delivery_courier=,delivery_pickup=,payment_choice=,payment_card=,payment_cash="
  only=main+catalog+product1+product2+cart+delivery_choice+payment_done
  shop() { # NAME SQL-WORDS -- PROGRAM-WORDS
    what=$1 asked=$2
    shift 2
    same "online shop: $what" "$shop" "$asked" only=$only as_of=2020-03-01T00:00:00Z "$@" \
      --kinds "$names"
  }
  until='--as-of 2020-03-01T00:00:00Z'
  # shellcheck disable=SC2086 # words
  for period in day week month; do
    shop "active by $period" active period=$period events=$only -- active \
      --period $period $until --events "$visits"
    shop "cohorts by $period" retention period=$period base=main back=payment_done -- \
      retention --period $period $until --base visit --return purchase
  done
  # shellcheck disable=SC2086
  for how in '' strict once; do
    shop "funnel $how" funnel steps=catalog+product1+product2-cart-delivery_choice-payment_done \
      names=view_item-add_to_cart-begin_checkout-purchase within=3600000 ${how:+$how=1} -- \
      funnel $until --within 1h --steps view_item,add_to_cart,begin_checkout,purchase \
      $(case $how in strict) echo --strict-order ;; once) echo --once ;; esac)
  done
  shop 'flow' flow from=2020-01-01T00:00:00Z buy=payment_done \
    look=main+catalog+product1+product2 -- flow --model shopper.model \
    --from 2020-01-01T00:00:00Z --to 2020-03-01T00:00:00Z
else
  echo "$script: SKIP: the online shop (there is no $shop)"
fi

# ---- flows: the same customers by `stages`, at either moment ----

cat >flow.csv <<'EOF'
customer,time,kind,amount
customer-1,2026-01-05,view_item,
customer-1,2026-02-05,purchase,5.00
customer-2,2026-01-05,purchase,5.00
customer-3,2026-02-07,visit,
EOF
set -- --currency USD --model five_levels --format csv
ask 0 flow flow.csv "$@" --from 2026-01-31T00:00 --to 2026-02-08
is 'flow' 'from,to,customers
none,discover,1
shop,buy,1
own,own,1' "$(cat out)"
ask 0 flow flow.csv "$@" --from 2026-01-31T00:00 --to 2026-02-08 --per-customer
is 'who moved' 'customer,from,to
customer-1,shop,buy
customer-3,none,discover' "$(cat out)"
ask 0 flow flow.csv "$@" --period month
prints '^2026-01,shop,2,1$'
prints '^2026-02,own,4,1$'
if [ -r "$cdnow" ] && [ -n "$python" ]; then
  set -- --kind purchase --currency USD --model five_e --format csv --quiet
  ask 0 stages "$cdnow" "$@" --as-of 1997-06-30T00:00:00Z
  cp out before.csv
  ask 0 stages "$cdnow" "$@" --as-of 1998-03-01T00:00:00Z
  cp out after.csv
  ask 0 flow "$cdnow" "$@" --from 1997-06-30T00:00:00Z --to 1998-03-01T00:00:00Z
  "$python" - <<'EOF' >want.csv
import collections, csv
def stages(path):
    return {r["customer"]: (int(r["rank"]), r["stage"]) for r in csv.DictReader(open(path))}
before, after = stages("before.csv"), stages("after.csv")
moved = collections.Counter((before[c], after[c]) for c in after)
print("from,to,customers")
for (a, b), n in sorted(moved.items()):
    print("%s,%s,%d" % (a[1], b[1], n))
EOF
  is 'CDNOW: flow' "$(cat want.csv)" "$(cat out)"
fi

# ---- the five questions ----

cat >review.csv <<'EOF'
customer,time,kind,amount,value
customer-1,2026-01-05,purchase,90.00,
customer-2,2026-01-05,purchase,10.00,
customer-2,2026-01-06,meeting,,900
customer-3,2026-01-05,purchase,5.00,
customer-3,2026-01-15,purchase,5.00,
customer-4,2026-01-07,message_out,,100
EOF
set -- --currency USD --as-of 2026-02-28 --from 2026-01-01
ask 0 review review.csv "$@"
prints '^   attention index; below 1 is too little  *0.000$'
ask 0 review review.csv "$@" --format csv
prints '^1,share of revenue from the top fifth,0.818182,9000,11000$'
prints '^4,share of buyers who bought once,0.666667,2,3$'
prints '^4,second purchase within the usual gap,0.333333,1,3$'
prints '^5,share of contacts with the new and those who never bought,1.000000,2,2$'
prints '^2,share of ideas answered,,0,0$'
ask 0 review review.csv "$@" --format csv --behind 1
is 'the top fifth without contact' 'customer
customer-1' "$(cat out)"
ask 0 review review.csv "$@" --format csv --behind 4
is 'who bought once' 'customer
customer-1
customer-2' "$(cat out)"
ask 2 review review.csv "$@" --behind 6
# Counts are whole, factors in the value alone; where revenue is lost nothing is told.
cat >ideas.csv <<'EOF'
customer,time,kind,amount,value
customer-1,2026-01-05,cocreate,,
customer-1,2026-01-05,endorse,,
customer-1,2026-01-05,community,,
customer-1,2026-01-06,idea,,
customer-1,2026-01-07,idea,,
customer-1,2026-01-08,meeting,,900
customer-1,2026-01-09,refund,9.00,
EOF
ask 0 review ideas.csv "$@" --format csv
prints '^1,attention index; below 1 is too little,,,$'
prints '^1,share of revenue from the top fifth,,0,-900$'
prints '^3,two-way contacts per enlistee and quarter,1.547669,1,1$'
ask 0 review ideas.csv "$@" --format json
json 'numerators are whole, and over them the value but for a factor' True '
all(m["value"] is None or m["numerator"] is None or (
        type(m["numerator"]) is int and type(m["denominator"]) is int and
        abs(m["value"] - m["numerator"] / m["denominator"] *
            (100 if "per 100" in m["measure"] else 91.3125 / 59 if "quarter" in m["measure"]
             else 1)) < 1e-6) for m in d)'
ask 0 review review.csv "$@" --format json
valid_json review

# ---- segments ----

cat >segments.txt <<'EOF'
# who is who
buyers  = count(purchase) >= 1
lookers = count(view_item
  within 60 days) >= 1  # lately
EOF
ask 0 select flow.csv --currency USD --segments segments.txt --as-of 2026-02-08 --format csv
is 'segments' 'segment,customers,also,common,share
buyers,2,buyers,2,1.000000
buyers,2,lookers,1,0.500000
lookers,1,buyers,1,1.000000
lookers,1,lookers,1,1.000000' "$(cat out)"
echo 'x = coun(purchase)' >wrong.txt
ask 2 select flow.csv --currency USD --segments wrong.txt
says "did you mean 'count'"
echo 'nothing' >wrong.txt
ask 2 select flow.csv --currency USD --segments wrong.txt
says 'wrong.txt:1: .*NAME = CONDITION'
ask 2 select flow.csv --currency USD --segments absent.txt

# A # in quotes is no comment; blanks around the name of a model are none of it.
cat >quoted.txt <<'EOF'
odd = count(view_item where topic = "#1") >= 0 # of all
[ five_levels ]
owners = stage >= own
EOF
ask 0 select flow.csv --currency USD --segments quoted.txt --as-of 2026-02-08 --format csv
prints '^odd,3,odd,3,1.000000$'
prints '^owners,1,owners,1,1.000000$'

# ---- agreement ----

sed 's/^model shopper/model client/' shopper.model >client.model
set -- flow.csv --currency USD --as-of 2026-02-08 --model shopper.model --model client.model
ask 0 crosswalk "$@" --agreement --format csv --quiet
is 'kappa of a model with itself' 'model_a,model_b,customers,agree,kappa,weighted_kappa
shopper,client,3,3,1.000000,1.000000' "$(cat out)"
ask 0 crosswalk "$@" --agreement --format json --quiet
valid_json agreement
ask 0 crosswalk "$@" --quiet
prints "^the same rank: 3 of 3; Cohen's kappa 1.0000"
ask 2 crosswalk "$@" --agreement --customer customer-1
ask 2 crosswalk flow.csv --currency USD --agreement --model five_levels --model four_stages
says 'ranks'

# ---- stickiness, pauses, gaps ----

cat >sticky.csv <<'EOF'
customer,time,kind
customer-1,2026-01-01T10:00,visit
customer-1,2026-01-01T10:40,visit
customer-1,2026-01-30T10:00,visit
customer-2,2026-01-15T10:00,visit
customer-2,2026-01-31T10:00,visit
customer-3,2026-01-31T10:00,visit
EOF
# DAU of January 30 and 31: 1 and 2; MAU: 2 (1, 2) and 3 (1, 2, 3).
set -- --as-of 2026-01-31 --from 2026-01-01 --format csv --quiet
ask 0 metrics sticky.csv "$@"
prints '^stickiness,0.600000,share,3,5,'
prints '^stickiness_days,0.666667,share,2,3,'
prints '^sessions,2.000000,mean,6,3,'
ask 0 metrics sticky.csv "$@" --pause 40m
prints '^sessions,1.666667,mean,5,3,'
ask 2 metrics sticky.csv "$@" --pause long
says 'duration'
cat >silent.csv <<'EOF'
customer,time,kind
customer-1,2026-01-01,purchase
customer-1,2026-01-05,purchase
customer-1,2026-01-09,purchase
EOF
ask 0 metrics silent.csv "$@" --gaps 5
prints '^churn_silent,1.000000,share,1,1,'
ask 0 metrics silent.csv "$@" --gaps 6
prints '^churn_silent,0.000000,share,0,1,'
for gaps in 0 1001 many; do
  ask 2 metrics silent.csv "$@" --gaps $gaps
  says '1 to 1000'
done

# ---- zones ----

printf 'customer,time,kind\na,2026-10-25T00:00,visit\na,2026-10-25T23:59:59.999,visit\n' >dst.csv
if [ -r /usr/share/zoneinfo/Europe/Berlin ]; then
  ask 0 active dst.csv --zone Europe/Berlin --period day --format csv
  is 'a day of 25 hours' 'period,active,new,returning,resurrected,dormant
2026-10-25,1,1,0,0,0' "$(cat out)"
  says '2026-10-25T22:59:59.999Z'
else
  echo "$script: SKIP: zones by name (there is no /usr/share/zoneinfo)"
fi

# ---- every form, and what is asked wrongly ----

for command in 'active flow.csv' 'active flow.csv --period rolling' \
  'retention flow.csv --share' 'retention flow.csv --survival' 'funnel flow.csv --steps view_item,purchase --times' \
  'funnel flow.csv --steps view_item,purchase --by-channel' \
  'flow flow.csv --model five_e --from 2026-01-31' 'metrics flow.csv'; do
  # shellcheck disable=SC2086 # words
  ask 0 $command --currency USD
  # shellcheck disable=SC2086
  ask 0 $command --currency USD --format json
  valid_json "$command"
done
ask 0 metrics flow.csv --currency USD --format json
json 'nothing to divide by is null' 'None 0' \
  '" ".join(str([m for m in d if m["metric"] == "nps"][0][k]) for k in ("value", "denominator"))'
ask 2 funnel flow.csv
says 'steps'
ask 2 funnel flow.csv --currency USD --steps visit,purchaze
says 'did you mean purchase'
ask 0 funnel flow.csv --currency USD --steps idea,purchase
if grep -q '^purchase  *0  *$' out; then pass; else fail 'a share of nobody is blank'; fi
ask 0 funnel flow.csv --currency USD --format csv --own-kind somewhere \
  --steps 'view_item,somewhere where channel = web'
prints '^somewhere where channel = web,0$'
for also in '--per-customer --by-channel' '--per-customer --times' '--by-channel --times'; do
  # shellcheck disable=SC2086 # words
  ask 2 funnel flow.csv --currency USD --steps visit $also
  says 'without'
done
ask 2 retention flow.csv --currency USD --survival --share
says 'survival goes without'
ask 2 retention flow.csv --currency USD --mode bracket --brackets 1,1
says 'ascending'
ask 2 retention flow.csv --currency USD --period month --own-clock
says 'own-clock'
ask 2 active flow.csv --currency USD --period fortnight
says '30d'
ask 2 flow flow.csv --currency USD --from 2026-01-31
says 'which model'
ask 1 retention flow.csv --currency USD --base idea
says 'no event'

finish
