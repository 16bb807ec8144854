#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh - the program `engagement` as people and scripts use it: exit statuses, columns,
# bad rows, notes, and the counts of real histories where those are at hand.
#
#   run.sh PROGRAM|BUILD-FOLDER
#
# DATA names a folder of real histories; what needs them says SKIP where it is absent.
. "$(dirname "$0")/support.sh"

# ---- inputs ---------------------------------------------------------------------

cat >shop.csv <<'END'
customer,time,kind,amount,currency,id
anna,2026-01-05T09:00:00Z,visit,,,
anna,2026-01-05T09:10:00Z,purchase,12.50,EUR,
anna,2026-02-05T09:10:00Z,purchase,7.00,EUR,
"Bo, ""the"" baker",2026-01-07T10:00:00Z,view_item,,,
carl,2026-03-01T12:00:00Z,purchase,3.00,EUR,
carl,2026-03-02T12:00:00Z,share,,,
END
cat >log.csv <<'END'
customer_id,date,cds,amount
1,1997-01-01,2,29.33
1,1997-01-18,2,29.73
2,1997-01-01,1,14.96
2,1997-01-01,1,14.96
END
cat >bad.csv <<'END'
customer,time,kind
anna,2026-01-05,visit
secretname,yesterday,visit
,2026-01-05,visit
bert,2026-01-05,purchaze
bert,2026-01-06,visit
END
{
  echo customer,time,kind
  i=0
  while [ $i -lt 30 ]; do echo "x$i,never,visit"; i=$((i + 1)); done
  echo good,2026-01-01,visit
} >worse.csv

# ---- help and usage -------------------------------------------------------------

ask 0 --version
is 'version is one line' 1 "$(wc -l <out | tr -d ' ')"
prints '^engagement [0-9][0-9.]*'
ask 2
ask 2 stagse shop.csv
says 'did you mean stages'
ask 2 stages
says 'which file'
ask 2 stages shop.csv --modle five_levels
says 'did you mean --model'
ask 2 stages shop.csv --model
says 'needs a value'
ask 2 stages shop.csv --strict=yes
ask 2 stages shop.csv -x
ask 2 stages shop.csv --customer anna
ask 2 stages shop.csv --format xml
ask 2 stages shop.csv --zone Europe/Atlantis
says 'Europe/Berlin'
ask 2 stages shop.csv --zone ../../../etc/passwd
says 'TZDIR'
ask 2 stages shop.csv --zone +19:00
ask 2 stages shop.csv --day-start 24
ask 2 stages shop.csv --day-start 3:75
ask 2 stages shop.csv --week-start day
ask 2 stages shop.csv --delimiter ab
ask 2 stages shop.csv --identical maybe
ask 2 stages shop.csv --time-format roman
ask 2 stages shop.csv --currency XXQ
ask 2 stages shop.csv --as-of someday
ask 2 stages shop.csv --kind purchaze
says 'did you mean purchase'
says 'engagement help kinds'
ask 2 stages shop.csv --kinds x=purchaze
ask 2 stages shop.csv --kinds x
ask 2 stages shop.csv --map owner=customer
ask 2 stages shop.csv --own-kind 'No Name'
ask 2 stages shop.csv --own-kind purchase
ask 2 stages shop.csv --decimal dot
# A table as a German spreadsheet writes it.
printf 'Kunde;Datum;Betrag\ncustomer-1;1.2.2026 9:05;1250,50\ncustomer-1;14.2.2026;7\n' \
  >german.csv
european='--map customer=Kunde,time=Datum,amount=Betrag --kind purchase --currency EUR'
ask 2 stages german.csv $european
says 'the day or the month comes first has to be announced'
says '--time-format day-first'
printf '{"customer":"a","time":"2026-02-01","kind":"purchase","amount":"12,50"}\n' >comma.jsonl
ask 2 export comma.jsonl --currency EUR --decimal comma --to csv
silent 'announced'
ask 2 export comma.jsonl --currency EUR --to csv
says 'with a point before decimals'
silent 'announced'
silent 'decimal comma'
ask 0 export german.csv $european --time-format day-first --decimal comma --to csv
is 'a table with the day first and decimal commas' 'customer-1,2026-02-01T09:05:00.000Z,1250.50
customer-1,2026-02-14T00:00:00.000Z,7.00' \
  "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { print $at["customer"] "," $at["time"] "," $at["amount"] }' out)"
