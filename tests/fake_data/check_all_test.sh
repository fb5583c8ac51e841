#!/bin/bash
# Every experiment file is in order as it stands, at the paper's size too: `facet check` finds each input in a folder of
# the layout that experiments/DATA.md describes, and `--inputs` each image that the lists there name.
set -u -o pipefail

here=$TEST_SRCDIR/$TEST_WORKSPACE
facet=$here/dist/bin/facet
export HOME=$TEST_TMPDIR FACET_DATA=$TEST_TMPDIR/data
unset FACET_PLUGIN_PATH
files=0 failures=0

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
# Exit code 0 and no finding but those that the file itself speaks of.
check() {
  local out code=0
  out=$("$facet" --store "$TEST_TMPDIR/store" check "$@" 2>&1) || code=$?
  ((code == 0)) && [[ $out == *", all fine"* ]] || fail "check $*: exit code $code"$'\n'"$out"
}

# Without data the files that need some say so: what passes below passes because of what is there.
mkdir -p "$FACET_DATA"
for name in table4 table4_real table6_real table2_paper; do
  "$facet" check "$here/dist/experiments/$name.toml" >/dev/null 2>&1
  code=$?
  ((code == 5)) || fail "$name.toml without its data: exit code $code, not 5"
done

python3 "$here/tests/fake_data/fake_data.py" "$FACET_DATA" || fail "fake_data.py"
for file in "$here"/dist/experiments/*.toml; do
  [[ $file == *.reference.toml ]] && continue
  files=$((files + 1))
  check "$file"
  if grep -q FACET_DATA "$file"; then check --inputs "$file"; fi
done
((files > 25)) || fail "$files experiment files"

# What trains on photographs, and is tested on a benchmark, looks whether one is in the other: every row of it.
for name in losses_real miners_real table2_real table4_real table5_real table6_real; do
  rows=$("$facet" show "$here/dist/experiments/$name.toml" --json |
    python3 -c 'import json, sys
for row in json.load(sys.stdin)["rows"]:
  if not row.get("skip") and "leaks" not in row["slots"]: print(row["id"])')
  [[ -z $rows ]] || fail "$name.toml: rows without leaks: $rows"
done

# Between rows of Table 4 changes what the paper changes.
rows=$("$facet" show "$here/dist/experiments/table4_scratch.toml" --json | python3 "$here/tests/fake_data/table4_rows.py") ||
  fail "table4_rows.py"
[[ -z $rows ]] || fail "table4.toml: $rows"

# The rows of the ablation differ from the full one in their part, and from each other in their seeds.
rows=$("$facet" show "$here/dist/experiments/ablation_small.toml" --json |
  python3 "$here/tests/fake_data/ablation_rows.py") || fail "ablation_rows.py"
expected=""
for part in "test_alignment SEED test.aligner from 2@SEED" "train_alignment SEED train.aligner from 2@SEED" \
  "embedding SEED embed from 2@SEED" "configuration SEED train.architecture.config from 2@SEED" \
  "start_from SEED train.epochs train.schedule.rates train.start_from from nothing" \
  "snapshot SEED train.data.snapshot train.start_from from 1@SEED"; do
  for seed in 1 2 3; do expected+=${part//SEED/$seed}$'\n'; done
done
[[ $rows == "${expected%$'\n'}" ]] || fail "ablation_small.toml:"$'\n'"$rows"

# An image that a list names and that is gone is found by --inputs alone.
rm "$FACET_DATA/lfw/images/Ann_Lee_0/Ann_Lee_0_0001.jpg"
check "$here/dist/experiments/table4.toml"
out=$("$facet" --store "$TEST_TMPDIR/store" check --inputs "$here/dist/experiments/table4.toml" 2>&1)
[[ $? == 5 && $out == *Ann_Lee_0_0001.jpg* ]] || fail "a missing image: $out"

echo "$files files, $failures failures"
((failures == 0))
