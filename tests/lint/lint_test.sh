#!/bin/bash
# Each check of tests/lint on a tree with planted breaches: it finds them, and nothing else.
set -u

lint=$(readlink -f -- "${TEST_SRCDIR:+$TEST_SRCDIR/$TEST_WORKSPACE/}tests/lint")
tmp=${TEST_TMPDIR:-$(mktemp -d)}
checks=0 failures=0

fail() { echo "FAILED ${FUNCNAME[2]:-} line ${BASH_LINENO[1]}: $*"; failures=$((failures + 1)); }
expect_eq() { checks=$((checks + 1)); [[ $1 == "$2" ]] || fail "got <$1>, wanted <$2>"; }
expect_has() { checks=$((checks + 1)); [[ $1 == *"$2"* ]] || fail "<$1> does not contain <$2>"; }

# An empty tree with the checker and rules that allow little.
new_tree() {
  tree=$tmp/$1
  mkdir -p "$tree/tests/lint"
  cp -L "$lint"/lint "$lint"/*.py "$tree/tests/lint/"
  printf 'plugins/losses: core/api\ncore/graph: core/base\ncore/base:\ncore/api:\n' >"$tree/tests/lint/layers.txt"
  printf '5 lines **/BUILD\n3 code component\n4 code **/*.cc\n' >"$tree/tests/lint/sizes.txt"
  write core/base/hash.h
  write core/api/loss.h
  write core/graph/key.h '#include "core/base/hash.h"'
  write plugins/losses/softmax.cc '#include "core/api/loss.h"' 'FACET_PLUGIN(x)'
}
write() { # write PATH LINE...
  local path=$tree/$1
  shift
  mkdir -p "$(dirname -- "$path")"
  printf '%s\n' "$@" >"$path"
}
lint() { out=$("$tree/tests/lint/lint" "$@" 2>&1) && code=0 || code=$?; }
expect_findings() { # expect_findings N: and that each says what to do
  expect_eq "$(tail -n 1 <<<"$out")" "$1 finding$([[ $1 == 1 ]] || echo s)"
  expect_eq "$(grep -c '\. Fix: .*\.$' <<<"$out")" "$1"
  expect_eq "$code" $(($1 > 0))
}

a_clean_tree_has_no_findings() {
  new_tree clean
  lint includes sizes
  expect_eq "$out" "0 findings"
  expect_eq "$code" 0
}

a_count_that_is_wrong_is_found() {
  new_tree counts
  write plugins/losses/softmax_test.cc 'FACET_PLUGIN(x)'
  write plugins/losses/class_weights.cc 'no component'
  write plugins/miners/batch_hard.cc 'FACET_PLUGIN(x)'
  write experiments/losses.toml 'train.loss = { use = "softmax" }' '[base.train]' 'loss.use = "softmax"' 'loss = { use = "triplet" }'
  write README.md 'The 1 losses and 1 miners.' '| `losses.toml` | 2 losses, several miners |'
  lint counts
  expect_findings 0
  write README.md 'There are 2 losses.' '| `losses.toml` | 3 losses, 1 miners |'
  lint counts
  expect_findings 3
  expect_has "$out" "README.md:1: says 2 losses, there are 1. Fix: write 1."
  expect_has "$out" "README.md:2: says 3 losses, the experiments that it names use 2. Fix: write 2."
  expect_has "$out" "README.md:2: says 1 miners, the experiments that it names use 0. Fix: write 0."
}

an_include_that_is_not_allowed_is_found() {
  new_tree includes
  write core/graph/store.cc '// one' '#include "core/api/loss.h"'
  write plugins/losses/triplet.cc '#include "core/graph/key.h"' '#include <core/graph/key.h>'
  write plugins/losses/near.cc '#include "near.h"'
  write plugins/losses/near.h
  lint includes
  expect_findings 3
  expect_has "$out" "core/graph/store.cc:2: includes core/api/loss.h; core/graph may include core/base alone. Fix: "
  expect_has "$out" "plugins/losses/triplet.cc:1: includes core/graph/key.h; plugins/losses may include core/api alone. Fix: "
  expect_has "$out" 'plugins/losses/near.cc:1: includes "near.h" by a relative path. Fix: write "plugins/losses/near.h".'
}

# The folders that the real rules speak of, and a breach in each layer that has one above it.
the_real_rules_refuse_what_goes_upwards() {
  new_tree real
  cp -L "$lint/layers.txt" "$tree/tests/lint/"
  local word
  for word in $(sed -E 's/^#.*//; s/^tests of //; s/[:=]/ /; s/\*/one/g' "$lint/layers.txt"); do
    case $word in
      plugins/*/one) ;; # its subfolders have lines of their own
      *.h | *.cc) write "$word" ;;
      */* | benchmarks) write "$word/made.h" ;;
    esac
  done
  lint includes
  expect_findings 0
  local planted=(core/base:core/api core/api:core/plugin core/plugin:core/config core/config:core/graph
    core/graph:core/records core/records:core/pipeline core/training:core/stages core/training:core/pipeline
    core/pipeline:core/stages/train core/stages/train:core/stages core/stages:core/training core/stages/align:core/stages/train
    core/report:core/stages core/worker:core/app core/app:core/training
    plugins/losses:core/training plugins/losses:plugins/miners plugins/detectors:core/image plugins/lists:plugins/datasets
    plugins/curators/names:plugins/curators/search plugins/manifest:core/app plugins/opencv:plugins/rendered_faces)
  local pair
  for pair in "${planted[@]}"; do
    write "${pair#*:}/made.h"
    printf '#include "%s/made.h"\n' "${pair#*:}" >>"$tree/${pair%:*}/planted.cc"
  done
  lint includes
  expect_findings "${#planted[@]}"
  for pair in "${planted[@]}"; do
    expect_has "$out" "includes ${pair#*:}/made.h; ${pair%:*} may include "
  done
}

