#!/bin/sh
# SPDX-License-Identifier: MIT
#
# nightly.sh - a nightly job: fit to everything until yesterday, hold the last months
# against what a fit before them would have said, and ship the fit only if it may be
# believed.
#
#   nightly.sh ORDERS.csv SPLIT SHOP.fit [engagement's options...]
#
# SPLIT is a date some months ago. The exit status is 1 where nothing was shipped.
set -eu

orders=$1 split=$2 fit=$3
shift 3
engagement=${ENGAGEMENT:-engagement}

"$engagement" validate "$orders" --split "$split" --quiet "$@" >"$fit.validation.json" || {
  echo "nightly: no forecast of the last months; see $fit.validation.json" >&2
  exit 1
}
# The first coverage is that of the family that is shipped.
coverage=$(sed -n 's/.*"coverage": \([0-9.]*\).*/\1/p' "$fit.validation.json" | head -n 1)
if ! awk -v c="${coverage:-0}" 'BEGIN { exit !(c >= 0.70 && c <= 0.90) }'; then
  echo "nightly: the 80 % interval held $coverage of what came; $fit stays as it is" >&2
  exit 1
fi
"$engagement" fit "$orders" --quiet --save "$fit.new" "$@" >"$fit.json"
mv "$fit.new" "$fit"
echo "nightly: $fit is new; coverage $coverage"
