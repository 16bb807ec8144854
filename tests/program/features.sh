#!/bin/sh
# SPDX-License-Identifier: MIT
#
# features.sh - the table of examples/features.c is the one that awk makes of the same
# orders, row by row.
#
#   features.sh PROGRAM|BUILD-FOLDER
. "$(dirname "$0")/support.sh"

day=2026-03-21

# Dates are days; an order within a day lies after its beginning.
cat >table.awk <<'END'
function number(date,    y, m, d) {
  y = substr(date, 1, 4) + 0; m = substr(date, 6, 2) + 0; d = substr(date, 9, 2) + 0
  if (m < 3) { y--; m += 12 }
  return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m - 457) / 5) + d
}
NR == 1 { day = number(DAY); next }
{
  n = number($3); age = day - n
  if (age <= 0) { buys[$2] += age > -30; next }
  if (age <= 30) month[$2]++
  if (age <= 365) { year[$2]++; spent[$2] += int($4 * 100 + 0.5) }
  if (!(($2, n) in seen)) days[$2]++
  seen[$2, n] = 1
  if (!($2 in first) || age > first[$2]) first[$2] = age
  if (!($2 in last) || age < last[$2]) last[$2] = age
}
END {
  for (c in first)
    print c "," month[c] + 0 "," year[c] + 0 "," spent[c] + 0 "," days[c] + 0 "," \
      first[c] - 1 "," last[c] - 1 "," (buys[c] > 0)
}
END
awk -F, -v DAY=$day -f table.awk "$here/../../examples/orders.csv" | sort >want
"$build/out/examples/features" "$here/../../examples/orders.csv" USD $day >out 2>err
is 'the example ends well' 0 $?
is 'columns' \
  customer,orders_30d,orders_365d,spent_365d,days,days_since_first,days_since_last,buys \
  "$(head -n 1 out)"
tail -n +2 out | sort >got_rows
is 'rows' '' "$(diff want got_rows)"
[ "$(wc -l <want)" -gt 50 ] || fail 'there are few rows'
is 'some buy' yes "$(grep -q ',1$' want && echo yes)"
is 'some do not' yes "$(grep -q ',0$' want && echo yes)"
"$build/out/examples/features" nowhere.csv USD $day >out 2>err
is 'no file' 1 $?

finish
