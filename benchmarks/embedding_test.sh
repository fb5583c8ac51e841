#!/bin/bash
# A few steps of `embedding` on descriptors that are all equal: every image violates, and the hinge is the margin.
set -eu
source "$(dirname "$0")/repeat_bytes.sh"
program=$1
file=$TEST_TMPDIR/file

# 200 descriptors of 8 floats of 12, a W' of 4 rows, people 0 and 1 in turn.
{ repeat 6400 0 0 100 101; repeat 128 0 0 200 77; repeat 800 0 0 0 0 1 0 0 0; } >"$file"
answer=$(echo turn | "$program" "$file" 200 8 4 3 plugins)
[[ $answer == *'"steps": 3, "tuples": 192, "skipped": 0, "loss": 0.2'* ]] || { echo "$answer"; exit 1; }
