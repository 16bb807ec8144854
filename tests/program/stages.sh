#!/bin/sh
# SPDX-License-Identifier: MIT
#
# stages.sh - stages over time, steps with conditions and segments of the program: against
# SQL over a generated feed and real histories, and on a history short enough to check
# by hand.
#
#   sh stages.sh FOLDER-OR-PROGRAM    DATA=... says where the real histories are
. "$(dirname "$0")/support.sh"

sql=
if [ -n "$python" ] && "$python" -c 'import sqlite3
assert sqlite3.sqlite_version_info >= (3, 25)' 2>/dev/null; then sql=1
else echo "$script: SKIP: answers against SQL (python3 has no sqlite3 with windows)"; fi

# same NAME FILE SQL-WORDS -- PROGRAM-WORDS: the program prints what SQL gives, in its first
# four columns where it has a fifth, the cause, and with steps by their numbers.
same() {
  name=$1 log=$2 words=
  shift 2
  while [ "$1" != -- ]; do words="$words $1"; shift; done
  shift
  if [ -z "$sql" ]; then return; fi
  # shellcheck disable=SC2086 # words without blanks
  "$python" "$here/stages.py" "$log" $words >want.csv || { fail "$name: no SQL"; return; }
  ask 0 "$@" --quiet --format csv
  case $words in
  *moves*) cut -d, -f1-4 out >got.csv ;;
  *funnel*) awk -F, 'NR == 1 { print } NR > 1 { print NR - 1 "," $NF }' out >got.csv ;;
  *) cp out got.csv ;;
  esac
  if cmp -s want.csv got.csv; then pass
  else fail "$name: not what SQL says: $(diff want.csv got.csv | head -5 | cut -c1-200)"; fi
}

model() { # KINDS DAYS LEAST
  printf 'language 1 model habit stage known when count(%s) >= 1\n' "$1"
  printf 'stage regular when count(%s within %d days) >= %d\n' "$1" "$2" "$3"
}

# all_of NAME FILE WHICH DAYS LEAST FROM TO WORDS...: every question about a file.
all_of() {
  of=$1 of_file=$2 habit="which=$3 days=$4 least=$5" from=$6 to=$7
  shift 7
  set -- "$of_file" --model habit.model "$@" --from "$from" --to "${to%.999Z}.999Z"
  # shellcheck disable=SC2086 # words without blanks
  {
    same "$of: series" "$of_file" series $habit "from=$from" "to=$to" -- flow "$@" --period month
    same "$of: stays" "$of_file" stays $habit "from=$from" "to=$to" -- flow "$@" --stays
    same "$of: entered" "$of_file" moves $habit "from=$from" "to=$to" entered=regular -- \
      flow "$@" --entered regular
    same "$of: left" "$of_file" moves $habit "from=$from" "to=$to" left=regular -- \
      flow "$@" --left regular
  }
}

gen=$build/out/tests/feed/gen_feed
names='signup=sign_up,view=view_item,cart=add_to_cart,checkout=begin_checkout'
names="$names,email_open=open,referral=refer,support=message_in,login=identify"
names="$names,wishlist=add_to_wishlist"
for seed in 1 2; do
  if [ ! -x "$gen" ]; then echo "$script: SKIP: feeds (there is no gen_feed)"; break; fi
  "$gen" -n 4000 -c 300 -s $seed -o feed.csv
  set -- --currency USD --kinds "$names" --own-kind nps --own-kind app_open
  model 'visit, view_item' 30 3 >habit.model
  all_of "seed $seed" feed.csv "kind='visit'OR(kind='view')" 30 3 2024-06-01 \
    2025-09-14T11:59:59.999Z "$@"
  same "seed $seed: conditions" feed.csv funnel within=7776000000 \
    to=2025-12-31T00:00:00Z \
    "steps=kind='view'AND(channel='web'OR(channel='app'));kind='purchase'AND(cents>=3000);kind='purchase'AND(cents<10000)" \
    -- funnel feed.csv "$@" --within 90d --as-of 2025-12-31T00:00:00Z --steps \
    'view_item where channel = web or channel = app, purchase where amount >= 30 USD, purchase where amount < 100.00 USD'
done
cdnow=$data/cdnow/cdnow_master_log.csv
if [ -r "$cdnow" ]; then
  model purchase 90 2 >habit.model
  head -n 8000 "$cdnow" >cdnow.csv
  all_of CDNOW cdnow.csv "kind='purchase'" 90 2 1997-02-01 1998-06-30T23:59:59.999Z \
    --kind purchase --currency USD
else
  echo "$script: SKIP: CDNOW (there is no $cdnow)"
fi

# ---- by hand ----

cat >short.csv <<'EOF'
customer,time,kind,channel,value,scale,amount,topic
customer-1,2026-01-01,visit,web,,,,
customer-1,2026-01-05,purchase,web,,,60.00,"tea, green"
customer-1,2026-01-06,rating,,9,nps,,
customer-2,2026-01-10,visit,app,,,,
customer-2,2026-01-12,purchase,app,,,20.00,
customer-2,2026-01-13,rating,,5,ces,,
customer-3,2026-02-01,visit,web,,,,
EOF
cat >club.model <<'EOF'
language 1 model club
stage guest  when count(visit) >= 1
stage member when count(purchase within 30 days) >= 1
EOF
set -- short.csv --currency EUR --quiet
ask 0 funnel "$@" --format csv --steps \
  'visit,purchase where amount >= 50 EUR and topic = "tea, green",rating where scale = nps and value >= 9'