printf 'customer,time,kind,amount\na,2026-01-01,purchase,5\n' >nocurrency.csv
printf 'customer,time,kind\na,2026-01-01,bought\n' >nokind.csv
ask 2 stages nokind.csv
says 'engagement: --kinds NAME=KIND'
ask 0 stages nokind.csv --kinds bought=purchase
ask 2 stages nocurrency.csv
says 'amounts need a currency'
says 'no row could be read'
is 'without rows there are no answers' '' "$(cat out)"
ask 2 stages absent.csv
says 'absent.csv cannot be read'
ask 2 stages .
ask 2 stages - -
ask 2 stages shop.csv --model no_such_model
ask 2 stages shop.csv --model five_levls
says 'did you mean five_levels'
ask 2 stages shop.csv --model five_levels --model five_levels
ask 2 explain shop.csv
ask 2 changes shop.csv
says 'say until when'
ask 2 changes shop.csv --to someday
ask 2 changes shop.csv --from someday --to 2026-05-01
ask 2 changes shop.csv --from 2026-05-01 --to 2026-04-01
says 'before'
ask 2 changes shop.csv --as-of 2026-05-01 --to 2026-06-01
ask 2 journey shop.csv --to 2026-04-01
ask 2 models show
ask 2 models show five_levls
ask 2 models show five_levels --format json
says 'as it is written'

# ---- models ---------------------------------------------------------------------

ask 0 models
prints '^five_levels, ladder, revision '
is 'models wider than a screen' '' "$(awk 'length > 78' out)"
ask 2 models show own.model
says 'engagement models print own.model'
ask 0 models --format csv
is 'columns of models' name,title,shape,revision,stages,source "$(head -n 1 out)"
ask 0 models --format json
valid_json models
ask 0 models show five_levels
prints '^language 1'
cp out own.model
ask 0 stages shop.csv --model own.model --format csv
is 'a copied model answers as the built-in one' '' \
  "$("$program" stages shop.csv --model five_levels --format csv -q 2>&1 | diff - out)"
printf 'language 1\nmodel broken "x"\n  stage\n' >broken.model
ask 2 stages shop.csv --model broken.model
says '^broken.model:[0-9]*:[0-9]*: '
ask 2 stages shop.csv --model ./absent.model

# ---- stages ---------------------------------------------------------------------

ask 0 stages shop.csv --model five_levels --format csv
is 'columns of stages' customer,model,stage,rank,next_change,next_stage "$(head -n 1 out)"
is 'a row a customer' 4 "$(wc -l <out | tr -d ' ')"
is 'sorted by bytes, and quoted' '"Bo, ""the"" baker"' \
  "$(sed -n 2p out | sed 's/,five_levels.*//')"
is 'no carriage returns' '' "$(grep "$(printf '\r')" out)"
prints '^carl,five_levels,advocate,5,'
prints '^anna,five_levels,[a-z]*,[0-9],\(20[0-9-]*T[0-9:]*\.[0-9]*Z\)\{0,1\},[a-z]*$'
says 'as of 2026-03-02T23:59:59.999Z, the end'
says '6 events of 3 customers'
says 'mean what they say'
cp out first
ask 0 stages --format=csv --model=five_levels -- shop.csv
is 'options may stand anywhere' '' "$(diff first out)"
"$program" stages - --model five_levels --format csv <shop.csv >out 2>err
is 'standard input gives the same' '' "$(diff first out)"
ask 0 stages shop.csv --model five_levels --format csv --quiet
is 'quiet is quiet' '' "$(cat err)"
ask 0 stages shop.csv --model five_levels --format csv --as-of 2025-01-01
is 'nobody anywhere before the first event' 3 "$(grep -c ',none,0,,$' out)"
ask 0 stages shop.csv --model five_levels --as-of 2026-02-01 --zone +02:00
says 'as of 2026-02-01T21:59:59.999Z'
ask 0 stages shop.csv --model five_levels --as-of 2026-02-01 --day-start 3
says 'as of 2026-02-02T02:59:59.999Z'
ask 0 stages shop.csv --model five_levels --format json
valid_json stages
json 'rows of stages in JSON' 3 'len(d)'
json 'keys of stages in JSON' customer,model,stage,rank,next_change,next_stage \
  "','.join(d[0])"
json 'a customer in JSON' 'Bo, "the" baker' "d[0]['customer']"
ask 0 stages shop.csv --model five_levels
prints discover
prints '^carl  *five_levels  *advocate'
is 'no blanks at the ends of lines' 0 "$(grep -c ' $' out)"
ask 0 stages shop.csv --format csv
models=$("$program" models --format csv | tail -n +2 | wc -l)
is 'all built-in models if none is asked' $((3 * models + 1)) "$(wc -l <out | tr -d ' ')"
is 'models in their order' "$("$program" models --format csv | tail -n +2 | cut -d, -f1)" \
  "$(sed -n "2,$((models + 1))p" out | sed 's/^"Bo, ""the"" baker"/b/' | cut -d, -f2)"

