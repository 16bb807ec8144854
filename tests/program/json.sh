#!/bin/sh
# SPDX-License-Identifier: MIT
#
# json.sh - JSON Lines given to the program `engagement`, and what it exports: what comes
# in again is the same book byte for byte; bad lines of some hundred kinds cost little,
# are said and kept, and nothing of them reaches standard error; and the web hook.
#
#   json.sh PROGRAM|BUILD-FOLDER
. "$(dirname "$0")/support.sh"

same() { if cmp -s "$2" "$3"; then pass; else fail "$1: $2 and $3 differ"; fi; }

# ---- where JSON is read -----------------------------------------------------------

event='"time":"2026-01-05T09:00:00Z","kind":"purchase","amount":12.50,"currency":"EUR"'
good() { for name in "$@"; do printf '{"customer":"%s",%s}\n' "$name" "$event"; done; }

good a b >shop.jsonl
for name in shop.ndjson shop.json shop shop.txt SHOP.JSONL; do
  cp shop.jsonl $name
  ask 0 stages $name --model five_levels --format csv
  is "$name: customers" 2 "$(grep -c five_levels out)"
  says "^$name: 2 rows$"
done
"$program" stages - --model five_levels --format csv <shop.jsonl >out 2>err
is 'standard input' 2 "$(grep -c five_levels out)"
"$program" stages - --model five_levels --format csv --input-format jsonl <shop.jsonl >out 2>err
is 'standard input, said' 2 "$(grep -c five_levels out)"
cp shop.jsonl shop.csv
ask 2 stages shop.csv --model five_levels
says 'shop.csv looks like JSON Lines; --input-format jsonl reads it'
ask 0 stages shop.csv --model five_levels --input-format jsonl
printf 'customer,time,kind\nc,2026-01-05,visit\n' >rows.csv
ask 0 stages shop.jsonl rows.csv --model five_levels --format csv
is 'both at once' 3 "$(grep -c five_levels out)"
ask 2 stages rows.csv --input-format xml
printf '{"who":"a","at":"2026-01-05","what":"seen"}\n' >own.jsonl
ask 0 stages own.jsonl --model five_levels --format csv \
  --map customer=who,time=at,kind=what --kinds seen=visit
prints '^a,five_levels,discover'
for words in 'scores' 'journey' 'explain --customer a' 'changes --to 2027-01-01' \
  "select --where count(purchase)>=1" 'crosswalk --model five_e --model sashi'; do
  ask 0 ${words%% *} shop.jsonl $(echo "$words" | sed 's/^[a-z]* *//')
done

# Segment's and GA4's, mixed; a time for those that tell none.
cat >tools.jsonl <<'END'
{"type":"track","userId":"customer-17","event":"Order Completed","properties":{"order_id":"A1","revenue":12.5,"currency":"EUR"}}
{"client_id":"customer-18","timestamp_micros":"1767603600000000","events":[{"name":"page_view"},{"name":"scroll"}]}
{"event_name":"search","event_timestamp":"1767603600000000","user_pseudo_id":"customer-19","event_params":[]}
END
ask 0 export tools.jsonl --received-at 2026-01-06T10:00:00Z
is 'customers of tools' '"customer-17" "customer-18" "customer-19" ' \
  "$(sed 's/{"customer":\("[^"]*"\).*/\1/' out | tr '\n' ' ')"
prints '"customer-17","time":"2026-01-06T10:00:00.000Z","kind":"purchase"'
says '3 rows, 1 of kinds passed over: '
says "^tools.jsonl: 1 line is a call of Segment's, 2 lines are events of GA4's\$"
ask 0 export tools.jsonl
says 'tools.jsonl:1:1: a time is missing'
ask 2 export tools.jsonl --received-at soon

# ---- bad lines as of CSV ----------------------------------------------------------

