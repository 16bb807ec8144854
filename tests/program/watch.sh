#!/bin/sh
# SPDX-License-Identifier: MIT
# watch.sh - `engagement watch`: what changed since a time, and what changes while other
# programs write to the book; it ends when it is asked to.
. "$(dirname "$0")/support.sh"

cat >sales.csv <<'END'
customer,time,kind
customer-1,2026-01-02T10:00:00Z,purchase
customer-1,2026-01-05T10:00:00Z,purchase
"customer ""2""",2026-01-03T10:00:00Z,visit
END
cat >levels.model <<'END'
language 1
model levels
stage known when count(any) >= 1
stage regular when count(purchase within 30 days) >= 2
END

run import sales.csv --book shop.book
if [ "$got" = 2 ] && grep -q 'built without SQLite' err; then
  echo 'watch.sh: SKIP: built without SQLite'
  finish
fi

# Up to now.
ask 0 watch shop.book --model levels.model --as-of 2026-01-01 --once --format csv
diff - out <<'END' >diff.out || fail 'the changes since'
time,customer,model,from,to,move,cause
2026-01-02T10:00:00.000Z,customer-1,levels,none,known,in,event
2026-01-03T10:00:00.000Z,"customer ""2""",levels,none,known,in,event
2026-01-05T10:00:00.000Z,customer-1,levels,known,regular,up,event
2026-02-01T10:00:00.000Z,customer-1,levels,regular,known,down,silence
END
pass
ask 0 watch shop.book --model levels.model --as-of 2026-01-31 --once --format json
prints '^{"time": "2026-02-01T10:00:00.000Z", "customer": "customer-1", "model": "levels", "from": "regular", "to": "known", "move": "down", "cause": "silence"}$'
ask 0 watch shop.book --model levels.model --as-of 2026-01-31 --once
prints '^2026-02-01 10:00:00  customer-1  levels: regular -> known (down, silence)$'
ask 0 watch shop.book --model levels.model --as-of 2026-03-01 --once
is 'nothing happened since' '' "$(cat out)"
ask 0 watch shop.book --model levels.model --for 300ms
is 'nothing happens meanwhile' '' "$(cat out)"

# While others write; somebody is forgotten meanwhile.
"$program" watch shop.book --model levels.model --as-of 2026-03-01 --for 60s \
  --format csv >live 2>live.err </dev/null &
watching=$!
awaits() { # LINE: comes within some seconds
  tries=0
  while ! grep -q "$1" live && [ $tries -lt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  cp live out
  prints "$1"
}
awaits '^time,customer'
cat >more.csv <<'END'
customer,time,kind
customer-3,2026-03-02T10:00:00Z,purchase
END
ask 0 import more.csv --book shop.book
awaits ',customer-3,levels,none,known,in,'
ask 0 forget shop.book --customer customer-1 --as-of 2026-06-30
sed 's/customer-3/customer-4/' more.csv >again.csv
ask 0 import again.csv --book shop.book
awaits ',customer-4,levels,none,known,in,'
is 'each change is told once' 3 "$(wc -l <live | tr -d ' ')"

# An id that only a link names is forgotten: whom it named has their own name again.
ask 0 merge shop.book --customer customer-0 --with customer-4 --at 2026-03-03
sed 's/customer-3/customer-5/' more.csv >again.csv
ask 0 import again.csv --book shop.book
awaits ',customer-5,levels,none,known,in,'
ask 0 forget shop.book --customer customer-0 --as-of 2026-06-30
sed 's/customer-3/customer-6/' more.csv >again.csv
ask 0 import again.csv --book shop.book
awaits ',customer-6,levels,none,known,in,'
cat >again.csv <<END
customer,time,kind
customer-4,$(date -u +%Y-%m-%d)T00:00:00Z,purchase
customer-4,$(date -u +%Y-%m-%dT%H:%M:%SZ),purchase
END
ask 0 import again.csv --book shop.book
awaits ',customer-4,levels,known,regular,up,'
if grep -q 'customer-0,levels,known,regular' live; then fail 'a forgotten id'; else pass; fi

kill -TERM $watching
wait $watching
is 'it ends when asked to' 0 $?

ask 2 watch
ask 2 watch nothing.book
ask 2 watch shop.book shop.book
ask 2 watch shop.book --for tomorrow
ask 2 watch sales.csv

finish