{
  echo customer,time,kind
  i=100
  while [ $i -lt 151 ]; do echo "c$i,2026-01-01,visit"; i=$((i + 1)); done
} >many.csv
ask 0 stages many.csv --model five_levels
is 'many customers are not listed' 0 "$(grep -c '^c1' out)"
says 'rows'
ask 0 stages many.csv --model five_levels --rows
is 'unless asked for' 51 "$(grep -c '^c1' out)"

printf 'customer,time,kind\nj\303\244ger,2026-01-01,visit\n\377\033[31m,2026-01-01,visit\n' \
  >bytes.csv
ask 0 stages bytes.csv --model five_levels --format json
valid_json 'ids that are not UTF-8'
ask 0 stages bytes.csv --model five_levels
is 'no escape reaches a terminal' 0 "$(grep -c "$(printf '\033')" out)"
ask 0 stages bytes.csv --model five_levels --format csv
is 'CSV keeps bytes' 1 "$(LC_ALL=C grep -c "$(printf '\377\033')" out)"

printf 'customer,time,kind\n' >empty.csv
ask 0 stages empty.csv --model five_levels --format csv
is 'no rows, a header' 1 "$(wc -l <out | tr -d ' ')"
ask 0 stages empty.csv --model five_levels --format json
valid_json 'no rows'
ask 0 stages empty.csv --model five_levels

# ---- journey and changes ---------------------------------------------------------

cat >visits.model <<'END'
language 1
model visits
  shape cycle
stage known when count(any) >= 1
stage fresh when count(any within 30 days) >= 1
stage buyer when sum(purchase within 60 days) >= 10.00 EUR
lap buyer
END
cat >visits.csv <<'END'
customer,time,kind,amount,currency,id,refers_to
anna,2026-01-01T09:00:00Z,visit,,,,
anna,2026-01-02T09:00:00Z,purchase,12.00,EUR,a1,
anna,2026-01-03T09:00:00Z,refer,,,,
anna,2026-01-04T09:00:00Z,refund,5.00,EUR,,a1
zoe,2026-01-20,visit,,,,
END
cat >journey.want <<'END'
customer,model,time,from,to,cause
anna,visits,2026-01-01T09:00:00.000Z,none,fresh,event visit
anna,visits,2026-01-02T09:00:00.000Z,fresh,buyer,event purchase
anna,visits,2026-01-04T09:00:00.000Z,buyer,fresh,undo refund
anna,visits,2026-02-02T09:00:00.000Z,fresh,known,expiry refer 2026-01-03T09:00:00.000Z
zoe,visits,2026-01-20T00:00:00.000Z,none,fresh,event visit
zoe,visits,2026-02-19T00:00:00.000Z,fresh,known,expiry visit 2026-01-20T00:00:00.000Z
END
ask 0 journey visits.csv --model visits.model --currency EUR --as-of 2026-05-01 --format csv
is 'a journey' '' "$(diff journey.want out)"
ask 0 journey visits.csv --model visits.model --currency EUR --as-of 2026-05-01 --format csv \
  --customer zoe
is 'the journey of one customer' '' "$(grep -v anna journey.want | diff - out)"
ask 0 journey visits.csv --model visits.model --currency EUR --format json
valid_json journey
json 'keys of journey in JSON' customer,model,time,from,to,cause "','.join(d[0])"
ask 0 journey visits.csv --model visits.model --currency EUR
prints '^anna  *visits  *2026-01-02T09:00:00.000Z  *fresh  *buyer  *event purchase$'
ask 1 journey visits.csv --customer nobody_here
ask 0 journey empty.csv --model visits.model --currency EUR --format csv
is 'no journeys, a header' 1 "$(wc -l <out | tr -d ' ')"

ask 0 changes visits.csv --model visits.model --currency EUR --from 2026-01-03 --to 2026-02-02 \
  --format csv
says 'as of 2026-01-03T00:00:00.000Z'
is 'who will move' customer,model,time,from,to,cause "$(cat out)"
ask 0 changes visits.csv --model visits.model --currency EUR --from 2026-01-03 --to 2026-03-03 \
  --format csv
is 'from a date, to the end of one' \
  'anna,visits,2026-03-03T09:00:00.000Z,buyer,known,expiry purchase 2026-01-02T09:00:00.000Z' \
  "$(tail -n +2 out)"
