#!/bin/sh
# SPDX-License-Identifier: MIT
#
# metrics.sh - active customers, cohorts and funnels of the program against SQL: the
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
visits='visit,view_item,search,add_to_cart,begin_checkout,purchase'
visits_sql='visit+view+search+cart+checkout+purchase'
for seed in 1 2; do
  if [ ! -x "$gen" ]; then echo "$script: SKIP: feeds (there is no gen_feed)"; break; fi
  "$gen" -n 6000 -c 500 -s $seed -o feed.csv
  feed() { # NAME SQL-WORDS -- PROGRAM-WORDS
    what=$1
    shift
    same "seed $seed: $what" feed.csv "$@" --currency USD --kinds "$kinds" --own-kind nps \
      --own-kind app_open
  }
  for period in day week month quarter year; do
    feed "active by $period" active period=$period events="$visits_sql" \
      as_of=2025-10-15T11:30:00Z -- active --events "$visits" --period $period \
      --as-of 2025-10-15T11:30:00Z
  done
  feed 'active in a zone' active period=month events="$visits_sql" zone=-480 \
    day_start=180 as_of=2025-10-15T11:30:00Z -- active --events "$visits" \
    --as-of 2025-10-15T11:30:00Z --zone -08:00 --day-start 3
  feed 'rolling' rolling events="$visits_sql" as_of=2024-09-15T00:00:00Z -- active \
    --events "$visits" --as-of 2024-09-15T00:00:00Z --period rolling
  for period in week month quarter; do
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
done

# ---- real histories ----

cdnow=$data/cdnow/cdnow_master_log.csv
if [ -r "$cdnow" ]; then
  same 'CDNOW: active' "$cdnow" active period=month events=purchase as_of=1998-06-30 -- \
    active --kind purchase --currency USD --as-of 1998-06-30T00:00:00Z
  same 'CDNOW: cohorts' "$cdnow" retention period=week base=purchase back=purchase \
    as_of=1998-06-30 -- retention --kind purchase --currency USD --period week \
    --as-of 1998-06-30T00:00:00Z
  same 'CDNOW: money' "$cdnow" retention period=month base=purchase back=purchase \
    money=1 as_of=1998-06-30 -- retention --kind purchase --currency USD --money \
    --as-of 1998-06-30T00:00:00Z
else
  echo "$script: SKIP: CDNOW (there is no $cdnow)"
fi

finish
