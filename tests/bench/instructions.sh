#!/bin/sh
# SPDX-License-Identifier: MIT
#
# instructions.sh - how many instructions forecasts take, which no other load on the
# machine changes: of a fit of as many customers as CDNOW's sample has, of all their
# forecasts, and of one of them.
#
#   instructions.sh PROGRAM
program=$1
customers=2357

if ! command -v valgrind >/dev/null; then
  echo 'SKIP: instructions of forecasts (there is no valgrind)'
  exit 0
fi

# counted FUNCTION FAMILY: instructions within it, all calls together.
counted() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no \
    --toggle-collect="$1" "$program" $customers "$2" 2>&1 |
    sed -n 's/.*Collected : *//p'
}

echo "instructions of forecasts of $customers customers (callgrind)"
for family in bgnbd mbgnbd paretonbd nbd usual; do
  fit=$(counted eng_fit_new $family)
  all=$(counted eng_fit_forecasts $family)
  one=$(counted eng_fit_forecast $family)
  printf '  %-10s  fit %11d  all %9d  one %6d\n' "$family" "$fit" "$all" \
    $((one / customers))
done
