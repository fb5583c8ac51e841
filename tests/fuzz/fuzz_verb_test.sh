#!/bin/bash
# What `./facet fuzz` says and how it ends, with programs in the place of fuzzers.
set -u
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
root=$TEST_TMPDIR/tree state=$TEST_TMPDIR/state failed=0
mkdir -p "$root" "$state" "$TEST_TMPDIR/bin/tests/fuzz"

# The wrapper's functions.
say() { printf 'facet: %s\n' "$*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }
elapsed() { printf '%d s' "$1"; }
ensure_packages() { :; }
missing_packages() { :; }
bazel_build() { printf '%s\n' "$*" >"$TEST_TMPDIR/built"; }
bazel_in_root() {
  case $1 in
    query) printf '//tests/fuzz:%s\n' broken sound ;;
    info) printf '%s\n' "$TEST_TMPDIR/bin" ;;
  esac
}

fuzzer() { # fuzzer NAME: its lines are read from stdin
  { printf '#!/bin/bash\n' && cat; } >"$TEST_TMPDIR/bin/tests/fuzz/$1"
  chmod +x "$TEST_TMPDIR/bin/tests/fuzz/$1"
}
fuzzer sound <<'F'
printf '%s\n' "$*" >"$TEST_TMPDIR/arguments"
[[ -d $TMPDIR ]] && printf '%s\n' "$TMPDIR" >"$TEST_TMPDIR/scratch"
printf '#12\tINITED cov: 7 ft: 9\n#345\tDONE   cov: 67 ft: 89 corp: 1/1b\n'
F
fuzzer broken <<'F'
printf "#3\tNEW    cov: 5 ft: 5\nartifact_prefix='x'; Test unit written to /kept/broken.crash-1\n"
exit 77
F

expect() { # expect TEXT CONDITION...
  local text=$1
  shift
  "$@" || { failed=1 && printf 'not so: %s\n%s\n' "$text" "$out"; }
}
has() { [[ $out == *"$1"* ]]; }
fuzz() { out=$(source "$here/fuzz.sh" && run_fuzz "$@" 2>&1) && code=0 || code=$?; }

fuzz sound --seconds 3
expect "a target without a finding is no failure" [ "$code" -eq 0 ]
expect "its line" has "sound                  345 executions,     67 edges, no finding"
expect "the time" grep -q -- "-max_total_time=3 " "$TEST_TMPDIR/arguments"
expect "what was built" grep -qx -- "--config=fuzz //tests/fuzz:sound" "$TEST_TMPDIR/built"
expect "the scratch folder is gone" [ ! -e "$(<"$TEST_TMPDIR/scratch")" ]

fuzz
expect "a finding is exit code 1" [ "$code" -eq 1 ]
expect "the finding by name" has "FINDING /kept/broken.crash-1; log: $state/fuzz/broken.log"
expect "the others run too" has "no finding"

fuzz unheard_of
expect "an unknown target is exit code 2" [ "$code" -eq 2 ]
expect "which ones there are" has 'no fuzz target "unheard_of"; there are broken sound'
fuzz --seconds=none
expect "a wrong time is exit code 2" [ "$code" -eq 2 ]
exit "$failed"
