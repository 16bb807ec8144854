#!/bin/sh
# SPDX-License-Identifier: MIT
#
# instructions_metrics.sh - how many instructions an event takes in questions to all
# customers, which no other load on the machine changes. Exit code 1 where they are more
# than a quarter above what they were when the limits were written, with gcc at -O3 for
# x86-64; elsewhere they are only shown.
#
#   instructions_metrics.sh BENCH GEN_FEED SCRATCH
bench=$1 generate=$2 scratch=$3
events=100000
too_many=0

if ! command -v valgrind >/dev/null; then
  echo 'SKIP: instructions of metrics (there is no valgrind)'
  exit 0
fi
"$generate" -n $events -c $((events / 10)) -b "$scratch/counted.bin" \
  -o "$scratch/counted.csv" || exit 1

# counted FUNCTION JOB LIMIT
counted() {
  each=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no \
    --toggle-collect="$1" "$bench" -f "$scratch/counted.bin" -j "$2" -r 1 \
    -t "$scratch" 2>&1 | sed -n 's/.*Collected : *//p')
  each=$((each / events))
  printf '  %-12s %4d  (limit %d)\n' "$2" $each "$3"
  [ $each -le "$3" ] || too_many=1
}

echo "instructions an event, of $events (callgrind)"
counted eng_book_features J2_features 215
counted eng_book_assess J3_census 20
counted eng_book_retention J4_cohorts 35
counted eng_book_rolling J4_actives 98
counted eng_book_funnel J5_funnel 50
rm -f "$scratch/counted.bin" "$scratch/counted.csv"
[ "$(uname -m)" = x86_64 ] || exit 0
exit $too_many