{
  good a
  echo '{"customer":"secret",'
  good b
} >bad.jsonl
ask 0 stages bad.jsonl --model five_levels --rejects kept
is 'a bad line is kept' '{"customer":"secret",' "$(cat kept)"
says '^bad.jsonl:2:22: a name in quotes was expected$'
says '^engagement: 1 bad row was left out; kept in kept$'
ask 1 stages bad.jsonl --model five_levels --strict
says 'bad.jsonl: --strict stops at the first bad row'
echo '[]' >empty.jsonl
ask 0 export empty.jsonl
is 'nothing in, nothing out' '' "$(cat out)"

# ---- export ------------------------------------------------------------------------

# again NAME WORDS...: all three forms of a book come in as that book.
again() {
  name=$1
  shift
  ask 0 export "$@" --to blob -o book.blob --quiet
  for form in jsonl csv; do
    ask 0 export "$@" --to $form -o out.$form --quiet
    ask 0 export out.$form --to blob -o again.blob --quiet
    same "$name: $form" book.blob again.blob
    ask 0 export out.$form --to $form -o again.$form --quiet
    same "$name: $form of $form" out.$form again.$form
  done
  ask 0 export book.blob --to blob -o again.blob --quiet
  same "$name: blob" book.blob again.blob
}

cat >rare.jsonl <<'END'
{"customer":"a \"b\"\\,\n\u00e9","time":"2026-01-05T09:00:00.123Z","kind":"rating","value":9,"scale":"nps","public":true,"valence":-1,"actor":"anna","topic":"tea","recorded_at":"2026-01-06"}
{"customer":"a","time":"2026-01-05","kind":"purchase","id":"1","source":"till","revision":2,"amount":-0.05,"currency":"EUR"}
{"customer":"a","time":"2026-01-06","kind":"void","refers_to":"1","source":"till"}
{"customer":"a","time":"2026-01-07","kind":"visit"}
{"customer":"a","time":"2026-01-07","kind":"visit"}
{"customer":"a","time":"2026-01-07","kind":"visit","occurrence":7}
{"customer":"b","time":"2026-01-05","kind":"#90","channel":"#99","value":5,"event_extension":"00ff"}
{"customer":"b","time":"2026-01-06","kind":"rating","scale":"nps","value":"#ffffffffffffffff"}
{"customer":"b","timeline_floor":"2025-12-31T23:59:59.999Z"}
{"customer":"gone","timeline_floor":"2025-12-31"}
{"customer":"empty","timeline_floor":"none"}
{"customer_hex":"00ff80","time":"2026-01-05","kind":"visit"}
END
again 'rare things' rare.jsonl
is 'floors come out' 3 "$(grep -c timeline_floor out.jsonl)"
is 'events of rare things' 9 "$(grep -c '"kind"' out.jsonl)"
again 'made-up histories' shop.jsonl rows.csv

