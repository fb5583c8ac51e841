#!/bin/sh
# libtorch_home.sh DIR: whether facet can be built with the LibTorch in DIR, a release of pytorch.org or the folder
# `torch` of an installed wheel. Prints the C++ standard that its headers want ("c++17"), or says on stderr what is
# wrong and how to cure it, and ends with exit code 1.
home=$1

die() {
  echo "LIBTORCH_HOME=$home $*" >&2
  exit 1
}

case $home in
  /*) ;;
  *) die "is not an absolute path" ;;
esac
[ -d "$home" ] || die "is not a folder"

if [ ! -e "$home/include/ATen" ] || [ ! -e "$home/lib/libtorch_cpu.so" ]; then
  # A virtual environment, its lib/python3.x or its site-packages; a folder that holds an unpacked release.
  for inner in "$home"/lib/python3*/site-packages/torch "$home"/site-packages/torch "$home"/torch "$home"/libtorch; do
    [ -e "$inner/lib/libtorch_cpu.so" ] && die "holds LibTorch deeper down: set LIBTORCH_HOME=$inner"
  done
  # include/ or lib/ itself
  outer=$(dirname -- "$home")
  [ -e "$outer/lib/libtorch_cpu.so" ] && die "is a part of LibTorch: set LIBTORCH_HOME=$outer"
fi
for needed in include/ATen include/c10 include/torch lib/libtorch.so lib/libtorch_cpu.so lib/libc10.so; do
  [ -e "$home/$needed" ] || die "is neither a LibTorch release nor an installed PyTorch wheel: $home/$needed is missing"
done

# c10::Error(SourceLocation, std::string), where Ss is the old string; its libraries speak of __cxx11 too.
grep -q _ZN3c105ErrorC1ENS_14SourceLocationESs "$home/lib/libc10.so" &&
  die "is built with the old string ABI; take a PyTorch wheel of 2.7 or later, or the release named cxx11-abi"

# What a wheel takes from other packages, those of CUDA: without them nothing that we build starts.
missing=$(ldd "$home/lib/libtorch.so" 2>/dev/null | sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p' | sort -u)
[ -z "$missing" ] || die "lacks $(echo $missing); install torch with all that it requires (pip without --no-deps)"

# The headers say it themselves: `#if !defined(_MSC_VER) && __cplusplus < 201703L`, then `#error`.
wanted=$(sed -n 's/.*__cplusplus < \(20[0-9]*\)L.*/\1/p' "$home/include/ATen/ATen.h" | sort -n | tail -1)
if [ "${wanted:-0}" -le 201703 ]; then
  echo c++17
elif [ "$wanted" -le 202002 ]; then
  echo c++20
else
  die "has headers that want a later C++ standard (__cplusplus >= $wanted) than facet is compiled with, C++20 at most; take an earlier release"
fi
