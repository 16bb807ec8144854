#!/bin/sh
# SPDX-License-Identifier: MIT
# links.sh - two ids that are one customer, as a person uses them: merge, what every
# command then answers, unmerge, and what other books and forgetting do to it.
. "$(dirname "$0")/support.sh"

cat >shop.csv <<'END'
customer,time,kind,amount,currency
card-17,2026-01-02T10:00:00Z,purchase,12.50,EUR
card-17,2026-02-02T10:00:00Z,purchase,7.00,EUR
mail-3,2026-01-02T10:00:00Z,purchase,12.50,EUR
mail-3,2026-03-05T10:00:00Z,refer,,
other-5,2026-01-05T10:00:00Z,visit,,
END

run import shop.csv --book shop.book
if [ "$got" = 2 ] && grep -q 'built without SQLite' err; then
  echo 'links.sh: SKIP: built without SQLite'
  finish
fi
ask 0 export shop.book -o before.jsonl
ask 0 stages shop.book --model sashi --format csv
mv out before.out

ask 2 merge shop.book --customer card-17
ask 2 merge shop.book --customer card-17 --with card-17
ask 2 merge shop.csv shop.book --customer card-17 --with mail-3
ask 0 merge shop.book --customer mail-3 --with card-17 --at 2026-04-01
says 'shop.book: merged'

# One customer to every question, with two purchases of one moment.
ask 0 stages shop.book --model sashi --format csv
is 'customers' 'card-17 other-5' \
  "$(sed '1d; s/,.*//' out | tr '\n' ' ' | sed 's/ $//')"
ask 0 select shop.book --currency EUR --where 'count(purchase) = 3 and sum(purchase) = 32 EUR'
prints '^card-17$'
ask 0 explain shop.book --customer mail-3 --model sashi --format json
prints '"customer": *"card-17"'
says 'one of 2 that are one customer'
ask 0 metrics shop.book
ask 0 fsck shop.book
prints '^customers  *3$'
prints '^links  *1$'

# What is exported is each for itself, and the links behind that.
ask 0 export shop.book -o after.jsonl
link='{"customer":"card-17","time":"2026-04-01T00:00:00.000Z","customer_link":"merged",'
link="$link\"linked_customer\":\"mail-3\"}"
is 'the link' "$link" "$(tail -n 1 after.jsonl)"
sed '$d' after.jsonl >events.jsonl
if cmp -s before.jsonl events.jsonl; then pass; else fail 'merging changed events'; fi
ask 0 export shop.book --customer mail-3 -o person.jsonl
is 'both ids of a person, and their link' 5 "$(grep -c customer person.jsonl)"
ask 0 export shop.book --customer other-5
is 'who is linked to nobody' 1 "$(grep -c . out)"
ask 0 export shop.book --to blob -o whole.blob
for form in jsonl csv; do
  ask 0 export shop.book --to $form -o text.$form
  ask 0 import text.$form --book text.book
  ask 0 export text.book --to blob -o text.blob
  if cmp -s whole.blob text.blob; then pass; else fail "$form gives another book"; fi
  ask 0 export text.book --to $form -o again.$form
  if cmp -s text.$form again.$form; then pass; else fail "$form is written otherwise"; fi
  rm -f text.book*
done
ask 0 import person.jsonl --book person.book
ask 0 export person.book -o again.jsonl
if cmp -s person.jsonl again.jsonl; then pass; else fail 'a person imported differs'; fi
mkdir each
ask 0 export shop.book --to blob -o each/
says 'the links (1) are in none'
printf '%s\n' '{"customer":"a","linked_customer":"a","customer_link":"merged","time":0}' \
  '{"customer":"a","linked_customer":"b","customer_link":"joined","time":0}' \
  '{"customer":"a","customer_link":"merged","time":0}' \
  '{"customer":"a","linked_customer":"b","customer_link":"merged"}' \
  '{"customer":"a","linked_customer":"b","customer_link":"merged","time":0,"kind":"visit"}' \
  '{"customer":"a","linked_customer":"b","customer_link":"unmerged","time":0}' \
  '{"customer_hex":"ff","linked_customer_hex":"fe00","customer_link":"merged","time":0}' \
  '{"customer":"c","time":"1970-01-01T00:00:00.000Z","kind":"visit"}' >links.jsonl
run export links.jsonl
is 'bad links' 5 "$(grep -c '^links.jsonl:[0-9]*:' err)"
printf '%s\n' '{"time":"1970-01-01T00:00:00.000Z","customer_hex":"fe00","customer_link":"merged","linked_customer_hex":"ff"}' \
  '{"customer":"a","time":"1970-01-01T00:00:00.000Z","customer_link":"unmerged","linked_customer":"b"}' \
  '{"customer":"c","time":"1970-01-01T00:00:00.000Z","kind":"visit"}' |
  sort >wanted
sort out >got.jsonl
if cmp -s wanted got.jsonl; then pass; else fail "links: $(cat out)"; fi
ask 0 import whole.blob --book again.book
ask 0 export again.book --to blob -o again.blob
if cmp -s whole.blob again.blob; then pass; else fail 'an imported book differs'; fi

# Another till takes it back, and its word reaches this one.
ask 0 sync shop.book till.book
ask 0 unmerge till.book --customer card-17 --with mail-3 --at 2026-04-02
ask 0 merge till.book --customer card-17 --with mail-3 --at 2026-04-02
says 'nothing changes'
ask 0 sync shop.book till.book
ask 0 stages shop.book --model sashi --format csv
if cmp -s out before.out; then pass; else fail 'unmerging did not give back all'; fi
ask 0 export shop.book -o after.jsonl
sed '$d' after.jsonl >events.jsonl
if cmp -s before.jsonl events.jsonl; then pass; else fail 'events changed'; fi

# Whoever is forgotten is named by no link, here and where it comes to by sync.
ask 0 merge till.book --customer card-17 --with mail-3 --at 2026-05-01
ask 0 sync shop.book till.book
ask 0 forget shop.book --customer mail-3 --as-of 2026-04-15
if grep -q mail-3 shop.book*; then fail 'a link names a forgotten id'; else pass; fi
ask 0 sync shop.book till.book
if grep -q mail-3 till.book*; then fail 'the till names a forgotten id'; else pass; fi
ask 0 import again.book --book shop.book
if grep -q mail-3 shop.book*; then fail 'an old book brings a name back'; else pass; fi
ask 1 merge shop.book --customer card-17 --with mail-3 --at 2026-05-01
says 'not taken in'
ask 0 merge shop.book --customer card-17 --with mail-3 --at 2026-05-02
says 'no customer of the id that --with gives'
finish
