#!/bin/sh
# SPDX-License-Identifier: MIT
# custom_callback.sh BUILD SOURCE - the example of a model in C tells the story that is
# written down here: stage, reason and next change after each event.
set -u
build=$1 failed=0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

cat >"$folder/expected" <<'END'
2026-01-01  newcomer   (five_levels: buy)  1 of 3 purchases are there
2026-01-31  newcomer   (five_levels: own)  2 of 3 purchases are there
2026-02-25  quickening (five_levels: own)  last gap 25 days, the one before 30, silence 0
            slowing from 2026-03-27 if nothing happens
2026-03-17  quickening (five_levels: own)  last gap 20 days, the one before 25, silence 0
            slowing from 2026-04-11 if nothing happens
2026-04-06  steady     (five_levels: own)  last gap 20 days, the one before 20, silence 0
            slowing from 2026-04-26 if nothing happens
2026-05-01  slowing    (five_levels: own)  last gap 20 days, the one before 20, silence 25
END
"$build/out/examples/lifecycle/custom_callback" >"$folder/printed" 2>&1 || failed=1
diff "$folder/expected" "$folder/printed" || failed=1
if [ "$failed" = 0 ]; then echo '1 passed, 0 failed'; else echo '0 passed, 1 failed'; fi
exit $failed
