#!/bin/bash
# dry_run_test.sh PROGRAM LEFT_OUT ARGUMENT...
#
# Measures every component once. Fails if a benchmark ends with an error, if a component is measured
# that --list does not name or the other way round, or if others are left out than LEFT_OUT (names
# between commas, or "none").
set -eu -o pipefail

program=$1
expected=$2
shift 2

kind=$(basename "$program")
"$program" "$@" --benchmark_min_time=0 > "$TEST_TMPDIR/measured"
"$program" "$@" --list > "$TEST_TMPDIR/list" 2> /dev/null
cat "$TEST_TMPDIR/measured"

left_out=$(sed -n 's/^ *"name": "\(.*\)",$/\1/p' "$TEST_TMPDIR/list" | paste -sd,)
listed=$(sed -n '/"components": \[/,/\]/s/^ *"\([^":]*\)",\?$/\1/p' "$TEST_TMPDIR/list" | sort)
measured=$(sed -n "s|^$kind/\([^/]*\)/.*|\1|p" "$TEST_TMPDIR/measured" | sort -u)

if [[ "${left_out:-none}" != "$expected" ]]; then
  echo "left out: ${left_out:-none}; expected: $expected" >&2
  exit 1
fi
if [[ -z "$listed" || "$measured" != "$listed" ]]; then
  echo "measured: $(paste -sd, <<< "$measured"); listed: $(paste -sd, <<< "$listed")" >&2
  exit 1
fi
