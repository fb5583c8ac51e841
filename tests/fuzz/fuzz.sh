# The verb `fuzz` of the wrapper, which reads this file.

readonly kFuzzPackages=(clang-19 libclang-rt-19-dev)
readonly kFuzzUsage="usage: facet fuzz [TARGET...] [--seconds N] [--jobs N]

Builds the fuzz targets of tests/fuzz, all or those named, with libFuzzer, AddressSanitizer and
UndefinedBehaviorSanitizer, and runs each for N seconds (60), N at a time (2). A line a target says how many inputs it
ran and how many edges of the program they reached. What it learned is kept for the next run, and so is what it found.
Exit codes: 1 there is a finding, 2 a wrong argument, 8 the build failed."

# One target; its line goes to stdout. False: there is a finding, which the line names.
fuzz_target() { # fuzz_target NAME BIN FOLDER SECONDS
  local name=$1 bin=$2 folder=$3 seconds=$4 code=0 options=() scratch ran reached finding
  local log=$folder/$name.log words=$root/tests/fuzz/dictionaries/$name.dict
  mkdir -p -- "$folder/$name" "$folder/findings" || return 1
  # Readers of files want them at once: in memory.
  scratch=$(mktemp -d /dev/shm/facet_fuzz.XXXXXX 2>/dev/null || mktemp -d) || return 1
  [[ -e $words ]] && options+=(-dict="$words")
  TMPDIR=$scratch UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=strict_string_checks=1 \
    "$bin/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
    -artifact_prefix="$folder/findings/$name." ${options[@]+"${options[@]}"} \
    "$folder/$name" "$root/tests/fuzz/corpus/$name" >"$log" 2>&1 </dev/null || code=$?
  rm -rf -- "$scratch"
  ran=$(sed -n 's/^#\([0-9]*\)\t.*/\1/p' "$log" | tail -n 1)
  reached=$(sed -n 's/^#[0-9]*\t.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
  printf -v finding '%-16s %9d executions, %6d edges' "$name" "${ran:-0}" "${reached:-0}"
  if ((code == 0)); then
    printf '%s, no finding\n' "$finding"
    return 0
  fi
  printf '%s, FINDING %s; log: %s\n' "$finding" \
    "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)" "$log"
  return 1
}

run_fuzz() {
  local seconds=60 at_once=2 targets=() target all bin folder=$state/fuzz running=0 found=0
  while (($# > 0)); do
    case $1 in
      --seconds=?* | --jobs=?*) set -- "${1%%=*}" "${1#*=}" "${@:2}" && continue ;;
      --seconds | --jobs)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die 2 "$1 takes a whole number from 1"
        if [[ $1 == --jobs ]]; then at_once=$2; else seconds=$2; fi
        shift
        ;;
      -h | --help) printf '%s\n' "$kFuzzUsage" && return ;;
      -*) die 2 "fuzz takes --seconds and --jobs, not \"$1\"" ;;
      *) targets+=("${1#//tests/fuzz:}") ;;
    esac
    shift
  done
  ensure_packages
  local missing
  mapfile -t missing < <(missing_packages "${kFuzzPackages[@]}")
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
  mapfile -t all < <(bazel_in_root query 'attr(tags, fuzzer, //tests/fuzz:all)' 2>/dev/null)
  all=("${all[@]#//tests/fuzz:}")
  ((${#targets[@]})) || targets=("${all[@]}")
  for target in "${targets[@]}"; do
    [[ " ${all[*]} " == *" $target "* ]] || die 2 "no fuzz target \"$target\"; there are ${all[*]}"
  done
  say "building ${#targets[@]} fuzz targets"
  bazel_build --config=fuzz "${targets[@]/#///tests/fuzz:}"
  bin=$(bazel_in_root info --config=fuzz bazel-bin 2>/dev/null) || die 8 "bazel info failed"
  mkdir -p -- "$folder" || die 8 "cannot write to $folder"
  say "running each for $(elapsed "$seconds"), $at_once at a time"
  for target in "${targets[@]}"; do
    if ((running == at_once)); then
      wait -n || found=1
      ((running--))
    fi
    fuzz_target "$target" "$bin/tests/fuzz" "$folder" "$seconds" &
    ((++running))
  done
  for ((; running > 0; --running)); do wait -n || found=1; done
  ((found)) && say "a finding is run again by $bin/tests/fuzz/TARGET FILE"
  return "$found"
}
