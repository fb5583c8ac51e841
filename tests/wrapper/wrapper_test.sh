#!/bin/bash
# The wrapper `facet` in a tree of its own, with stand-ins for dpkg-query, apt-get, sudo and bazel in PATH. The stand-in
# for bazel logs its calls and "builds" a host that prints its working folder and its arguments.
set -u

wrapper=$(readlink -f -- "${TEST_SRCDIR:+$TEST_SRCDIR/$TEST_WORKSPACE/}facet")
tmp=${TEST_TMPDIR:-$(mktemp -d)}
tree=$tmp/tree bin=$tmp/bin log=$tmp/bazel.log
mkdir -p "$tree"/{core,plugins/{kit,losses},third_party} "$bin" "$tmp/home" "$tmp/elsewhere/a b"
cp "$wrapper" "$tree/facet"
cp "$(dirname -- "$wrapper")/plugins/kit/install.sh" "$tree/plugins/kit/"
echo one >"$tree/core/one.cc"
echo two >"$tree/plugins/losses/two.cc"
touch "$tree/WORKSPACE" "$tree/BUILD"

cat >"$bin/dpkg-query" <<'S'
#!/bin/bash
for argument in "$@"; do
  [[ $argument == -* || " ${MISSING:-} " == *" $argument "* ]] || echo "$argument installed"
