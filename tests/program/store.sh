#!/bin/sh
# SPDX-License-Identifier: MIT
# store.sh - books on files, as a person uses them: import, fsck, and a book as the
# input of every other command.
. "$(dirname "$0")/support.sh"

cat >one.csv <<'END'
customer,time,kind,id,amount,currency
customer-1,2026-01-02T10:00:00Z,purchase,a1,12.50,EUR
customer-1,2026-02-02T10:00:00Z,purchase,a2,7.00,EUR
customer-2,2026-01-05T10:00:00Z,visit,,,
END
cat >two.csv <<'END'
customer,time,kind,id,amount,currency
customer-1,2026-02-02T10:00:00Z,purchase,a2,7.00,EUR
customer-3,2026-03-02T10:00:00Z,purchase,a3,9.00,EUR
END

run import one.csv --book shop.book
if [ "$got" = 2 ] && grep -q 'built without SQLite' err; then
  echo 'store.sh: SKIP: built without SQLite'
  finish
fi
is 'import' 0 "$got"
says 'shop.book: 2 customers, 2 of them are new'
ask 0 import two.csv --book shop.book
says 'shop.book: 3 customers, 1 of them is new'
cp shop.book before.book
ask 0 import one.csv two.csv --book shop.book
says 'shop.book: 3 customers, 0 of them are new'

# A book answers as the files that it is made of.
for command in 'stages --format csv' 'scores --format csv' \
  'journey --model sashi --format csv' 'explain --customer customer-1 --format json' \
  "select --where count(purchase)>=2"; do
  # shellcheck disable=SC2086
  set -- $command
  name=$1
  shift
  ask 0 "$name" one.csv two.csv --as-of 2026-06-30 "$@"
  mv out files.out
  ask 0 "$name" shop.book --as-of 2026-06-30 "$@"
  if cmp -s out files.out; then pass; else fail "$name of a book differs"; fi
done
ask 0 stages shop.book one.csv --as-of 2026-06-30 --format csv
mv out both.out
ask 0 stages shop.book --as-of 2026-06-30 --format csv
if cmp -s out both.out; then pass; else fail 'a book beside its file differs'; fi

ask 0 fsck shop.book
prints '^customers  *3$'
prints '^events  *4$'
prints '^damaged rows  *0$'

# Forgetting: gone from every byte, and an old file does not bring anybody back.
cp shop.book copy.book
ask 2 forget copy.book
ask 0 forget copy.book --customer customer-1 --as-of 2026-06-30
says 'a new key'
if grep -q customer-1 copy.book*; then fail 'a forgotten id is in a file'; else pass; fi
ask 0 import one.csv --book copy.book
ask 0 select copy.book --where 'count(any) >= 1' --format csv
is 'who is left' 'customer customer-2 customer-3 ' "$(tr '\n' ' ' <out)"
mv copy.book.key elsewhere.key
ask 2 import one.csv --book copy.book
says '--key FILE'
ask 0 import one.csv --book copy.book --key elsewhere.key
echo '1 00112233445566778899aabbccddeeff' >wrong.key
ask 2 import one.csv --book copy.book --key wrong.key
says 'another key'
echo '1 0011' >wrong.key
ask 2 import one.csv --book copy.book --key wrong.key
ask 2 expire copy.book
ask 0 expire copy.book --until 2026-02-01 --key elsewhere.key
ask 0 import one.csv --book copy.book --key elsewhere.key
ask 0 select copy.book --where 'count(any) >= 1' --format csv
is 'who is left' 'customer customer-3 ' "$(tr '\n' ' ' <out)"

# Two tills that were apart, and one that was not there.
ask 0 import one.csv --book a.book
ask 0 import two.csv --book b.book
ask 0 sync a.book b.book
says '2 customers one way, 2 the other'
for book in a b; do
  ask 0 stages $book.book --as-of 2026-06-30 --format csv
  if cmp -s out both.out; then pass; else fail "$book.book after sync"; fi
done
ask 0 sync a.book c.book
ask 0 sync c.book b.book
says '0 customers one way, 0 the other'
ask 0 forget b.book --customer customer-1 --as-of 2026-06-30
ask 0 sync a.book b.book
if grep -q customer-1 a.book* b.book*; then fail 'a till brings a person back'; else pass; fi
rm b.book.key
ask 2 sync c.book b.book
says '--key FILE'
ask 2 sync a.book
ask 2 sync a.book a.book

# Whoever is not there is said, and remembered; a key that is lost is not replaced.
mkdir lost
ask 0 import one.csv --book lost/shop.book
ask 1 forget lost/shop.book --customer customer-9 --as-of 2026-06-30 --quiet
says 'no customer of the id'
silent customer-9
sed 's/customer-1/customer-9/' one.csv >nine.csv
ask 0 import nine.csv --book lost/shop.book
ask 0 select lost/shop.book --where 'count(any) >= 1' --format csv
is 'who was never there' 'customer customer-1 customer-2 ' "$(tr '\n' ' ' <out)"
mv lost/shop.book.key lost/kept.key
ask 2 forget lost/shop.book --customer customer-1
says '--key FILE'
if [ -e lost/shop.book.key ]; then fail 'a key was made over a lost one'; else pass; fi
ask 2 import one.csv --book nowhere/shop.book
says 'is there such a folder'