tests_may_include_more_and_what_is_for_them() {
  new_tree tests_of
  printf 'tests of core/graph: core/api\n' >>"$tree/tests/lint/layers.txt"
  write core/graph/key_test.cc '#include "core/api/loss.h"' '#include "core/graph/graph_testing.h"'
  write core/graph/graph_testing.h
  lint includes
  expect_findings 0
  write core/graph/key.cc '#include "core/graph/graph_testing.h"'
  lint includes
  expect_findings 1
  expect_has "$out" "core/graph/key.cc:1: includes core/graph/graph_testing.h, which is for tests alone. Fix: "
}

rules_that_cannot_be_right_are_found() {
  new_tree rules
  write core/image/jpeg.h
  lint includes
  expect_findings 1
  expect_has "$out" "core/image/jpeg.h: no line of tests/lint/layers.txt says what core/image may include. Fix: "
  printf 'core/image: core/graph\ncore/base: core/image\n' >>"$tree/tests/lint/layers.txt"
  lint includes
  expect_findings 1
  expect_has "$out" "tests/lint/layers.txt:6: core/base, core/image and core/graph may include each other"
  printf 'core/gone: core/base\n' >>"$tree/tests/lint/layers.txt"
  lint includes
  expect_findings 1
  expect_has "$out" "tests/lint/layers.txt:7: core/gone does not exist. Fix: "
}

a_file_that_is_too_long_is_found() {
  new_tree sizes
  write core/base/BUILD '#' '#' '#' '#' '#' '#'
  write plugins/losses/triplet.cc '// A manual' '// of' '// three lines' '' '#include <a>' 'code;' 'FACET_PLUGIN(x)'
  lint sizes
  expect_findings 1
  expect_has "$out" "core/base/BUILD: 6 lines; at most 5. Fix: "
  write plugins/losses/triplet.cc 'code;' '/* a' '   b */' 'code;' 'code; // c' 'FACET_PLUGIN(x)'
  write core/base/hash.cc 1 2 3 4 5
  lint sizes
  expect_findings 3
  expect_has "$out" "plugins/losses/triplet.cc: 4 lines of code; at most 3. Fix: "
  expect_has "$out" "core/base/hash.cc: 5 lines of code; at most 4. Fix: "
  printf 'allow 5 core/base/hash.cc a table\nallow 9 plugins/losses/softmax.cc not any more\n' >>"$tree/tests/lint/sizes.txt"
  lint sizes
  expect_findings 3
  expect_has "$out" "tests/lint/sizes.txt:5: plugins/losses/softmax.cc has 2 lines of code and needs no exception. Fix: "
}

