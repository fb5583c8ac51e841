#!/bin/bash
# Each work of `evaluation` on a few pairs of equal distance, of which every second is genuine: an EER and an area of
# one half, known without computing.
set -eu
source "$(dirname "$0")/repeat_bytes.sh"
program=$1
file=$TEST_TMPDIR/file

check() {
  local answer
  answer=$(echo turn | "$program" "${@:2}")
  [[ $answer == *"$1"* ]] || { echo "$2: $answer, wanted $1"; exit 1; }
}

{ repeat 800 0; repeat 100 0 1; } >"$file"
check '"eer": 0.5, "auc": 0.5,' roc "$file" 100
{ repeat 800 0; repeat 100 0 1; repeat 800 0; } >"$file"
check '"sd_eer": 0,' bootstrap "$file" 100 100
# Floats of 12, people 0 and 1 in turn.
{ repeat 1280 0 0 100 101; repeat 80 0 0 0 0 1 0 0 0; } >"$file"
check '"impostors": 100,' pairs "$file" 20 16