ask 0 changes visits.csv --model visits.model --currency EUR --to 2026-12-31 --format csv
is 'from the last day on' 2 "$(tail -n +2 out | wc -l | tr -d ' ')"

ask 0 stages visits.csv --model visits.model --currency EUR --format csv --history
is 'columns of stages with their history' \
  customer,model,stage,rank,next_change,next_stage,since,highest,lap "$(head -n 1 out)"
prints '^anna,visits,fresh,2,2026-02-02T09:00:00.000Z,known,2026-01-04T09:00:00.000Z,buyer,2$'
prints '^zoe,visits,fresh,2,2026-02-19T00:00:00.000Z,known,2026-01-20T00:00:00.000Z,fresh,1$'
ask 0 stages visits.csv --model visits.model --currency EUR --history --format json
valid_json 'stages with their history'
ask 0 stages visits.csv --model visits.model --currency EUR --history
prints '^anna .* buyer  *2$'
is 'the past is that of the day asked about' '' \
  "$("$program" stages visits.csv --model visits.model --currency EUR --as-of 2026-01-19 --format csv \
    --history -q | grep zoe | grep -v '^zoe,visits,none,0,,,,none,1$')"

# ---- input ----------------------------------------------------------------------

ask 0 stages log.csv --kind purchase --currency USD --model five_levels --format csv
says 'customer_id is taken as customer'
says '; date as time'
says 'column cds is passed over'
says '4 events of 2 customers'
ask 0 stages log.csv --kind purchase --currency USD --model five_levels --format csv \
  --identical merge
says '3 events of 2 customers'
ask 0 stages log.csv log.csv --kind purchase --currency USD --model five_levels --format csv
says '4 events of 2 customers'
says '4 equal rows fell together across inputs'
ask 2 stages log.csv --model five_levels
ask 0 stages shop.csv --model five_levels --map customer=customer,time=time
silent 'mean what they say'
printf 'who|at|what\na|2026-01-01|paid\nb|2026-01-01|ping\nb|2026-01-02|tasting\n' >other.csv
ask 0 stages other.csv --map customer=who,time=at,kind=what --kinds paid=purchase,ping= \
  --own-kind tasting --model five_levels --format csv
silent 'bad row'
says '2 events of 2 customers'
ask 0 stages other.csv --delimiter pipe --map customer=who,time=at,kind=what \
  --kinds paid=purchase --kinds ping=,tasting= --model five_levels --format csv
says '1 event of 1 customer'
ask 2 stages other.csv --model five_levels
printf '{"customer":"a"}\n' >rows.jsonl
ask 2 stages rows.jsonl
says 'no row could be read'
printf '\377\376c\0u\0' >wide.csv
ask 2 stages wide.csv
says 'UTF-16'
: >nothing.csv
ask 2 stages nothing.csv

ask 0 stages bad.csv --model five_levels --format csv --rejects kept
is 'good rows count' 3 "$(wc -l <out | tr -d ' ')"
says '^bad.csv:3:[0-9]*: '
says '^bad.csv:4:[0-9]*: '
says '^bad.csv:5:[0-9]*: .*purchase'
says '3 bad rows'
silent secretname
silent yesterday
is 'rejected rows are kept as they are' "$(sed -n 3,5p bad.csv)" "$(cat kept)"
ask 0 stages bad.csv --model five_levels --format csv --quiet
says '3 bad rows'
ask 1 stages bad.csv --model five_levels --format csv --strict --rejects kept
is 'strict answers nothing' 0 "$(wc -l <out | tr -d ' ')"
says '^bad.csv:3:'
silent '^bad.csv:4:'
is 'strict keeps the row' "$(sed -n 3p bad.csv)" "$(cat kept)"
ask 0 stages shop.csv --model five_levels --format csv --strict
ask 0 stages worse.csv --model five_levels --format csv
is 'the first twenty are said' 20 "$(grep -c '^worse.csv:[0-9]' err)"
says '30 bad rows'
ask 2 stages shop.csv --model five_levels --rejects shop.csv
is 'an input is not written over' 7 "$(wc -l <shop.csv | tr -d ' ')"
ln -s shop.csv link.csv 2>/dev/null && {
  ask 2 stages shop.csv --model five_levels --rejects link.csv
  is 'nor through a link' 7 "$(wc -l <shop.csv | tr -d ' ')"
}
ask 3 stages shop.csv --model five_levels --rejects absent/kept

# ---- explain --------------------------------------------------------------------

