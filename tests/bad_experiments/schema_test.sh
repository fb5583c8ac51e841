#!/bin/bash
# What `facet schema` prints, against the experiment files there are and against the mistakes of this folder.
set -u -o pipefail

here=$TEST_SRCDIR/$TEST_WORKSPACE
export HOME=$TEST_TMPDIR
unset FACET_PLUGIN_PATH
if ! python3 -c 'import jsonschema, tomllib' 2>/dev/null; then
  echo "skipped: needs python3 of 3.11 or later with jsonschema (Debian: python3-jsonschema)"
  exit 0
fi
"$here/dist/bin/facet" schema >"$TEST_TMPDIR/experiment.json" &&
  "$here/dist/bin/facet" schema --reference >"$TEST_TMPDIR/reference.json" || exit 1
exec python3 -B "$here/tests/bad_experiments/schema_test.py" "$TEST_TMPDIR" "$here/dist/experiments" \
  "$here/tests/bad_experiments"
