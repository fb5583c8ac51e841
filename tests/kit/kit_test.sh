#!/bin/bash
# From an installed tree that lies elsewhere, with nothing of the sources: skeletons are written, compiled with what
# pkg-config says, with Bazel, and with CMake where it is installed, tested, checked and run.
set -u -o pipefail

tmp=${TEST_TMPDIR:-$(mktemp -d)}
home=$tmp/elsewhere/lib/facet
mkdir -p "$tmp/elsewhere/lib"
cp -rL "$TEST_SRCDIR/$TEST_WORKSPACE/dist" "$home" && chmod -R u+w "$home" || exit 1
facet=$home/bin/facet
export HOME=$tmp/home XDG_DATA_HOME=
unset FACET_PLUGIN_PATH
cases=0 failures=0

fail() { echo "FAILED line ${BASH_LINENO[1]}: $*"; failures=$((failures + 1)); }
expect_eq() { cases=$((cases + 1)); [[ $1 == "$2" ]] || fail "got <$1>, wanted <$2>"; }
expect_has() { cases=$((cases + 1)); [[ $1 == *"$2"* ]] || fail "<$1> does not contain <$2>"; }
run() { out=$("$@" 2>"$tmp/err") && code=0 || code=$?; err=$(<"$tmp/err"); }

cd "$tmp" || exit 1
read -ra flags < <(PKG_CONFIG_PATH=$home/lib/pkgconfig pkg-config --cflags --libs facet)

# name KIND FLAG...: its skeleton, library and test, in the folder name.
build() {
  local name=$1 kind=$2
  shift 2
  run "$facet" plugins new "$kind" "$name"
  expect_eq "$code" 0
  expect_has "$out" "$name/$name.cc"
  mkdir -p "$name/build"
  g++ -O1 -fPIC -shared -Wl,-z,defs -o "$name/build/lib$name.so" "$name/$name.cc" "${flags[@]}" "$@" || fail "$name.cc"
  g++ -O0 -o "$name/build/test" "$name/$name.cc" "$name/${name}_test.cc" -lgtest -lgtest_main -lpthread \
    "-Wl,-rpath,$home/lib" "${flags[@]}" "$@" || fail "${name}_test.cc"
  "$name/build/test" >"$tmp/test.log" 2>&1 || fail "$(<"$tmp/test.log")"
}

# Without LibTorch, in the three places where plugins are found.
build my_sampler sampler
library=$tmp/my_sampler/build/libmy_sampler.so
run "$facet" plugins describe sampler/my_sampler
expect_eq "$code" 4
run "$facet" plugins describe sampler/my_sampler --plugin-path my_sampler/build
expect_eq "$code" 0
FACET_PLUGIN_PATH=/nowhere:$tmp/my_sampler/build run "$facet" plugins describe sampler/my_sampler
expect_eq "$code" 0
mkdir -p "$HOME/.local/share/facet/plugins" && cp "$library" "$HOME/.local/share/facet/plugins/"
run "$facet" plugins describe sampler/my_sampler
expect_eq "$code" 0
run "$facet" check my_sampler/my_sampler.toml
expect_eq "$code$err" 0
run "$facet" plugins new sampler my_sampler
expect_eq "$code" 2
expect_has "$err" "already"
run "$facet" plugins check "$library"
expect_eq "$code" 0
run "$facet" run my_sampler/my_sampler.toml
expect_eq "$code" 0
expect_has "$out" "my_sampler"
# Everybody may write to it: left out, and said.
chmod o+w "$HOME/.local/share/facet/plugins"
run "$facet" check my_sampler/my_sampler.toml
expect_eq "$code" 4
expect_has "$err" "chmod o-w"
rm -r "$HOME/.local"

# Faults of a kit.
run "$facet" plugins new losss x
expect_eq "$code" 2
expect_has "$err" 'did you mean "loss"?'
run "$facet" plugins new loss My-Loss
expect_eq "$code" 2
mv "$home/skeleton" "$home/away"
run "$facet" plugins new loss x
expect_eq "$code" 5
expect_has "$err" "without its kit"
mv "$home/away" "$home/skeleton"

if command -v cmake >/dev/null; then
  run "$facet" plugins new schedule my_schedule
  expect_eq "$code" 0
  cmake -S my_schedule -B my_schedule/build >"$tmp/cmake.log" 2>&1 && cmake --build my_schedule/build >>"$tmp/cmake.log" 2>&1 &&
    ctest --test-dir my_schedule/build >>"$tmp/cmake.log" 2>&1 || fail "$(<"$tmp/cmake.log")"
  run "$facet" check --plugin-path my_schedule/build my_schedule/my_schedule.toml
  expect_eq "$code$err" 0
  run "$facet" plugins describe --plugin-path my_schedule/build schedule/my_schedule
  expect_has "$out" "$(sed -n '1s|^// ||p' my_schedule/my_schedule.cc)" # its manual
fi
# Bazel, with the most that a plugin asks of it: OpenCV, and what curators are linked to.
run "$facet" plugins new curator my_curator
expect_eq "$code" 0
(
  cd my_curator || exit 1
  bazel=(bazel "--output_user_root=$tmp/bazel" --max_idle_secs=5)
  "${bazel[@]}" build --color=no --curses=no //... && "${bazel[@]}" shutdown
) >"$tmp/bazel.log" 2>&1 || fail "$(tail -20 "$tmp/bazel.log")"
run "$facet" plugins describe curator/my_curator --plugin-path my_curator/bazel-bin
expect_eq "$code" 0
expect_eq "$(find my_curator/bazel-bin/ -maxdepth 1 -name 'libmy_curator.schema.json' | wc -l)" 1
expect_has "$out" "$(sed -n '1s|^// ||p' my_curator/my_curator.cc)" # its manual
if command -v cmake >/dev/null; then
  cmake -S my_curator -B my_curator/build >"$tmp/cmake.log" 2>&1 && cmake --build my_curator/build >>"$tmp/cmake.log" 2>&1 &&
    my_curator/build/my_curator_test >>"$tmp/cmake.log" 2>&1 || fail "$(<"$tmp/cmake.log")"
fi
echo "$cases checks, $failures failed"
((failures == 0))
