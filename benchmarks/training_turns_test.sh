#!/bin/bash
# training_turns_test.sh PROGRAM
#
# Some steps of each side. Fails if one ends with an error, if they do not begin with the same loss, or
# if the kernel maps memory in steps whose tensors have the sizes of the steps before.
set -eu -o pipefail

field() { # NAME: of the last turn
  tail -n 1 "$TEST_TMPDIR/answers" | sed -n "s/.*\"$1\": \([^,}]*\).*/\1/p"
}

first=
for precision in float32 bfloat16; do
  for side in facet jpeg ready convolutions; do
    echo "$precision $side"
    printf 'go\n%.0s' 1 2 3 4 5 6 | "$1" "$side" "$precision" 64 0.25 64 8 4 | tee "$TEST_TMPDIR/answers"
    [[ $(wc -l < "$TEST_TMPDIR/answers") == 6 ]]
    loss=$(field first_loss)
    if [[ "$side" != convolutions && "${first:=$loss}" != "$loss" ]]; then
      echo "first loss $loss, of the first side $first" >&2
      exit 1
    fi
    quiet=$(sed 's/.*"page_faults_per_step": \([^,}]*\).*/\1/' "$TEST_TMPDIR/answers" | awk '$1 < 20 { ++n } END { print n + 0 }')
    if [[ "$side" == ready && "$quiet" -lt 3 ]]; then
      echo "the kernel mapped memory in the steps of all turns but $quiet" >&2
      exit 1
    fi
  done
done