done
S
cat >"$bin/apt-get" <<'S'
#!/bin/bash
echo "apt-get $*" >>"$BAZEL_LOG"
exit "${APT_CODE:-0}"
S
cat >"$bin/sudo" <<'S'
#!/bin/bash
while [[ $1 == -* ]]; do shift; done
exec "$@"
S
cat >"$bin/bazel" <<'S'
#!/bin/bash
[[ $1 == info ]] && { [[ "$*" == *bazel-testlogs* ]] && echo "$PWD/testlogs" || echo "$PWD/out"; exit; }
echo "bazel in $PWD: $*" >>"$BAZEL_LOG"
[[ -n ${BAZEL_SAYS:-} ]] && cat "$BAZEL_SAYS" >&2
[[ -n ${BAZEL_CODE:-} ]] && exit "$BAZEL_CODE"
mkdir -p out/dist/bin
printf '#!/bin/bash\nprintf "%%s|" "$PWD" "$@"\nexit "${HOST_CODE:-0}"\n' >out/dist/bin/facet
chmod +x out/dist/bin/facet
mkdir -p out/dist/{cmake,doc,experiments,include/core/api,lib/pkgconfig,share}
touch out/dist/{doc/LICENSE,experiments/a.toml,include/core/api/loss.h,lib/libfacet.so,share/facet.1,share/facet.bash}
printf 'home=${pcfiledir}/../..\nName: facet\n' >out/dist/lib/pkgconfig/facet.pc
printf 'set(PACKAGE_VERSION "1.2.3")\n' >out/dist/cmake/facetConfigVersion.cmake
S
cat >"$bin/dpkg-shlibdeps" <<'S'
#!/bin/bash
echo "shlibs:Depends=libc6 (>= 2.35), libblas3 | libblas.so.3"
S
cat >"$bin/getent" <<'S'
#!/bin/bash
echo "user:x:1000:1000::$PASSWD_HOME:/bin/bash"
S
chmod +x "$bin"/*
export PATH=$bin:$PATH HOME=$tmp/home PASSWD_HOME=$tmp/home BAZEL_LOG=$log
unset LIBTORCH_HOME FACET_DATA
cases=0 failures=0

fail() { echo "FAILED ${FUNCNAME[2]:-} line ${BASH_LINENO[1]}: $*"; failures=$((failures + 1)); }
expect_eq() { cases=$((cases + 1)); [[ $1 == "$2" ]] || fail "got <$1>, wanted <$2>"; }
expect_has() { cases=$((cases + 1)); [[ $1 == *"$2"* ]] || fail "<$1> does not contain <$2>"; }
expect_lacks() { cases=$((cases + 1)); [[ $1 != *"$2"* ]] || fail "<$1> contains <$2>"; }
# Runs the wrapper; sets out, err, code.
facet() { out=$("${facet_path:-$tree/facet}" "$@" 2>"$tmp/err") && code=0 || code=$?; err=$(<"$tmp/err"); }
bazel_calls() { grep -c "^bazel in" "$log" 2>/dev/null; }
# Change times have the granularity of the kernel's clock tick.
tick() { sleep 0.05; }

no_install_names_what_is_missing_and_refuses() {
  MISSING="g++ liblmdb-dev" facet --no-install version
  expect_eq "$code" 2
  expect_eq "$out" ""
  expect_has "$err" "missing Debian packages: g++ liblmdb-dev"
  MISSING="g++" facet run x.toml --no-install
  expect_eq "$code" 2
  expect_eq "$(cat "$log" 2>/dev/null)" ""
}

missing_packages_are_listed_then_installed() {
  : >"$log"
  MISSING="libcli11-dev" facet version
  expect_eq "$code" 0
  expect_has "$err" "missing Debian packages: libcli11-dev"
  expect_has "$(<"$log")" "install -y --no-install-recommends libcli11-dev"
  rm -rf "$tree/out"
  MISSING="libcli11-dev" APT_CODE=100 facet version
  expect_eq "$code" 8
  expect_has "$err" "apt-get install --no-install-recommends libcli11-dev"
}

every_package_of_third_party_is_installed() {
  local rules=$(dirname -- "$wrapper")/third_party package count=0
  for package in $(sed -nE 's/^ *package = "([^"]+)",$/\1/p' "$rules"/*.bzl); do
    MISSING=$package facet --no-install version
    expect_has "$err" "missing Debian packages: $package"
    count=$((count + 1))
  done
  expect_eq "$((count >= 10))" 1
}

debian_libtorch_is_not_asked_for_beside_another() {
  rm -rf "$tree/out"
  mkdir -p "$tmp/libtorch"/{include,lib}
  LIBTORCH_HOME=$tmp/libtorch MISSING="libtorch-dev" facet --no-install version
  expect_eq "$code" 0
  MISSING="libtorch-dev" facet --no-install version
  expect_eq "$code" 2
}

another_libtorch_in_the_same_place_is_built_with() {
  LIBTORCH_HOME=$tmp/libtorch facet version
  local before
  before=$(bazel_calls)
  LIBTORCH_HOME=$tmp/libtorch facet version
  expect_eq "$(bazel_calls)" "$before"
  tick && echo 2.9 >"$tmp/libtorch/include/version.h" && LIBTORCH_HOME=$tmp/libtorch facet version
  expect_has "$(tail -2 "$log" | head -1)" ": shutdown"
  expect_has "$(tail -1 "$log")" ": build"
}

arguments_and_folder_are_the_callers() {
  cd "$tmp/elsewhere/a b" || exit 1
  facet run "x y.toml" --set "a=*" ""
  expect_eq "$out" "$tmp/elsewhere/a b|run|x y.toml|--set|a=*||"
  ln -sf "$tree/facet" "$tmp/elsewhere/link"
  facet_path=../link facet show -- --no-install
  expect_eq "$out" "$tmp/elsewhere/a b|show|--|--no-install|"
  expect_has "$(tail -1 "$log")" "bazel in $tree: build"
  HOST_CODE=6 facet report
  expect_eq "$code" 6
  cd "$tmp" || exit 1
}

bazel_is_called_only_when_something_changed() {
  facet version
  local before
  before=$(bazel_calls)
  facet version
  expect_eq "$(bazel_calls)" "$before"
  expect_eq "$err" ""
  tick && echo changed >>"$tree/core/one.cc" && facet version
  expect_eq "$(bazel_calls)" $((before + 1))
  tick && rm "$tree/plugins/losses/two.cc" && facet version
  expect_eq "$(bazel_calls)" $((before + 2))
  # An old date on a new content, as cp -p and rsync make it: no modification time changes to after the build.
  echo three >"$tmp/three.cc" && touch -d 2001-01-01 "$tmp/three.cc" && tick
  cp -p "$tmp/three.cc" "$tree/core/one.cc" && facet version
  expect_eq "$(bazel_calls)" $((before + 3))
  LIBTORCH_HOME=$tmp/libtorch facet version
  expect_eq "$(bazel_calls)" $((before + 4))
  facet version
  expect_eq "$(bazel_calls)" $((before + 5))
  rm -rf "$tree/out" && facet version
  expect_eq "$(bazel_calls)" $((before + 6))
  facet version
  expect_eq "$(bazel_calls)" $((before + 6))
}

a_failed_build_shows_the_compilers_words_and_is_tried_again() {
  cat >"$tmp/says" <<'S'
INFO: Invocation ID: 1
Analyzing: target //:dist (1 packages loaded)
[1,234 / 5,678] Compiling core/one.cc; 1s local
ERROR: /tree/core/BUILD:1:1: Compiling core/one.cc failed: (Exit 1): gcc failed
core/one.cc:1:1: error: 'one' does not name a type
Use --verbose_failures to see the command lines of failed build steps.
S
  tick && echo broken >>"$tree/core/one.cc"
  BAZEL_SAYS=$tmp/says BAZEL_CODE=1 facet version
  expect_eq "$code" 8
  expect_eq "$out" ""
  expect_has "$err" "core/one.cc:1:1: error: 'one' does not name a type"
  expect_lacks "$err" "Invocation"
  expect_lacks "$err" "verbose_failures"
  BAZEL_CODE=8 facet version # its code for an interrupt
  expect_eq "$code" 130
  BAZEL_CODE=8 facet build //core/...
  expect_eq "$code" 130
  facet version
  expect_eq "$code" 0
}

a_missing_library_is_one_line() {
  cat >"$tmp/says" <<'S'
INFO: Repository torch instantiated at:
  /tree/WORKSPACE:45:6: in <toplevel>
ERROR: An error occurred during the fetch of repository 'torch':
   Traceback (most recent call last):
Error in fail: header ATen is missing; install the Debian package libtorch-dev
ERROR: Error fetching repository: Traceback (most recent call last):
Error in fail: header ATen is missing; install the Debian package libtorch-dev
ERROR: /tree/BUILD:3:16: //:x depends on @torch//:torch in repository @torch which failed to fetch. no such package
ERROR: Analysis of target '//:dist' failed; build aborted: Analysis failed
S
  tick && echo again >>"$tree/core/one.cc"
  BAZEL_SAYS=$tmp/says BAZEL_CODE=1 facet version
  expect_eq "$code" 8
  expect_eq "$err" "facet: building
error: header ATen is missing; install the Debian package libtorch-dev
facet: the build failed (above)"
}

progress_says_how_far_it_is() {
  tick && echo again >>"$tree/core/one.cc"
  printf '[1,234 / 5,678] Compiling core/one.cc; 1s local\n' >"$tmp/says"
  BAZEL_SAYS=$tmp/says facet version
  expect_has "$err" "step 1,234/5,678"
  expect_has "$err" "Compiling core/one.cc"
}

write_xml() { mkdir -p "$tree/testlogs/$1" && cat >"$tree/testlogs/$1/test.xml"; }

tests_are_counted() {
  write_xml core/base/hash_test <<'S'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="0" disabled="0" errors="0" time="0.001" name="AllTests">
  <testsuite name="Hash" tests="3" failures="0" disabled="0" skipped="1" errors="0" time="0.001">
    <testcase name="Known" status="run" result="completed" time="0" classname="Hash" />
    <testcase name="Empty" status="run" result="completed" time="0" classname="Hash" />
    <testcase name="Real" status="run" result="skipped" time="0" classname="Hash">
      <skipped message="core/base/hash_test.cc:9&#x0A;FACET_DATA is not set&#x0A;"><![CDATA[x]]></skipped>
    </testcase>
  </testsuite>
</testsuites>
S
  write_xml tests/e2e/run <<'S'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="tests/e2e/run" tests="1" failures="0" errors="0">
    <testcase name="tests/e2e/run" status="run" duration="1" time="1"></testcase>
  </testsuite>
</testsuites>
S
  cat >"$tmp/says" <<'S'
//core/base:hash_test                                           (cached) PASSED in 0.1s
//tests/e2e:run                                                          PASSED in 1.0s
//plugins/losses:without_xml_test                                        PASSED in 1.0s
S
  BAZEL_SAYS=$tmp/says facet test
  expect_eq "$code" 0
  expect_eq "$out" "4 passed, 0 failed, 1 skipped"
  expect_has "$err" "skipped: 1 in //core/base:hash_test: FACET_DATA is not set"
  expect_has "$(tail -1 "$log")" "-- //..."

  write_xml core/base/json_test <<'S'
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="5" failures="2" disabled="0" errors="0" time="0.001" name="AllTests">
S
  write_xml core/base/crash_test </dev/null
  cat >>"$tmp/says" <<'S'
//core/base:json_test                                                    FAILED in 0.1s
  /root/testlogs/core/base/json_test/test.log
//core/base:crash_test                                                   FAILED in 0.1s
//core/base:slow_test                                                   TIMEOUT in 60.0s
//plugins/losses:arcface_test                                   FAILED TO BUILD
S
  BAZEL_SAYS=$tmp/says BAZEL_CODE=1 facet test //core/... --config=asan
  expect_eq "$code" 1
  expect_eq "$out" "7 passed, 5 failed, 1 skipped"
  expect_has "$(tail -1 "$log")" "--config=asan -- //core/..."

  : >"$tmp/says"
  BAZEL_SAYS=$tmp/says BAZEL_CODE=1 facet test
  expect_eq "$code" 1
  expect_eq "$out" "0 passed, 1 failed"
}

a_home_is_not_needed() {
  (
    unset HOME
    facet version
    expect_eq "$code" 0
    exit "$failures"
  ) || failures=$?
  HOME=/nonexistent facet version
  expect_eq "$code" 0
  HOME=/nonexistent PASSWD_HOME=/nonexistent TMPDIR=$tmp facet version
  expect_eq "$code" 0
  expect_eq "$([[ -d $tmp/facet-$(id -u)/.cache/facet ]] && echo made)" made
}

install_copies_what_was_built_and_links_lead_into_it() {
  local prefix="$tmp/a prefix"
  rm -rf "$tree/out"
  facet install --prefix "$prefix"
  expect_eq "$code" 0
  expect_has "$err" "$prefix/bin/facet"
  expect_eq "$("$prefix/bin/facet" x 2>&1)" "$PWD|x|"
  local file
  for file in include/facet/core/api/loss.h share/doc/facet/LICENSE share/facet/experiments/a.toml share/man/man1/facet.1.gz \
    share/bash-completion/completions/facet lib/cmake/facet/facetConfig.cmake lib/cmake/facet/facetConfigVersion.cmake; do
    expect_eq "$file $([[ -f $prefix/$file ]] && echo there)" "$file there"
  done
  # Both find the tree from where they lie: the whole prefix can be moved.
  expect_eq "$(head -1 "$prefix/lib/pkgconfig/facet.pc")" 'home=${pcfiledir}/../facet'
  expect_lacks "$(cat "$prefix/lib/cmake/facet/facetConfig.cmake")" "$prefix"
  # Again, over what is there; never over what is no facet.
  touch "$prefix/lib/facet/old"
  facet install --prefix="$prefix"
  expect_eq "$code" 0
  expect_eq "$([[ -e $prefix/lib/facet/old ]] && echo there)" ""
  mkdir -p "$tmp/other/lib/facet" && touch "$tmp/other/lib/facet/mine"
  facet install --prefix "$tmp/other"
  expect_eq "$code" 8
  expect_has "$err" "is no facet"
  expect_eq "$([[ -e $tmp/other/lib/facet/mine ]] && echo there)" there
  facet install
  expect_eq "$code" 2
  expect_has "$err" "--prefix DIR"
  facet install --prefx x
  expect_eq "$code" 2
}

package_is_a_deb_and_a_tarball_with_what_they_depend_on() {
  facet package --out "$tmp/packages"
  expect_eq "$code" 0
  local deb tar
  deb=$(sed -n 1p <<<"$out") tar=$(sed -n 2p <<<"$out")
  expect_has "$deb" "/facet_1.2.3+deb"
  expect_has "$(dpkg-deb -f "$deb" Depends)" "libc6 (>= 2.35), libblas3 | libblas.so.3, libopenblas0-openmp, opencv-data, fonts-dejavu-core"
  expect_has "$(dpkg-deb -f "$deb" Suggests)" "libtorch-dev"
  expect_has "$(dpkg-deb -c "$deb")" "./usr/bin/facet -> ../lib/facet/bin/facet"
  mkdir "$tmp/unpacked" && tar -C "$tmp/unpacked" -xf "$tar"
  expect_eq "$("$tmp"/unpacked/facet-*/bin/facet y 2>&1)" "$PWD|y|"
  expect_has "$(cat "$tmp"/unpacked/facet-*/INSTALL)" "libc6 libblas3 libopenblas0-openmp opencv-data"
  LIBTORCH_HOME=$tmp facet package
  expect_eq "$code" 2
  expect_has "$err" "LIBTORCH_HOME"
}

