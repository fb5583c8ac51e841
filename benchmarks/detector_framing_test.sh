#!/bin/bash
# detector_framing_test.sh PROGRAM: the conventions that the detectors have, against what a few real faces say.
#
# 40 of each set: the standard errors of their medians are below 0.012 (scale) and 0.006 (shifts), and the tolerance three
# times the first.
set -eu

if [[ -z ${FACET_DATA:-} ]]; then
  echo "skipped: FACET_DATA is not set"
  exit 0
fi
exec "$1" --data="$FACET_DATA" --faces=40 --check=0.036