# A new key follows; tills that went on each with its own come together.
ask 0 key lost/shop.book --key lost/kept.key
prints 'key 1: 1 forgotten under it; it is the one in use'
ask 0 sync lost/shop.book lost/till.book --key lost/kept.key
mv lost/kept.key lost/shop.book.key
cp lost/shop.book.key lost/till.book.key
# as an editor may leave it: without the end of its last line
printf '%s' "$(cat lost/till.book.key)" >lost/shop.book.key
ask 0 key lost/shop.book --new
prints 'key 2: 0 forgotten under it; it is the one in use'
if [ "$(wc -l <lost/shop.book.key | tr -d ' ')" = 2 ]; then pass; else fail 'two keys'; fi
ask 0 forget lost/shop.book --customer customer-1 --as-of 2026-06-30
ask 0 sync lost/till.book lost/shop.book
says 'till.book.key: key 2 was added'
if cmp -s lost/shop.book.key lost/till.book.key; then pass; else fail 'keys differ'; fi
if grep -q customer-1 lost/*; then fail 'forgotten under a new key, but there'; else pass; fi
ask 0 expire lost/till.book --until 2026-06-30
ask 0 key lost/till.book
prints 'key 1: 0 forgotten under it; it is needed no longer'
sed -i.old 1d lost/till.book.key
ask 0 import two.csv --book lost/till.book
ask 2 key lost/till.book lost/shop.book
# the same number for two keys
ask 0 key lost/till.book --new
echo '3 00112233445566778899aabbccddeeff' >>lost/shop.book.key
ask 2 sync lost/till.book lost/shop.book
says 'numbers of their own'

# Reading leaves nothing beside a book.
mkdir alone
cp before.book alone/shop.book
for command in 'stages --format csv' fsck 'export --customer customer-1'; do
  # shellcheck disable=SC2086
  ask 0 ${command%% *} alone/shop.book $(echo "$command " | cut -s -d' ' -f2-)
  is "what is beside the book after $command" shop.book "$(ls alone)"
done

cat >late.csv <<'END'
customer,time,kind,id,refers_to,recorded_at
customer-1,2026-03-02T10:00:00Z,purchase,a1,,
customer-1,2026-03-09T10:00:00Z,void,a2,a1,
customer-2,2026-03-03T10:00:00Z,purchase,b1,,2026-03-12T08:00:00Z
END

# All that is held about one person, into a new book: the same bytes, floors included.
ask 0 import "$here/../../examples/orders.csv" --kind purchase --currency USD --book person.book
ask 0 import "$here/../../examples/log.csv" late.csv one.csv --currency EUR --book person.book
ask 0 expire person.book --until 2025-10-31
ask 0 expire person.book --customer customer-2 --until 2026-01-31
ask 0 expire person.book --customer customer-3 --until 2027-01-31
for id in customer-1 customer-2 customer-3 customer-20 customer-48 customer-92; do
  ask 0 export person.book --customer "$id" -o "$id.jsonl"
  if grep -q timeline_floor "$id.jsonl"; then pass; else fail "$id: no floor came out"; fi
  rm -f other.book
  ask 0 import "$id.jsonl" --book other.book
  ask 0 export person.book --customer "$id" --to blob -o one.blob
  ask 0 export other.book --customer "$id" --to blob -o other.blob
  if cmp -s one.blob other.blob; then pass; else fail "$id: other bytes in another book"; fi
done

# As known then: files and a book of them alike, whatever is asked.
ask 0 import late.csv --book late.book
for input in late.csv late.book; do
  ask 0 select $input --where 'count(purchase) >= 1' --as-of 2026-03-05
  is "today, of $input" 'customer customer-2 ' "$(tr '\n' ' ' <out)"
  ask 0 select $input --where 'count(purchase) >= 1' --as-of 2026-03-05 \
    --known-at 2026-03-05
  is "known then, of $input" 'customer customer-1 ' "$(tr '\n' ' ' <out)"
  says 'as known at 2026-03-05 23:59:59 UTC: 2 events were recorded later\|2026-03-05T23:59:59.999Z: 2 events'
  ask 0 export $input --known-at 2026-03-12T07:59:59
  is "out as known then, of $input" 2 "$(wc -l <out | tr -d ' ')"
done
ask 0 import late.book --known-at 2026-03-05 --book then.book
says 'then.book: 1 customer'
ask 2 stages late.csv --known-at soon
says '--known-at is a time'
for command in $("$program" help commands | awk '{ print $1 }'); do
  "$program" help "$command" >out
  if grep -q 'help input' out; then
    ask any "$command" nothing.csv --known-at 2026-03-05
    silent 'has no option --known-at'
  fi
done

# What cannot be opened is said, and nothing is made.
ask 2 stages nothing.book
ask 2 fsck nothing.book
says 'engagement import makes one'
ask 2 fsck one.csv
says 'not a book'
ask 2 import one.csv
says '--book'
ask 2 import one.csv --book two.csv
says 'not a book'
ask 2 import nothing.csv --book other.book
ask 2 fsck

if command -v sqlite3 >/dev/null; then
  sqlite3 shop.book 'PRAGMA user_version = 99' >/dev/null
  ask 2 stages shop.book
  says 'later version'
  sqlite3 before.book "UPDATE customer SET timeline = x'0102' WHERE id = x'637573746f6d65722d32'"
  ask 1 fsck before.book
  prints '^damaged rows  *1$'
  ask 2 stages before.book
  says 'engagement fsck says more'
  ask 0 import one.csv --book good.book
  ask 0 sync before.book good.book
  says 'before.book: damaged rows replaced by what the other book has: 1'
  ask 0 fsck before.book
else echo 'store.sh: SKIP: damaged books (there is no sqlite3)'; fi

finish