ask 0 explain shop.csv --customer anna --model five_levels
prints 'Customer anna'
prints 'If nothing happens'
prints 'purchase on 2026-0'
prints '^What is missing for '
ask 0 explain shop.csv --customer carl --model five_levels
prints advocate
prints 'no stage after'
ask 0 explain shop.csv --customer anna --model five_levels --format json
valid_json explain
json 'keys of explain' True "set(('customer', 'model', 'stage', 'clauses', 'missing', \
'next_change', 'next_stage', 'advise')) <= set(d)"
json 'the stage of explain' True "d['rank'] in range(1, 6) and len(d['title']) > 0"
json 'what the missing clauses are for' advocate "d['missing_for']"
json 'keys of a clause' text,measured,threshold,holds,witnesses \
  "','.join(d['clauses'][0])"
json 'keys of what is missing' text,measured,threshold,distance \
  "','.join(d['missing'][0])"
json 'the clauses hold' True "all(c['holds'] for c in d['clauses'])"
ask 0 explain shop.csv --customer 'Bo, "the" baker' --model five_levels --format json
valid_json 'explain with a quoted id'
ask 0 explain shop.csv --customer anna --as-of 2025-01-01 --model five_levels
prints 'Stage: none'
ask 0 explain shop.csv --customer anna --model five_levels --format json
json 'one model, no others' '[]' "d['others']"
ask 0 explain shop.csv --customer anna --format json
valid_json 'explain under all models'
json 'the same keys for each model' True "all(set(o) == set(d) - {'others'} for o in d['others'])"
json 'the models in their order' 'sashi,sashi_matrix,five_e' \
  "','.join(o['model'] for o in ([d] + d['others'])[:3])"
ask 0 explain shop.csv --customer anna --model five_levels --format csv
is 'columns of explain' customer,model,part,name,text,measured,threshold,holds,distance,points,time \
  "$(head -n 1 out)"
prints '^anna,five_levels,stage,'
prints '^anna,five_levels,clause,'
prints '^anna,five_levels,missing,advocate,'
ask 0 explain shop.csv --customer anna --model say_stay_spend --currency EUR --format csv
is 'the lines of a score add up' '' "$(awk -F, '$3 == "score" { s += $10 } $3 == "line" { n++ }
  END { if (n == 0) print "no lines" }' out)"
ask 1 explain shop.csv --customer nobody_here --model five_levels
is 'nothing is said of others' '' "$(grep -E 'anna|carl|baker|nobody_here' err)"
is 'and nothing is answered' '' "$(cat out)"

# ---- the gym of the guide ---------------------------------------------------------