what_bazel_would_never_compile_or_run_is_found() {
  new_tree build
  write core/core.bzl 'def library(name):' '    native.cc_library(' \
    '        name = name, srcs = native.glob(["*.cc"], exclude = ["*_test.cc"]), hdrs = native.glob(["*.h"]))' \
    '    for test in native.glob([name + "_test.cc"]):' \
    '        native.cc_test(name = test[:-3], srcs = [test])'
  write BUILD 'filegroup(name = "dist", srcs = ["//core/graph", "//core/api", "//core/base", "//plugins/losses"])'
  local folder
  for folder in graph api base; do
    write core/$folder/BUILD 'load("//core:core.bzl", "library")' "library(name = \"$folder\")"
  done
  write plugins/losses/BUILD '[cc_library(name = name, srcs = [name + ".cc"]) for name in ["softmax"]]' \
    'filegroup(name = "losses", srcs = ["softmax"])'
  write tests/lint/BUILD
  lint build
  expect_findings 0
  write core/graph/graph_test.cc
  write core/graph/key_test.cc
  write plugins/losses/triplet.cc
  write core/image/jpeg.cc
  lint build
  expect_findings 3
  expect_has "$out" "core/graph/key_test.cc: no target of core/graph/BUILD names it: it is never compiled and never runs. Fix: "
  expect_has "$out" "plugins/losses/triplet.cc: no target of plugins/losses/BUILD names it: it is never compiled. Fix: "
  expect_has "$out" "core/image/jpeg.cc: no target of BUILD names it: it is never compiled. Fix: "
  write plugins/losses/BUILD '[cc_library(name = name, srcs = [name + ".cc"]) for name in ["softmax", "triplet"]]' \
    'filegroup(name = "losses", srcs = ["softmax"])'
  write core/image/BUILD 'cc_library(name = "image", srcs = ["jpeg.cc"], testonly = True)'
  write core/api/BUILD 'filegroup(name = "api", srcs = ["loss.h", "kind_test.cc"])'
  write core/api/kind_test.cc
  rm "$tree/core/graph/key_test.cc"
  lint build
  expect_findings 2
  expect_has "$out" "plugins/losses/triplet.cc: compiled, but //:dist does not contain it. Fix: "
  expect_has "$out" "core/api/kind_test.cc: no test of core/api/BUILD has it: it never runs. Fix: "
  write core/base/BUILD '' 'cc_librery(name = "base")'
  lint build
  expect_findings 1
  expect_has "$out" "core/base/BUILD:2: cannot be read: name 'cc_librery' is not defined. Fix: "
}

a_link_that_leads_nowhere_is_found() {
  new_tree links
  write core/NOTES.md '# A title: one' '' '[up](../MAP.md) [web](https://example.org/x) [here](#a-title-one)'
  write MAP.md '| `core/graph` | `key.h` |' '`core/api/loss.h` `plugins/*/softmax.cc` `losses/softmax.cc` `torch/torch.h`' \
    '```' '[in code](gone.md)' '```' '[notes](core/NOTES.md#a-title-one)'
  write core/base/hash.h '// As losses/softmax.cc, core/*/key.h and <torch/torch.h>; https://example.org/a/b.h'
  lint links
  expect_findings 0
  write core/base/hash.h '#include "core/gone.h"' '// (support/pickle.h)'
  write core/NOTES.md '[up](../MOP.md)' '[no](../MAP.md#such)' '`core/gone.h` is not looked at here'
  write MAP.md '| `core/graph` | `hash.h` |' '`core/api/gone.h` `core/gone` `softmix.cc` `losses/gone.cc`'
  lint links
  expect_findings 8
  expect_has "$out" "core/base/hash.h:2: a comment names support/pickle.h, which does not exist. Fix: "
  expect_has "$out" "core/NOTES.md:1: links to MOP.md, which does not exist. Fix: "
  expect_has "$out" "core/NOTES.md:2: links to #such, but MAP.md has no such heading. Fix: "
  expect_has "$out" "MAP.md:1: names hash.h, which does not exist in core/graph. Fix: "
  expect_has "$out" "MAP.md:2: names core/gone, which does not exist. Fix: "
}

a_block_that_is_not_the_text_of_its_file_is_found() {
  new_tree examples
  write plugins/losses/skeleton/new_loss.cc one two
  write plugins/losses/skeleton/new_loss_test.cc
  lint examples
  expect_findings 1
  expect_has "$out" "plugins/losses/skeleton/new_loss.cc: no page shows it. Fix: in plugins/losses/README.md, above"
  write plugins/losses/README.md '# Losses' '<!-- text of plugins/losses/skeleton/new_loss.cc -->' '```cpp' 'one' '```' 'rest'
  lint examples
  expect_findings 1
  expect_has "$out" "plugins/losses/README.md:2: the block below is not the text of plugins/losses/skeleton/new_loss.cc"
  lint --fix examples
  expect_findings 0
  lint examples
  expect_findings 0
  expect_eq "$(tail -n 4 "$tree/plugins/losses/README.md" | tr '\n' ' ')" 'one two ``` rest '
  write plugins/losses/README.md '<!-- text of plugins/losses/skeleton/new_loss.cc -->' 'one'
  write MAP.md '<!-- text of gone.cc -->' '```' '```'
  lint examples
  expect_findings 3
  expect_has "$out" "MAP.md:1: shows gone.cc, which does not exist. Fix: "
  expect_has "$out" 'README.md: a comment says `text of` a file, but no block of code follows it. Fix: '
}

