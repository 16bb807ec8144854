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

years=$data/simulated/btyd_discrete_sim_log.csv
if [ -f "$years" ]; then
  ask 0 validate "$years" --kind purchase --unit year --split 1975-12-31 \
    --until 1980-12-31
  json 'years: a simulated interval covers 78 to 82 %' True \
    '.78 <= d["forecasts"]["purchases"]["coverage"] <= .82'
else
  echo "SKIP: simulated years (there is no $years)"
fi

finish
