#!/bin/bash
# What third_party/libtorch_home.sh says of folders that LIBTORCH_HOME may name: made here, empty but for what it reads.
set -u

check=$(readlink -f -- "${TEST_SRCDIR:+$TEST_SRCDIR/$TEST_WORKSPACE/}third_party/libtorch_home.sh")
tmp=${TEST_TMPDIR:-$(mktemp -d)}
site=$tmp/venv/lib/python3.11/site-packages
cases=0 failures=0

# make_home DIR STANDARD [SYMBOLS]: a LibTorch whose headers want __cplusplus >= STANDARD.
make_home() {
  mkdir -p "$1"/lib "$1"/include/{ATen,c10,torch}
  touch "$1"/lib/libtorch{,_cpu}.so
  printf '%s\n' "${3-_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112basic_stringIcE}" >"$1/lib/libc10.so"
  printf '#if !defined(_MSC_VER) && __cplusplus < %sL\n#error C++ is too old\n#endif\n' "$2" >"$1/include/ATen/ATen.h"
}

# says HOME CODE WORDS: the exit code, and what is said: the standard, or the one line of what is wrong.
says() {
  local words code=0
  words=$("$check" "$1" 2>&1) || code=$?
  cases=$((cases + 1))
  [[ $code == "$2" && $words == "$3" ]] && return
  echo "FAILED line ${BASH_LINENO[0]}: got $code <$words>, wanted $2 <$3>"
  failures=$((failures + 1))
}

torch=$site/torch
make_home "$torch" 201703
says "$torch" 0 c++17
make_home "$tmp/20" 202002
says "$tmp/20" 0 c++20
# As later releases write it.
cat >"$tmp/20/include/ATen/ATen.h" <<'S2'
#if (defined(_MSC_VER) && _MSVC_LANG < 202002L) || \
    (!defined(_MSC_VER) && __cplusplus < 202002L)
#error C++20 or later compatible compiler is required to use ATen.
#endif
S2
says "$tmp/20" 0 c++20
make_home "$tmp/23" 202302
says "$tmp/23" 1 "LIBTORCH_HOME=$tmp/23 has headers that want a later C++ standard (__cplusplus >= 202302) than facet \
is compiled with, C++20 at most; take an earlier release"

for folder in "$tmp/venv" "$tmp/venv/lib/python3.11" "$site"; do
  says "$folder" 1 "LIBTORCH_HOME=$folder holds LibTorch deeper down: set LIBTORCH_HOME=$torch"
done
for folder in include lib; do
  says "$torch/$folder" 1 "LIBTORCH_HOME=$torch/$folder is a part of LibTorch: set LIBTORCH_HOME=$torch"
done
says venv/torch 1 "LIBTORCH_HOME=venv/torch is not an absolute path"
says "$tmp/none" 1 "LIBTORCH_HOME=$tmp/none is not a folder"
mkdir "$tmp/empty"
says "$tmp/empty" 1 "LIBTORCH_HOME=$tmp/empty is neither a LibTorch release nor an installed PyTorch wheel: \
$tmp/empty/include/ATen is missing"
make_home "$tmp/half" 201703
rm -r "$tmp/half/lib/libc10.so"
says "$tmp/half" 1 "LIBTORCH_HOME=$tmp/half is neither a LibTorch release nor an installed PyTorch wheel: \
$tmp/half/lib/libc10.so is missing"

make_home "$tmp/old" 201703 "_ZN3c105ErrorC1ENS_14SourceLocationESs __cxx11"
says "$tmp/old" 1 "LIBTORCH_HOME=$tmp/old is built with the old string ABI; take a PyTorch wheel of 2.7 or later, or the \
release named cxx11-abi"

# A wheel without the packages of CUDA: its libraries name them as the loader does.
mkdir "$tmp/bin"
cat >"$tmp/bin/ldd" <<'S2'
#!/bin/bash
printf '\tlibtorch_cpu.so => /x/libtorch_cpu.so (0x1)\n\tlibcupti.so.12 => not found\n\tlibcudart.so.12 => not found\n'
S2
chmod +x "$tmp/bin/ldd"
PATH=$tmp/bin:$PATH says "$torch" 1 "LIBTORCH_HOME=$torch lacks libcudart.so.12 libcupti.so.12; install torch with all \
that it requires (pip without --no-deps)"

echo "$cases checks, $failures failed"
((failures == 0))
