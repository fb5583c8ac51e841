#!/bin/sh
# refused.sh CONTRACT LIBRARY SENTENCE...: the contract refuses LIBRARY for these reasons alone.
contract=$1
library=$2
shift 2
"$contract" "$library" >"$TEST_TMPDIR/said" 2>&1
code=$?
cat "$TEST_TMPDIR/said"
if [ "$code" -ne 1 ]; then
  echo "FAILED: exit code $code, not 1"
  exit 1
fi
for sentence in "$@"; do
  if ! grep -qxF "broken: $sentence" "$TEST_TMPDIR/said"; then
    echo "FAILED: it does not say: broken: $sentence"
    exit 1
  fi
done
if [ "$(grep -c "^broken: " "$TEST_TMPDIR/said")" -ne $# ]; then
  echo "FAILED: it says more than these $# sentences"
  exit 1
fi
