#!/bin/sh
# SPDX-License-Identifier: MIT
#
# models.sh - the program's tools for people who write models: models check, diff and
# print; and select and crosswalk, which ask in their language.
#
#   models.sh PROGRAM|BUILD-FOLDER
#
# DATA names a folder of real histories; what needs them says SKIP where it is absent.
. "$(dirname "$0")/support.sh"

# ---- inputs ---------------------------------------------------------------------

cat >shop.csv <<'END'
customer,time,kind,amount,currency
customer-1,2026-01-05T09:00:00Z,visit,,
customer-1,2026-01-05T09:10:00Z,purchase,12.50,EUR
customer-1,2026-02-05T09:10:00Z,purchase,7.00,EUR
"customer ""2""",2026-01-07T10:00:00Z,visit,,
customer-3,2026-03-01T12:00:00Z,purchase,3.00,EUR
customer-3,2026-03-02T12:00:00Z,share,,
END
cat >old.model <<'END'
language 1
model mine "Mine"   # to begin with
param few = 1
stage guest when count(visit)>=1
stage buyer "buys" when count(purchase) >= few
stage friend when count(share) >= 1
END
sed -e 's/few = 1/few = 2/' -e '/friend/d' -e 's/ "buys"//' old.model >new.model
cat >odd.model <<'END'
language 1
model odd
param never_used = 3
stage low when count(visit) >= 3 and count(visit) < 2
stage high when recency(any) <= 30 days and count(visit) >= 1
END

# ---- check ----------------------------------------------------------------------

ask 0 models check old.model
is 'nothing is found in a good model' '' "$(cat out)"
says 'nothing to say against'
ask 1 models check odd.model
prints '^odd.model:3:7: note: param never_used is not used$'
prints '^odd.model:4:38: warning: count(visit) < 2 is never true together with count(visit) >= 3$'
prints '^odd.model:4:7: warning: nobody can be in low: its condition is never true$'
is 'three findings' 3 "$(wc -l <out | tr -d ' ')"
ask 1 models check old.model odd.model --format csv
is 'columns of check' file,line,column,severity,kind,text "$(head -n 1 out)"
prints '^odd.model,3,7,note,unused,'
ask 1 models check odd.model --format json
valid_json 'findings'
for name in $("$program" models --format csv -q | tail -n +2 | cut -d, -f1); do
  ask 0 models check "$name"
done
ask 2 models check
ask 2 models check absent.model
printf 'language 1\nmodel broken\nstage s when count(purchas) > 1\n' >broken.model
ask 2 models check broken.model
says '^broken.model:3:20: .*purchase'
printf 'language 1\nmodel m\nstage s when sum(purchase) > 1.50 EUR\n' >money.model
ask 2 models check money.model
ask 0 models check money.model --currency EUR
printf 'language 1\nmodel m\nstage s when count(tasting) > 1\n' >own.model
ask 0 models check own.model --own-kind tasting

# ---- print ----------------------------------------------------------------------

ask 0 models print old.model
cp out printed.model
is 'printed, it is laid out anew' '  when count(visit) >= 1' \
  "$(grep '^  when count(visit)' out)"
is 'comments are lost' 0 "$(grep -c '#' out)"
ask 0 models print printed.model
is 'what is printed prints the same' '' "$(diff out printed.model)"
ask 0 models diff old.model printed.model
prints ': no difference$'
for name in $("$program" models --format csv -q | tail -n +2 | cut -d, -f1); do
  ask 0 models print "$name"
  cp out "$name.model"
  ask 0 models diff "$name" "$name.model" --currency EUR --format csv
  is "printed, $name is the same" 1 "$(wc -l <out | tr -d ' ')"
done
ask 2 models print
ask 2 models print old.model new.model
ask 2 models print old.model --format json

# ---- diff -----------------------------------------------------------------------

ask 0 models diff old.model new.model
prints '^old.model -> new.model: 3 differences$'
prints '^  changed param few$'
prints '^    - 3: 1$'
prints '^    + 3: 2$'
prints '^  removed stage friend$'
prints '^  removed title of buyer$'
ask 0 models diff old.model new.model --format csv
is 'columns of diff' change,element,name,old_line,new_line,old,new "$(head -n 1 out)"
prints '^changed,param,few,3,3,1,2$'
prints '^removed,stage,friend,6,,count(share) >= 1,$'
ask 0 models diff old.model new.model --format json
valid_json 'differences'
ask 0 models diff old.model new.model shop.csv
prints '^Moves: 1 of 3 customers, as of 2026-03-02 '
prints ' 1   33.3 %  friend -> none$'
prints ' 1   33.3 %  stage friend (old line 6)$'
ask 0 models diff old.model new.model shop.csv --format csv
is 'columns of moves' customer,from,to,causes "$(head -n 1 out)"
is 'who moves, and why' 'customer-3,friend,none,stage friend (old line 6)' \
  "$(sed -n 2p out)"