# One customer; a folder of them; what cannot be.
ask 0 export rare.jsonl --customer b --to csv
is 'one customer' 4 "$(wc -l <out | tr -d ' ')"
ask 1 export rare.jsonl --customer nobody
ask 0 export rare.jsonl --to blob -o ./
is 'a file each' 6 "$(ls ./*.blob | grep -v -e book.blob -e again.blob | wc -l | tr -d ' ')"
mkdir each
ask 0 export rare.jsonl --to blob -o each/ --quiet
ask 0 export each/* --to blob -o again.blob --quiet
ask 0 export rare.jsonl --to blob -o book.blob --quiet
same 'a file each' book.blob again.blob
ask 0 export rare.jsonl --customer a --to blob -o a.blob
same 'a customer alone' a.blob each/a.blob
ask 0 stages a.blob --model five_levels --format csv
prints '^a,five_levels,'
"$program" stages - <a.blob >out 2>err
is 'whose it is' 2 $?
head -c 60 book.blob >cut.blob
ask 2 stages cut.blob
says 'cut.blob cannot be read'
ask 2 export rare.jsonl -o rare.jsonl
ask 2 export rare.jsonl -o each/
ask 3 export rare.jsonl -o no/such/folder
ask 2 export rare.jsonl --to xml

# A dozen customers with everything the demonstration has, and real histories.
feed=$build/out/tests/feed/gen_coffee
if [ -x "$feed" ] && "$feed" >coffee.csv 2>/dev/null && [ -s coffee.csv ]; then
  again 'a coffee house' coffee.csv
fi
if [ -f "$data/cdnow/cdnow_sample_log.csv" ]; then
  again 'CDNOW' "$data/cdnow/cdnow_sample_log.csv" --kind purchase --currency USD
else
  echo "$script: SKIP: CDNOW (no history)"
fi
if [ -f "$data/onlineshop/events.csv" ]; then
  again 'the web shop' "$data/onlineshop/events.csv" \
    --kinds 'catalog=view_item,main=visit,product1=view_item,product2=view_item,cart=add_to_cart,delivery_choice=begin_checkout,delivery_courier=begin_checkout,delivery_pickup=begin_checkout,payment_choice=begin_checkout,payment_card=begin_checkout,payment_cash=begin_checkout,payment_done=purchase'
else
  echo "$script: SKIP: the web shop (no history)"
fi

# ---- lines of some hundred kinds ----------------------------------------------------

bounds
run() { bounded "$@"; }
mark=zqkwj

# number PATTERN: the one in front of those words on standard error, 0 if there is none.
number() { sed -n "s/^\(engagement: \)*\([0-9,]*\) $1.*/\2/p" err | head -n 1 | tr -d ,; }

# kinds NAME FILE LINES: each is an event or a reject, none of it is told, and the good
# ones around it count.
kinds() {
  {
    good good-1
    cat "$2"
    printf '\n'
    good good-2
  } >kinds.jsonl
  rm -f kept
  ask 0 export kinds.jsonl --rejects kept
  events=$(number 'events* of')
  bad=$(number 'bad rows* w')
  is "$1: events and bad lines" "$(($3 + 2))" "$((${events:-0} + ${bad:-0}))"
  is "$1: good lines" 2 "$(grep -c '"customer":"good-' out)"
  if LC_ALL=C grep -q $mark err; then fail "$1: standard error tells of a line"; fi
  if LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" err; then
    fail "$1: a control sign on standard error"
  fi
  if [ -s kept ] && [ "$(LC_ALL=C wc -l <kept | tr -d ' ')" != "${bad:-0}" ]; then
    fail "$1: not every bad line is kept"
  fi
}

# Every member with every value.
n=0
for field in customer time kind id source channel amount currency value scale valence \
  incentivised public refers_to actor topic revision occurrence recorded_at \
  event_extension customer_hex $mark; do
  : >lines
  n=0
  while IFS= read -r value; do
    case $field in
      customer | time | kind) other=$(printf '%s\n' '"customer":"x"' '"time":0' \
        '"kind":"visit"' | grep -v "\"$field\"" | paste -sd, -) ;;
      customer_hex) other='"time":0,"kind":"visit"' ;;
      *) other="\"customer\":\"x\",\"time\":$n,\"kind\":\"purchase\"" ;;
    esac
    printf '{%s,"%s":%s}\n' "$other" "$field" "$value" >>lines
    n=$((n + 1))
  done <<END
"$mark"
""
" "
0
-1
1.5
1e5
1e-5
1e999999999
-0
99999999999999999999999999
0.00000000000000000000000001
true
false
null
{}
[]
{"$mark":1}
[["$mark"]]
"\\u0000$mark"
"\\ud83d$mark"
"\\n\\u001b[31m$mark"
"<$mark>"
"'; DROP TABLE $mark; --"
"#0123"
"2026-02-30"
"$mark
tru
01
.5
1.
"$mark\\x"
NaN
'$mark'
END
  kinds "$field" lines $n
