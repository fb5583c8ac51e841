#!/bin/bash
# descriptor_turns_test.sh PROGRAM: two turns of each side of a narrow network.
set -eu -o pipefail

for side in facet convolutions; do
  printf 'go\n%.0s' 1 2 | "$1" "$side" float32 0.02 16 2 | tee "$TEST_TMPDIR/answers"
  [[ $(wc -l < "$TEST_TMPDIR/answers") == 2 ]]
done
