#!/bin/sh
# SPDX-License-Identifier: MIT
#
# forecasts.sh - fit, validate and the forecasts of scores: thin data is refused, what
# is fitted is what the library fits, and real shops are forecast as they should be.
#
#   forecasts.sh PROGRAM|BUILD-FOLDER
#
# DATA names a folder of real histories; what needs them says SKIP where it is absent.
. "$(dirname "$0")/support.sh"

till=$build/out/examples/forecast

# ---- too little -----------------------------------------------------------------

cat >few.csv <<'END'
customer,time,amount
customer-1,2026-01-05,12.50
customer-1,2026-02-05,7.00
customer-2,2026-03-01,3.00
END
set -- --kind purchase --currency EUR
ask 1 fit few.csv "$@"
valid_json 'a refusal'
json 'a refusal has a reason' 'False there are too few customers' \
  '"%s %s" % (d["converged"], d["reason"])'
json 'a refusal has no parameters' False '"params" in d'
ask 1 validate few.csv "$@" --split 2026-02-10
valid_json 'a refused validation'
ask 0 scores few.csv "$@" --format csv
says 'no forecasts: there are too few customers'
ask 2 validate few.csv "$@"
says 'say what to hold out'
ask 2 validate few.csv "$@" --split 2026-03-05
says 'nothing is held out'
ask 2 fit few.csv "$@" --family bgbb --unit week
says 'bgbb goes with --unit year'
ask 2 fit few.csv "$@" --family bgnbb
says 'auto, bgnbd'
ask 2 scores few.csv "$@" --fit few.csv
says 'is no fit'
ask 2 scores few.csv "$@" --horizon soon
says 'is a duration'

# ---- nobody leaves --------------------------------------------------------------

awk 'BEGIN {
  print "customer,time,amount"
  for (i = 1; i <= 60; i++)
    for (k = 0; k < 2 + i % 7; k++)
      printf "customer-%d,2026-%02d-%02d,5.00\n", i, 1 + k, 1 + (i * 7 + k * 5) % 28
}' >loyal.csv
ask 0 fit loyal.csv "$@" --until 2026-02-28 --family paretonbd --save loyal.fit
valid_json 'a fallback'
json 'a fallback is NBD and says why' 'paretonbd nbd True' \
  '"%s %s %s" % (d["requested"], d["family"], "leave" in d["reason"])'
ask 0 scores loyal.csv "$@" --fit loyal.fit --as-of 2026-02-28 --format csv
says 'forecasts of the next 90 days by nbd of 60 customers'
ask 2 scores loyal.csv --kind purchase --currency USD --fit loyal.fit --format csv
says 'the fit speaks of EUR'

# ---- a real shop ----------------------------------------------------------------

cdnow=$data/cdnow/cdnow_sample_log.csv
set -- --kind purchase --currency USD
if [ -f "$cdnow" ]; then
  ask 0 fit "$cdnow" "$@" --until 1997-09-30 --family bgnbd --save shop.fit
  valid_json 'a fit'
  json 'CDNOW: published parameters' '0.2426 4.4136 0.7929 2.4259 -9582.429' \
    '"%.4f %.4f %.4f %.4f %.3f" % (*d["params"].values(), d["log_likelihood"])'
  json 'CDNOW: published spend' '6.250 3.744 15.44' \
    '"%.3f %.3f %.2f" % tuple(d["spend"][k] for k in "pqv")'
  json 'CDNOW: customers' 2357 'd["customers"]'
  ask 0 scores "$cdnow" "$@" --as-of 1997-09-30 --fit shop.fit --horizon 273d \
    --format csv
  is 'CDNOW: purchases that are expected' 1653 \
    "$(tail -n +2 out | awk -F, '{n += $11} END {printf "%.0f", n}')"
  ask 0 validate "$cdnow" "$@" --split 1997-09-30 --until 1998-06-30 \
    --family paretonbd --plot shop.svg
  valid_json 'a validation'
  json 'CDNOW: what came' '2357 273 1882' \
    '"%d %d %d" % (d["customers"], d["horizon_days"],
                   d["forecasts"]["purchases"]["total_actual"])'
  json 'CDNOW: Brier at most .1620' True 'd["forecasts"]["stay"]["brier"] <= .1620'
  json 'CDNOW: MAE at most .7550' True 'd["forecasts"]["purchases"]["mae"] <= .7550'
  json 'CDNOW: an interval that covers' True \
    'd["forecasts"]["purchases"]["coverage"] >= .76'
  json 'CDNOW: better than every rule of thumb' True \
    'all(d["forecasts"]["purchases"]["mae"] < r["purchases"]["mae"] and
         d["forecasts"]["stay"]["brier"] < r["stay"]["brier"]
         for r in d["naive"].values())'
  is 'a till with a shipped fit' 2 "$("$till" shop.fit | grep -c '^still a customer: ')"
  ENGAGEMENT=$program sh "$here/../../examples/nightly.sh" "$cdnow" 1997-12-31 night.fit \
    "$@" >out 2>err && pass || fail 'a nightly job'
  prints '^nightly: night.fit is new'
  is 'a plot is whole' '</svg>' "$(tail -n 1 shop.svg)"