done

# Cut after each of its bytes; and with each of its bytes replaced.
line="{\"customer\":\"$mark\",\"time\":\"2026-01-05\",\"kind\":\"visit\",\"x\":[1,{\"y\":null}]}"
length=${#line}
awk -v line="$line" 'BEGIN { for (i = 1; i < length(line); i++) print substr(line, 1, i) }' >lines
kinds 'cut' lines $((length - 1))
for sign in '"' '{' '}' '[' ']' ':' ',' '0' '\\'; do
  awk -v line="$line" -v sign="$sign" 'BEGIN { for (i = 1; i <= length(line); i++)
    print substr(line, 1, i - 1) sign substr(line, i + 1) }' >lines
  if [ "$sign" = '{' ]; then sed 1d lines >less && mv less lines; fi
  kinds "$sign for each byte" lines "$(wc -l <lines | tr -d ' ')"
done

# The forms of tools, each member of another type.
: >lines
for value in 1 true null '{}' '[]' '""' '[{}]' '[1]' "\"$mark\"" '[{"name":1}]' \
  '{"a":{"b":[]}}' '[{"key":"value","value":1}]' '1e400' '-1'; do
  for member in type action event userId anonymousId timestamp originalTimestamp sentAt \
    receivedAt messageId properties channel; do
    printf '{"type":"track","userId":"u","event":"Signed Up","timestamp":0,"properties":{},"%s":%s}\n' \
      "$member" "$value"
  done
  for member in revenue total value currency order_id quantity rating category; do
    printf '{"type":"track","userId":"u","event":"Order Completed","timestamp":0,"properties":{"%s":%s}}\n' \
      $member "$value"
  done
  for member in event_name event_timestamp user_id user_pseudo_id event_params ecommerce platform; do
    printf '{"event_name":"search","event_timestamp":0,"user_pseudo_id":"u","%s":%s}\n' \
      $member "$value"
  done
  for member in client_id user_id timestamp_micros events; do
    printf '{"client_id":"u","timestamp_micros":0,"events":[{"name":"search"}],"%s":%s}\n' \
      $member "$value"
  done
done >lines
tools=$(wc -l <lines | tr -d ' ')
run export lines --input-format jsonl --currency EUR --rejects kept
is 'members of tools: exit status' 0 "$got"
if LC_ALL=C grep -q $mark err; then fail 'members of tools: told of a line'; fi
is 'members of tools: rows' "$tools" "$(sed -n 's/^lines: \([0-9]*\) rows.*/\1/p' err)"

# Deep, long, wide, many; half a megabyte of each.
awk 'BEGIN { for (i = 0; i < 250000; i++) printf "["; print "" }' >lines
kinds 'deep' lines 1
awk 'BEGIN { for (i = 0; i < 60000; i++) printf "{\"a\":"; print "" }' >lines
kinds 'deep objects' lines 1
awk -v m=$mark 'BEGIN { printf "{\"%s\":\"", m; for (i = 0; i < 400000; i++) printf m; print "\"}" }' >lines
kinds 'a line beyond the limit' lines 1
awk -v m=$mark 'BEGIN { printf "{\"customer\":\"x\""; for (i = 0; i < 40000; i++)
  printf ",\"%s%d\":%d", m, i, i; print "}" }' >lines
kinds 'as many names' lines 1
awk -v m=$mark 'BEGIN { printf "{\"customer\":\"";  for (i = 0; i < 80000; i++)
  printf "\\u00e9"; print "\"}" }' >lines
kinds 'as many escapes' lines 1
awk 'BEGIN { printf "{\"x\":1"; for (i = 0; i < 500000; i++) printf "0"; print "}" }' >lines
kinds 'as many digits' lines 1
awk -v m=$mark 'BEGIN { for (i = 0; i < 20000; i++) print "{\"" m "\":" i "}" }' >lines
kinds 'many' lines 20000
LC_ALL=C awk 'BEGIN { for (i = 1; i < 256; i++) if (i != 10 && i != 9 && i != 13 && i != 32)
  printf "%c{\"customer\":\"%c\"}\n", i, i }' >lines
