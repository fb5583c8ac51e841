#!/bin/bash
# packing_test.sh LOOP FACET: that facet and both loops find the same faces on a few photographs.
set -eu -o pipefail

here=$(dirname "$0")
python3 "$here/peers/packing.py" --photographs rendered --count 12 --rounds 1 \
  --loop "$PWD/$1" --facet "$PWD/$2" | tee "$TEST_TMPDIR/answers"
found=$(grep -o 'faces .* sides .* corners [-0-9.]*' "$TEST_TMPDIR/answers")
[[ $(wc -l <<<"$found") == 3 && $(sort -u <<<"$found" | wc -l) == 1 ]]