is 'steps with conditions' 'step,customers
visit,3
"purchase where amount >= 50 EUR and topic = ""tea, green""",1
rating where scale = nps and value >= 9,1' "$(cat out)"
ask 0 funnel "$@" --format csv --steps 'visit|search where channel = app,purchase' --by-channel
is 'by channel' 'channel,step,customers
app,visit|search where channel = app,1
app,purchase,1' "$(cat out)"
ask 2 funnel "$@" --steps 'visit,purchase where amout > 5 EUR'
says "^--steps:1:22: .*did you mean 'amount'"
ask 2 funnel "$@" --steps 'visit,purchase where'
says 'found the end of the text'

ask 0 flow "$@" --model club.model --format csv --stays --to 2026-02-28
is 'stays' 'stage,rank,customers,stays,ended,going_on,p25_days,median_days,p75_days
none,0,0,0,0,0,,,
guest,1,3,5,2,3,4,,
member,2,2,2,2,0,30,30,30' "$(cat out)"
ask 0 flow "$@" --model club.model --format csv --period day --from 2026-02-03 --to 2026-02-04
is 'days between two days' 'period,stage,rank,customers
2026-02-03,none,0,0
2026-02-03,guest,1,1
2026-02-03,member,2,2
2026-02-04,none,0,0
2026-02-04,guest,1,2
2026-02-04,member,2,1' "$(cat out)"
ask 0 flow "$@" --model club.model --format csv --from 2026-01-10 --to 2026-02-10 --left member
is 'left' 'customer,from,to,time,cause
customer-1,member,guest,2026-02-04T00:00:00.000Z,expiry purchase 2026-01-05T00:00:00.000Z' "$(cat out)"
ask 0 flow "$@" --model club.model --format csv --from 2026-01-10 --to 2026-02-10 --entered guest
is 'entered' 'customer,from,to,time,cause
customer-1,member,guest,2026-02-04T00:00:00.000Z,expiry purchase 2026-01-05T00:00:00.000Z
customer-3,none,guest,2026-02-01T00:00:00.000Z,event visit' "$(cat out)"
ask 2 flow "$@" --model club.model --from 2026-01-10 --entered gest
says 'none, guest, member'
ask 2 flow "$@" --model club.model --from 2026-01-10 --entered guest --left guest
ask 2 flow "$@" --model club.model --from 2026-01-10 --entered guest --stays
ask 2 flow "$@" --model club.model --stays --period month
says 'say one of'

ask 0 crosswalk "$@" --model club.model --model five_levels --customer customer-2 --format csv
prints '^club,member,2,2,,count(purchase within 30 days) >= 1,1,1,yes$'
prints '^five_levels,own,4,5,advocate,'

# ---- segments ----

cat >some.segments <<'EOF'
buyers = count(purchase) >= 1
[club.model]
members = stage = member
guests  = stage <= guest and
  not stage = none
[]
raters = count(rating) >= 1
EOF
ask 0 select "$@" --segments some.segments --as-of 2026-02-05 --format csv
is 'segments of models' 'segment,customers,also,common,share
buyers,2,buyers,2,1.000000
buyers,2,members,1,0.500000
buyers,2,guests,1,0.500000
buyers,2,raters,2,1.000000
members,1,buyers,1,1.000000
members,1,members,1,1.000000
members,1,guests,0,0.000000
members,1,raters,1,1.000000
guests,2,buyers,1,0.500000
guests,2,members,0,0.000000
guests,2,guests,2,1.000000
guests,2,raters,1,0.500000
raters,2,buyers,2,1.000000
raters,2,members,1,0.500000
raters,2,guests,1,0.500000
raters,2,raters,2,1.000000' "$(cat out)"
ask 0 select "$@" --segments some.segments --segment guests --as-of 2026-02-05 --format csv
is 'a segment' 'customer
customer-1
customer-3' "$(cat out)"
ask 0 select "$@" --segments some.segments
prints 'in this'
ask 2 select "$@" --segments some.segments --segment nobody
says 'no segment'
echo '[club.model' >wrong.segments
ask 2 select "$@" --segments wrong.segments
says 'wrong.segments:1: .*stands alone'
echo '[absent]' >wrong.segments
echo 'a = stage = x' >>wrong.segments
ask 2 select "$@" --segments wrong.segments
ask 0 select "$@" --model club.model --where 'stage >= member' --as-of 2026-02-05 --format csv
is 'where somebody is' 'customer
customer-2' "$(cat out)"
ask 0 select "$@" --model say_stay_spend --where 'spend >= 0 and count(visit) >= 1' --format csv
is 'scores' '4' "$(wc -l <out | tr -d ' ')"
ask 2 select "$@" --where 'stage >= member'
ask 2 select "$@" --model club.model --where 'stage >= membr'
says "^--where:1:10: .*did you mean 'member'"
ask 2 select "$@" --model club.model --model five_e --where 'guest'
says 'one --model'
ask 2 select "$@" --segment guests
says 'say who'

# ---- every form ----

for command in 'funnel --steps visit|click,purchase where amount>5 --times' 'flow --model five_e --period month' \
  'flow --model five_e --stays' 'flow --model five_e --from 2026-01-10 --entered education' \
  'select --segments some.segments' 'crosswalk --model five_e --model sashi --customer customer-1'; do
  steps=
  case $command in *where*) steps='visit|click,purchase where amount > 5 EUR' command='funnel --times' ;; esac
  # shellcheck disable=SC2086 # words
  ask 0 $command "$@" ${steps:+--steps "$steps"}
  # shellcheck disable=SC2086
  ask 0 $command "$@" --format json ${steps:+--steps "$steps"}
  valid_json "$command"
done

finish