lint_needs_neither_packages_nor_a_build() {
  mkdir -p "$tree/tests/lint"
  printf '#!/bin/bash\nprintf "%%s|" "$@"\nexit 1\n' >"$tree/tests/lint/lint"
  chmod +x "$tree/tests/lint/lint"
  : >"$log"
  MISSING="g++ bazel-bootstrap" facet lint --fix "a b"
  expect_eq "$code" 1
  expect_eq "$out" "--fix|a b|"
  expect_eq "$(<"$log")" ""
}

help_and_no_arguments() {
  facet
  expect_eq "$code" 2
  expect_eq "$out" ""
  facet --help
  expect_eq "$code" 0
  expect_has "$out" "usage: facet"
}

for test in no_install_names_what_is_missing_and_refuses missing_packages_are_listed_then_installed \
  every_package_of_third_party_is_installed debian_libtorch_is_not_asked_for_beside_another \
  another_libtorch_in_the_same_place_is_built_with arguments_and_folder_are_the_callers \
  bazel_is_called_only_when_something_changed a_failed_build_shows_the_compilers_words_and_is_tried_again \
  a_missing_library_is_one_line progress_says_how_far_it_is tests_are_counted a_home_is_not_needed \
  install_copies_what_was_built_and_links_lead_into_it package_is_a_deb_and_a_tarball_with_what_they_depend_on \
  lint_needs_neither_packages_nor_a_build help_and_no_arguments; do
  "$test"
done
echo "$cases checks, $failures failed"
((failures == 0))