awk '/^```$/ { inside = 0 } inside { text = text $0 "\n" } /^```model$/ { inside = 1; text = "" }
  /^```$/ && text ~ /\nmodel gym / { printf "%s", text; exit }' "$here/../../docs/language.md" >gym.model

# came CUSTOMER FIRST LAST STEP: a visit every so many days before the 28th of June.
came() {
  awk -v who="$1" -v first="$2" -v last="$3" -v step="$4" 'BEGIN {
    split("31 28 31 30 31 30", days, " ")
    for (ago = first; ago <= last; ago += step) {
      month = 6; day = 28 - ago
      while (day < 1) day += days[--month]
      printf "%s,visit,2026-%02d-%02dT18:00:00\n", who, month, day
    }
  }' >>gym.csv
}
cat >gym.csv <<'END'
customer,kind,time
signed_up,sign_up,2026-06-25T18:00:00
seldom,contract,2026-06-01T18:00:00
often,contract,2026-01-01T18:00:00
weekly,contract,2026-01-01T18:00:00
dropped,contract,2026-01-01T18:00:00
silent,contract,2026-01-01T18:00:00
never,contract,2026-05-01T18:00:00
friend,contract,2026-01-01T18:00:00
friend,refer,2026-04-01T18:00:00
too_early,refer,2026-05-20T18:00:00
too_early,contract,2026-06-05T18:00:00
left,contract,2026-01-01T18:00:00
left,contract_end,2026-05-20T18:00:00
back,contract,2026-01-01T18:00:00
back,contract_end,2026-02-20T18:00:00
back,contract,2026-06-20T18:00:00
renewed,contract,2026-01-01
renewed,contract_end,2026-06-01
renewed,contract,2026-06-01
leaves,contract,2026-01-01T18:00:00
leaves,contract_end,2026-12-31T18:00:00
END
came looked_in 5 5 1
came seldom 3 20 6
came often 0 150 3
came weekly 1 150 7
came dropped 12 12 1
came dropped 29 120 3
came silent 50 120 3
came friend 0 150 4
came too_early 2 20 5
came left 40 150 5
came back 1 8 3
came renewed 3 20 6
came leaves 1 8 3
ask 0 stages gym.csv --model gym.model --as-of 2026-06-28 --format csv
for stands in signed_up=trial looked_in=trial seldom=member often=regular weekly=regular \
  dropped=fading silent=fading never=fading friend=advocate too_early=member left=none \
  back=member renewed=member leaves=member; do
  prints "^${stands%=*},gym,${stands#*=},"
done
ask 0 models check gym.model
ask 0 scores gym.csv --model gym.model --as-of 2026-06-28 --format csv
prints '^friend,,,,770,'
ask 0 stages gym.csv --model gym.model --as-of 2026-06-28 --history --format csv
prints '^dropped,gym,fading,2,.*,regular,'
ask 0 explain gym.csv --model gym.model --as-of 2026-06-28 --customer dropped
prints '^Dimensions$'
prints '^  days a week: 0.25$'
prints '^  from one visit to the next: 3 days$'
prints '^What is missing for member'
prints '^  \[ \] or not now < earlier \* drop$'
prints '^      measured 1, compared with 4.5; 4 more$'
ask 0 explain gym.csv --model gym.model --as-of 2026-06-28 --customer never
prints '^  days a week: 0$'
prints '^  from one visit to the next: nothing to measure$'
ask 0 explain gym.csv --model gym.model --as-of 2026-06-28 --customer often --format json
valid_json dimensions
json 'dimensions in JSON' 'per_week ratio 5 2,rhythm milliseconds 259200000 1' \
  "','.join('%s %s %d %d' % (x['name'], x['unit'], x['numerator'], x['denominator']) \
for x in d['dimensions'])"

# ---- scores ---------------------------------------------------------------------

cat >deeds.csv <<'END'
customer,time,kind,amount,currency,incentivised,public,valence,id,refers_to
anna,2026-01-05T09:10:00Z,purchase,120.00,EUR,,,,,
anna,2026-02-05T09:10:00Z,purchase,150.00,EUR,,,,,
anna,2026-02-06T09:10:00Z,refer,,,0,,,,
anna,2026-02-07T09:10:00Z,refer,,,1,,,,
anna,2026-03-01T12:00:00Z,review,,,,1,2,,
bo,2026-01-07T10:00:00Z,purchase,30.00,EUR,,,,b1,
bo,2026-01-09T10:00:00Z,refund,30.00,EUR,,,,,b1
bo,2026-01-12T10:00:00Z,purchase,8.00,USD,,,,,
carl,2026-03-02T12:00:00Z,visit,,,,,,,
END
columns=customer,say,stay,spend,recency_days,frequency,monetary,rfm,p_alive,p_purchase
columns=$columns,expected_purchases,expected_spend
columns=$columns,expected_tells,referred_worth,referred_worth_rewarded,currency
ask 0 scores deeds.csv --currency EUR --format csv
is 'columns of scores' "$columns" "$(head -n 1 out)"
prints '^anna,280,450,330,25,2,270.00,333,,,,,,,,EUR$'
prints '^bo,0,175,0,49,1,0.00,111,,,,,,,,EUR$'
prints '^carl,0,175,0,,0,0.00,,,,,,,,,EUR$'
says 'in other currencies than EUR are in no sum: 1$'
ask 0 scores deeds.csv --currency EUR --format json
valid_json scores
json 'keys of scores in JSON' "$columns" "','.join(d[0])"
json 'forecasts are none yet' None "d[0]['p_alive']"
ask 0 scores deeds.csv --currency EUR
prints 'Say, stay, spend'
prints '^  say  *lowest  *0, '
prints 'Digits of rfm'
prints '^anna  *280  *450'
ask 0 scores deeds.csv --format csv
says 'without --currency'
prints '^anna,280,450,60,25,2,,,,,,,,,,$'
ask 0 scores deeds.csv --currency EUR --format csv --as-of 2025-01-01
prints '^anna,0,0,0,,0,0.00,,,,,,,,,EUR$'
cat >own_scores.model <<'END'
language 1 model own
score say term told 10 each count(refer) up to 15
stage a when say > 0
END
ask 0 scores deeds.csv --currency EUR --format csv --model own_scores.model
prints '^anna,15,,,25,2,270.00,'
cat >own_scores.model <<'END'
language 1 model own
score told term told 10 each count(refer) up to 15
score rfm term told 10 each count(refer)
score stay term told 20 each count(refer)
stage a when told > 0
END
ask 0 scores deeds.csv --currency EUR --format csv --model own_scores.model
prints '^customer,say,stay,spend,told,own.rfm,recency_days,'
prints '^anna,,40,,15,20,25,2,270.00,'
ask 0 scores deeds.csv --currency EUR --format json --model own_scores.model
valid_json 'scores of other names'
ask 0 scores deeds.csv --currency EUR --model own_scores.model
prints '^  told  *lowest  *0, '
ask 2 scores deeds.csv --model own_scores.model --model say_stay_spend
ask 2 scores deeds.csv --model five_levels
says 'the model five_levels has no scores'
ask 0 scores empty.csv --format csv
is 'no scores, a header' 1 "$(wc -l <out | tr -d ' ')"
ask 0 scores empty.csv

ask 0 explain deeds.csv --currency EUR --customer anna --model say_stay_spend
prints '^say: 280 of 1000, "what they tell others"$'
prints '^   +120  brought a friend, unpaid: '
prints 'refer on 2026-02-06 09:10:00: +120, until 2027-02-06 09:10:00'
prints '^  Nothing for: '
ask 0 explain deeds.csv --currency EUR --customer anna --model say_stay_spend \
  --since 2026-02-01 --as-of 2027-02-06T09:10:00Z
prints '^  Since 2026-02-01 23:59:59 it rose from 0 to 160, because$'
prints '^    +60  brought a friend for a reward: refer on 2026-02-07 09:10:00 is new$'
prints 'purchase on 2026-01-05 09:10:00, 120.00 EUR no longer counts: it is too long ago$'
ask 0 explain deeds.csv --currency EUR --customer anna --model say_stay_spend \
  --since 2026-02-01 --format json
valid_json 'explain scores'
json 'scores in JSON' 'say,stay,spend' "','.join(s['name'] for s in d['scores'])"
json 'keys of a line' True "{'term', 'event', 'points'} <= set(d['scores'][0]['lines'][0])"
json 'the lines add up to the score' True \
  "all(sum(l['points'] for l in s['lines']) == s['score'] for s in d['scores'])"
json 'the causes add up to the difference' True \
  "all(sum(l['points'] for l in s['since']['lines']) == s['score'] - s['since']['score'] \
for s in d['scores'])"
ask 2 explain deeds.csv --customer anna --since someday
says 'since is a time'
ask 2 stages deeds.csv --since 2026-02-01
# ---- params and rates -----------------------------------------------------------

cat >turned.model <<'END'
language 1
model turned "A model to turn"
param often = 2
param fresh = 40 days
param enough = 15.00 EUR
stage bought when count(purchase) >= 1
stage spends when sum(purchase, refund) >= enough
stage regular when days(purchase within fresh) >= often
END
set -- --model turned.model --currency EUR --as-of 2026-02-10
ask 0 explain shop.csv --customer anna "$@"
prints '^Stage: regular'
if grep -q '^with ' out; then fail 'nothing was set'; else pass; fi
ask 0 explain shop.csv --customer anna "$@" --param 'fresh=20 days' --param turned.often=3
prints '^Stage: spends'
prints '^with often = 3, not 2; fresh = 20 days, not 40 days$'
ask 0 explain shop.csv --customer anna "$@" --param 'fresh=20d' --format json
json 'params in JSON' '20 days, not 40 days' \
  "d['params'][1]['value'] + ', not ' + d['params'][1]['default']"
digest=$(sed -n 's/.*"model_digest": "\([0-9a-f]*\)".*/\1/p' out)
is 'a digest has 32 digits' 32 "${#digest}"
ask 0 explain shop.csv --customer anna "$@" --param 'fresh=480 hours' --format json
prints "\"model_digest\": \"$digest\""
ask 0 explain shop.csv --customer anna "$@" --format json
if grep -q "$digest" out; then fail 'other values, the same digest'; else pass; fi
ask 2 explain shop.csv --customer anna "$@" --param fresch=3d
says 'did you mean fresh?'
ask 2 explain shop.csv --customer anna "$@" --param turned.fresch=3d
says "did you mean 'fresh'?"
ask 2 explain shop.csv --customer anna "$@" --param other.fresh=3d
says 'the model other is not asked for'
ask 2 explain shop.csv --customer anna "$@" --param fresh=3
says "'fresh' is a duration such as 40 days, not a number"
ask 2 explain shop.csv --customer anna "$@" --param 'fresh=0 days'
says 'line 8, column .* of the model: a window is a constant duration above 0'
ask 2 explain shop.csv --customer anna "$@" --param fresh
says 'NAME=VALUE'

sed 's/15.00 EUR/15.00 USD/' turned.model >dollar.model
set -- --customer anna --model dollar.model --currency USD --as-of 2026-02-10
set -- "$@" --param often=9
ask 0 explain shop.csv "$@"
prints '^  2 amounts in other currencies were left out of money: there is no rate'
ask 0 explain shop.csv "$@" --rate EUR=1.10
prints 'measured 21.45 USD'
ask 0 explain shop.csv "$@" --rate EUR=1.10 --rate EUR@2026-02-01=2
prints 'measured 27.75 USD'
printf 'from,currency,rate\n,EUR,1.10\n\n2026-02-01, EUR ,3\n' >rates.csv
ask 0 explain shop.csv "$@" --rates rates.csv
prints 'measured 34.75 USD'
ask 0 explain shop.csv "$@" --rates rates.csv --rate EUR@2026-02-01=2
prints 'measured 27.75 USD'
for word in EUR EUR=0 EUR=-1 EUR=1,1 EU=1 EUR@yesterday=1 EUR=; do
  ask 2 explain shop.csv "$@" --rate $word
  says '^engagement: --rate: '
done
ask 2 explain shop.csv --customer anna --rate EUR=1
says 'rates need --currency'
ask 2 explain shop.csv "$@" --rates nowhere.csv
says 'nowhere.csv cannot be read'
printf 'currency,price\nEUR,1\n' >rates.csv
ask 2 explain shop.csv "$@" --rates rates.csv
says 'rates.csv:1: the header has to name'
printf 'currency,rate\nEUR,1\nEUR\n' >rates.csv
ask 2 explain shop.csv "$@" --rates rates.csv
says 'rates.csv:3: the row has too few fields'

# ---- output that cannot be written ----------------------------------------------

if [ -w /dev/full ]; then
  for words in --help 'stages shop.csv --format csv' 'stages shop.csv' \
    'explain shop.csv --customer anna' 'scores shop.csv' 'models show five_levels' \
    models; do
    "$program" $words >/dev/full 2>err
    is "a full disk: $words" 3 $?
  done
else
  echo 'SKIP: a full disk (there is no /dev/full)'
fi
# ---- real histories -------------------------------------------------------------

cdnow=$data/cdnow/cdnow_sample_log.csv
master=$data/cdnow/cdnow_master_log.csv
clicks=$data/onlineshop/events.csv
if [ -r "$cdnow" ] && [ -r "$master" ]; then
  set -- --model five_levels --kind purchase --currency USD --as-of 1998-06-30 --format csv
  ask 0 stages "$cdnow" "$@"
  is 'CDNOW: customers' 2357 "$(tail -n +2 out | wc -l | tr -d ' ')"
  says '6,919 events of 2,357 customers'
  ask 0 stages "$cdnow" "$@" --identical merge
  says '6,898 events of 2,357 customers'
  ask 0 scores "$cdnow" --kind purchase --currency USD --as-of 1998-06-30 --format csv
  is 'CDNOW: a row of scores for each' 2358 "$(wc -l <out | tr -d ' ')"
  is 'CDNOW: every buyer has three digits' 2357 \
    "$(cut -d, -f8 out | grep -c '^[1-5][1-5][1-5]$')"
  is 'CDNOW: all purchases are kept' 6919 \
    "$(awk -F, 'NR > 1 { n += $6 } END { print n }' out)"
  is 'CDNOW: money is what the log says' \
    "$(awk -F, 'NR > 1 { n += $4 } END { printf "%.2f", n }' "$cdnow")" \
    "$(awk -F, 'NR > 1 { n += $7 } END { printf "%.2f", n }' out)"
  ask 0 stages "$master" "$@"
  is 'CDNOW, all: customers' 23570 "$(tail -n +2 out | wc -l | tr -d ' ')"
else
  echo "SKIP: CDNOW (there is no $cdnow)"
fi
if [ -r "$clicks" ]; then
  kinds=catalog=view_item,product1=view_item,product2=view_item,main=visit,cart=add_to_cart
  kinds=$kinds,delivery_choice=begin_checkout,delivery_courier=begin_checkout
  kinds=$kinds,delivery_pickup=begin_checkout,payment_choice=begin_checkout
  kinds=$kinds,payment_card=begin_checkout,payment_cash=begin_checkout,payment_done=purchase
  ask 0 stages "$clicks" --model five_levels --kinds $kinds --format csv
  is 'web shop: visitors' 3751 "$(tail -n +2 out | wc -l | tr -d ' ')"
  is 'web shop: at buy or beyond' 653 "$(grep -cE ',(buy|own|advocate),' out)"
  says '32,283 rows'
  silent 'bad row'
else
  echo "SKIP: the web shop (there is no $clicks)"
fi

finish