# A clang-format that says what it is called with, and that no line 3 is as it should be.
stand_in() {
  mkdir -p "$tmp/bin"
  cat >"$tmp/bin/clang-format-19" <<'S'
#!/bin/bash
echo "$*" >>"$CALLS"
[[ $1 == -i ]] && exit
shift
for file in "$@"; do echo "$file:3:1: warning: code should be clang-formatted [-Wclang-format-violations]" >&2; done
S
  chmod +x "$tmp/bin/clang-format-19"
}

formatting_is_optional_and_of_what_changed() {
  new_tree format
  local path=$PATH
  PATH=$tmp/bin:$path
  stand_in
  export CALLS=$tmp/calls
  lint format --all
  expect_findings 4
  expect_has "$out" "core/graph/key.h:3: not as .clang-format says (1 place). Fix: ./facet lint --fix format."
  : >"$CALLS"
  lint --fix format --all
  expect_findings 0
  expect_has "$(<"$CALLS")" "-i core/api/loss.h core/base/hash.h"
  export GIT_CEILING_DIRECTORIES=$tmp
  lint format
  expect_has "$out" "skipped: format: without git it is not known what changed"
  expect_findings 0
  if command -v git >/dev/null; then
    local git=(git -C "$tree" -c user.name=n -c user.email=e -c init.defaultBranch=main)
    "${git[@]}" init -q && "${git[@]}" add . && "${git[@]}" commit -q -m one && "${git[@]}" checkout -q -b other
    write core/base/hash.h changed && "${git[@]}" commit -q -a -m two
    write core/api/loss.h changed
    write core/graph/new.h
    lint format
    expect_findings 3
    expect_has "$out" "core/base/hash.h:3: "
    expect_has "$out" "core/api/loss.h:3: "
    expect_has "$out" "core/graph/new.h:3: "
  fi
  rm "$tmp/bin/clang-format-19"
  mkdir -p "$tmp/bare"
  ln -sf "$(command -v env)" "$tmp/bare/"
  ln -sf "$(python3 -c "import sys; print(sys.executable)")" "$tmp/bare/python3"
  PATH=$tmp/bare
  lint format tidy
  PATH=$path
  expect_has "$out" "skipped: format: clang-format-19 is missing; as root: apt-get install --no-install-recommends clang-format-19"
  expect_has "$out" "skipped: tidy: clang-tidy-19 is missing; as root: apt-get install --no-install-recommends clang-tidy-19"
}

one_name_in_two_headers_is_found() {
  new_tree names
  write core/base/one.h 'namespace facet {' 'struct Pair {' '  int a;' '};' 'inline int Whole(const Json& json, int n) { return 1; }' '}'
  write core/graph/two.h 'namespace facet {' 'class Pair final : public Base {' '};' 'inline int Whole(const Json& json) { return 2; }' '}'
  write core/graph/three.h 'namespace facet::bench {' 'struct Pair {};' '}'
  write core/app/four.h 'namespace facet {' 'struct Pair;' 'inline int Whole(const Json& other, int m = 0) { return 3; }' '}'
  lint names
  expect_findings 2
  expect_has "$out" "core/graph/two.h:2: facet::Pair is defined in core/base/one.h too"
  expect_has "$out" "facet::Whole(const Json&,int) is defined in core/app/four.h too"
}

what_is_unknown_is_refused() {
  new_tree unknown
  lint include
  expect_eq "$code" 2
  expect_has "$out" "unknown: include; known: includes "
  lint --fox
  expect_eq "$code" 2
  lint --help
  expect_eq "$code" 0
  expect_has "$out" "usage: facet lint"
}

for test in a_clean_tree_has_no_findings a_count_that_is_wrong_is_found an_include_that_is_not_allowed_is_found the_real_rules_refuse_what_goes_upwards \
  tests_may_include_more_and_what_is_for_them rules_that_cannot_be_right_are_found a_file_that_is_too_long_is_found \
  what_bazel_would_never_compile_or_run_is_found a_block_that_is_not_the_text_of_its_file_is_found \
  a_link_that_leads_nowhere_is_found one_name_in_two_headers_is_found \
  formatting_is_optional_and_of_what_changed what_is_unknown_is_refused; do
  "$test"
done
echo "$checks checks, $failures failed"
((failures == 0))