kinds 'every byte' lines "$(LC_ALL=C wc -l <lines | tr -d ' ')"
printf '\0\0\0\n\377\376{\0}\0\n' >lines
kinds 'NULs' lines 2

# ---- the web hook -------------------------------------------------------------------

hook=$build/out/examples/web_hook
cat >hook.jsonl <<'END'
{"type":"page","anonymousId":"customer-17","timestamp":"2026-01-05T09:00:00Z","messageId":"m1"}
{"type":"track","userId":"customer-17","event":"Product Viewed","timestamp":"2026-01-05T09:01:00Z","messageId":"m2","properties":{"name":"tea"}}
{"type":"track","userId":"customer-17","event":"Order Completed","timestamp":"2026-01-05T09:05:00Z","messageId":"m3","properties":{"order_id":"A1","revenue":12.5}}
{"type":"track","userId":"customer-17","event":"Order Completed","timestamp":"2026-01-05T09:05:00Z","messageId":"m3","properties":{"order_id":"A1","revenue":12.5}}
{"customer":"customer-18","time":"2026-02-20","kind":"visit"}
{"customer":"customer-18","time":"2026-02-20","kind":"vist"}
{"client_id":"customer-18","timestamp_micros":"1772400000000000","events":[{"name":"purchase","params":{"transaction_id":"B1","currency":"EUR","value":9.9}},{"name":"share"}]}
{"type":"track","userId":"customer-17","event":"Order Refunded","timestamp":"2026-03-05T09:05:00Z","messageId":"m4","properties":{"order_id":"A1","total":12.5}}
END
cat >expected <<'END'
2026-01-05T09:00:00.000Z customer-17 none discover visit
2026-01-05T09:01:00.000Z customer-17 discover shop view_item
2026-01-05T09:05:00.000Z customer-17 shop buy purchase
2026-01-19T09:05:00.000Z customer-17 buy own age purchase
2026-02-20T00:00:00.000Z customer-18 none discover visit
2026-03-01T21:20:00.000Z customer-18 discover buy purchase
2026-03-01T21:20:00.000Z customer-18 buy advocate share
2026-03-05T09:05:00.000Z customer-17 own shop undo refund
END
if [ -x "$hook" ]; then
  "$hook" five_levels EUR <hook.jsonl >out 2>err
  is 'the hook: exit status' 0 $?
  same 'the hook' expected out
  is 'the hook: bad lines' 'line 6: nobody knows this kind; the nearest known one is visit' \
    "$(cat err)"
  "$hook" no_such_model EUR <hook.jsonl >out 2>err
  is 'the hook: no model' 1 $?
else
  echo "$script: SKIP: the web hook (not built)"
fi

# An order and its refund as Segment tells them: with shipping and tax on both sides.
cat >paid.jsonl <<'EOF'
{"type":"track","userId":"customer-17","event":"Order Completed","timestamp":"2026-01-05T09:05:00Z","properties":{"order_id":"A1","revenue":25.00,"shipping":3,"tax":2,"total":30.00,"currency":"EUR"}}
{"type":"track","userId":"customer-17","event":"Order Completed","timestamp":"2026-01-06T09:05:00Z","properties":{"order_id":"A2","revenue":10.00,"currency":"EUR"}}
{"type":"track","userId":"customer-17","event":"Order Refunded","timestamp":"2026-01-07T09:05:00Z","properties":{"order_id":"A1","total":30.00,"currency":"EUR"}}
EOF
ask 0 metrics paid.jsonl --currency EUR --from 2026-01-01 --as-of 2026-01-31 --format csv --quiet
prints '^order_value,10.000000,EUR,1000,1,'

finish