is 'and nobody else' 2 "$(wc -l <out | tr -d ' ')"
ask 0 models diff old.model new.model shop.csv --format json
valid_json 'moves'
ask 0 models diff old.model new.model shop.csv --as-of 2026-02-01 --format csv
is 'as of a moment before' 'customer-1,buyer,guest,param few (line 3)' "$(sed -n 2p out)"
ask 2 models diff old.model
ask 2 models diff old.model absent.model
ask 2 models diff old.model new.model absent.csv
ask 2 models show
ask 2 models chekc old.model

# ---- select ---------------------------------------------------------------------

ask 0 select shop.csv --where 'count(purchase) >= 1' --format csv
is 'those for whom it is true' 'customer customer-1 customer-3' "$(tr '\n' ' ' <out | sed 's/ $//')"
says '^2 of 3 customers$'
ask 0 select shop.csv --where 'count(visit) >= 1' --format csv
is 'in their order, and quoted' '"customer ""2"""' "$(sed -n 2p out)"
ask 0 select shop.csv --where 'count(purchase) >= 9' --format csv
is 'nobody is a header alone' customer "$(cat out)"
ask 0 select shop.csv --where 'sum(purchase) > 10.00 EUR' --currency EUR --format json
valid_json 'customers'
ask 0 select shop.csv --where 'count(purchase) >= 1' --as-of 2026-01-31
prints customer-1
ask 2 select shop.csv
ask 2 select --where 'count(purchase) >= 1'
ask 2 select shop.csv --where ''
ask 2 select shop.csv --where 'count(purchas) >= 1'
says '^--where:1:7: .*purchase'
ask 2 select shop.csv --where 'sum(purchase) > 10.00 EUR'
says '^engagement: .*--currency USD'
ask 2 select shop.csv --where 'sum(purchase) > 10.00 EUR' --currency USD
says '^--where:1:23: not the base currency'
ask 2 select shop.csv --where 'count(purchase) >= 1 stage x when'
says '^--where:1:22: '
ask 2 select shop.csv --where 'stage = advocate' --model no_such_model

# ---- crosswalk ------------------------------------------------------------------

ask 0 crosswalk shop.csv --model old.model --model five_levels --format csv
is 'columns of crosswalk' model_a,stage_a,rank_a,model_b,stage_b,rank_b,customers,share \
  "$(head -n 1 out)"
is 'everybody is in one cell' 3 \
  "$(tail -n +2 out | awk -F, '{n += $7} END {print n}')"
prints '^mine,guest,1,five_levels,discover,1,1,1.0000$'
prints '^mine,buyer,2,five_levels,discover,1,0,0.0000$'
prints '^mine,none,0,five_levels,discover,1,0,$'
ask 0 crosswalk shop.csv --model old.model --model five_levels
prints '^3 customers as of'
prints '^  friend   *1   33.3 %$'
ask 0 crosswalk shop.csv --model old.model --model five_levels --format json
valid_json 'joint counts'
printf 'customer,time,kind\n' >empty.csv
ask 0 crosswalk empty.csv --model old.model --model five_levels
ask 2 crosswalk shop.csv --model old.model
ask 2 crosswalk shop.csv
ask 2 crosswalk shop.csv --model old.model --model new.model
says 'asked for twice'

# ---- help and output that cannot be written -----------------------------------------

for words in 'select --help' 'crosswalk --help' 'models --help'; do
  ask 0 $words
  lines=$(wc -l <out)
  if [ "$lines" -le 24 ]; then pass; else fail "$words: $lines lines fit no screen"; fi
  is "$words: lines wider than 80" '' "$(awk 'length > 80' out)"
done
if [ -w /dev/full ]; then
  for words in 'models check odd.model' 'models print old.model' \
    'models diff old.model new.model' 'models diff old.model new.model shop.csv' \
    'select shop.csv --where count(visit)>0' 'crosswalk shop.csv --model old.model --model five_e'
  do
    "$program" $words >/dev/full 2>err
    is "a full disk: $words" 3 $?
  done
else
  echo 'SKIP: a full disk (there is no /dev/full)'
fi

# ---- real histories -------------------------------------------------------------

cdnow=$data/cdnow/cdnow_master_log.csv
if [ -r "$cdnow" ]; then
  set -- --kind purchase --currency USD --as-of 1998-06-30 --quiet --format csv
  ask 0 select "$cdnow" "$@" --where 'count(purchase) >= 2'
  ten=$(tail -n +2 out | wc -l | tr -d ' ')
  is 'CDNOW: those with two purchases or more, counted by another hand' \
    "$(tail -n +2 "$cdnow" | cut -d, -f1 | sort | uniq -d | wc -l | tr -d ' ')" "$ten"
  ask 0 crosswalk "$cdnow" "$@" --model five_levels --model four_stages
  is 'CDNOW: everybody is in one cell' 23570 \
    "$(tail -n +2 out | awk -F, '{n += $7} END {print n}')"
else
  echo "SKIP: CDNOW (there is no $cdnow)"
fi

finish