else
  echo "SKIP: CDNOW (there is no $cdnow)"
fi

# ---- telling, and who came by whom ------------------------------------------------

awk 'BEGIN {
  print "customer,time,kind,amount,valence,incentivised,refers_to"
  for (i = 1; i <= 80; i++) {
    for (k = 0; k < 2 + i % 5; k++)
      printf "customer-%d,2026-%02d-%02d,purchase,%d.00,,,\n", i, 1 + k,
             3 + (i * 7 + k * 5) % 25, 5 + i % 9
    if (i % 2 == 0)
      printf "customer-%d,2026-03-%02d,share,,,,\n", i, 1 + i % 28
    if (i % 8 == 0)
      printf "customer-%d,2026-04-%02d,review,,%d,,\n", i, 1 + i % 28, 2 - i % 3 * 2
  }
  print "customer-1,2025-12-30,refer,,,,customer-2"
  print "customer-1,2025-12-30,refer,,,1,customer-3"
  print "customer-2,2025-12-31,refer,,,,customer-1"
  print "customer-4,2025-12-31,refer,,,,customer-2"
}' >telling.csv
ask 0 fit telling.csv --currency EUR --save telling.fit
json 'telling is fitted' '2 2' \
  '"%d %d" % (len(d["say"]["params"]), len(d["valence"]["params"]))'
ask 0 scores telling.csv --currency EUR --fit telling.fit --format csv
cell() { awk -F, -v id="$1" -v at="$2" '$1 == id {print $at}' out; }
is 'whose invitation was first has the worth' "$(cell customer-2 12)" \
  "$(cell customer-1 14)"
is 'rewarded ones stand apart' "$(cell customer-3 12)" "$(cell customer-1 15)"
is 'a ring brings nothing' 0.00 "$(cell customer-2 14)"
is 'who came later brought nobody' 0.00 "$(cell customer-4 14)"
is 'who tells others will tell more' 1 \
  "$(awk -F, '$1 == "customer-16" {a = $13} $1 == "customer-11" {b = $13}
              END {print (a > b && b > 0)}' out)"

# ---- every log: by the usual families, and by the one that is chosen ----------------

# validated LOG FAMILY CUSTOMERS ARGUMENT...
validated() {
  log=$1 family=$2 customers=$3
  shift 3
  if [ ! -f "$data/$log" ]; then
    echo "SKIP: $log (it is not in $data)"
    return
  fi
  ask 0 validate "$data/$log" --kind purchase --family "$family" "$@"
  valid_json "$log by $family"
  json "$log by $family: customers" "$customers" 'd["customers"]'
  json "$log by $family: the interval covers" True \
    'd["forecasts"]["purchases"]["coverage"] >= .76'
  json "$log by $family: P(buy) better than every rule of thumb" True \
    'all(d["forecasts"]["stay"]["brier"] < r["stay"]["brier"]
         for r in d["naive"].values())'
  json "$log by $family: squares better than every rule of thumb" True \
    'all(d["forecasts"]["purchases"]["rmse"] < r["purchases"]["rmse"]
         for r in d["naive"].values())'
  [ "$family" = auto ] || return 0
  json "$log by $family: spend is covered, too" True \
    'd["forecasts"].get("spend", {"coverage": 1})["coverage"] >= .76'
}

for family in usual auto; do
  validated cdnow/cdnow_sample_log.csv $family 2357 --currency USD --split 1997-09-30 \
    --until 1998-06-30
  validated cdnow/cdnow_master_log.csv $family 23570 --currency USD \
    --split 1997-09-30 --until 1998-06-30
  validated apparel/apparel_log.csv $family 600 --currency USD --split 2007-12-31 \
    --until 2010-12-31
  validated simulated/lifetimes_example_log.csv $family 3735 --split 2014-07-01
done
if [ -f "$cdnow" ]; then
  ask 0 fit "$cdnow" "$@" --until 1997-09-30 --family auto
  json 'auto says what it took, and why' True \
    '(d["requested"] == "auto" and d["family"] in ("mbgnbd", "bgnbd", "paretonbd") and
      d["chosen"] in ("likelihood", "holdout"))'
  ask 0 fit "$cdnow" "$@" --until 1997-09-30
  json 'usual is Pareto/NBD, and MBG/NBD for P(alive)' 'paretonbd mbgnbd asked' \
    '"%s %s %s" % (d["family"], d["stay"]["family"], d["chosen"])'
  json 'nobody tells others in that log' True '"nobody" in d["say"]["reason"]'
fi

years=$data/simulated/btyd_discrete_sim_log.csv
if [ -f "$years" ]; then
  ask 0 validate "$years" --kind purchase --unit year --split 1975-12-31 \
    --until 1980-12-31 --plot years.svg
  json 'years: a simulated interval covers 78 to 82 %' True \
    '.78 <= d["forecasts"]["purchases"]["coverage"] <= .82'
  is 'years are drawn by purchases and over time' 4 "$(grep -c '<polyline' years.svg)"
else
  echo "SKIP: simulated years (there is no $years)"
fi

finish
