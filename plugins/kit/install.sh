# The verbs `install` and `package` of the wrapper, which reads this file.

readonly kPackagingPackages=(dpkg-dev)
# Of plugins outside this tree.
readonly kPluginPackages=(
  g++ pkgconf libabsl-dev libtorch-dev libopencv-dev libsqlite3-dev libgtest-dev libgmock-dev cmake bazel-bootstrap bazel-rules-java
)

# The built tree goes to PREFIX/lib/facet as it is; what other programs look for elsewhere leads there by relative links.
install_tree() { # install_tree PREFIX
  local prefix=$1 home=$1/lib/facet
  if [[ -e $home && ! -x $home/bin/facet ]]; then die 8 "$home is there and is no facet: remove it, or name another --prefix"; fi
  rm -rf -- "$home.new" || die 8 "cannot write to $prefix"
  mkdir -p -- "$prefix"/{bin,include,lib/cmake/facet,lib/pkgconfig,share/man/man1} \
    "$prefix"/share/{bash-completion/completions,doc,facet} || die 8 "cannot write to $prefix"
  cp -rL -- "$(readlink -f -- "$state/dist")" "$home.new" && chmod -R u+w,go-w,a+rX -- "$home.new" &&
    find "$home.new" -type f ! -path '*/bin/*' ! -path '*/benchmarks/*' -exec chmod a-x {} + &&
    rm -rf -- "$home" && mv -- "$home.new" "$home" || die 8 "copying to $home failed"
  # What the pages of doc/ name lies elsewhere here.
  ln -sfn ../include/core "$home/doc/core"
  local program
  for program in facet facet-manifest; do ln -sfn "../lib/facet/bin/$program" "$prefix/bin/$program"; done
  ln -sfn ../lib/facet/include "$prefix/include/facet"
  ln -sfn ../../lib/facet/experiments "$prefix/share/facet/experiments"
  ln -sfn ../../lib/facet/doc "$prefix/share/doc/facet"
  # A link would be resolved by some tools and not by others, and both files look around themselves.
  sed 's|^home=.*|home=${pcfiledir}/../facet|' "$home/lib/pkgconfig/facet.pc" >"$prefix/lib/pkgconfig/facet.pc"
  printf 'include("${CMAKE_CURRENT_LIST_DIR}/../../facet/cmake/facetConfig.cmake")\n' \
    >"$prefix/lib/cmake/facet/facetConfig.cmake"
  cp -- "$home/cmake/facetConfigVersion.cmake" "$prefix/lib/cmake/facet/"
  cp -- "$home/share/facet.bash" "$prefix/share/bash-completion/completions/facet"
  gzip -9nc "$home/share/facet.1" >"$prefix/share/man/man1/facet.1.gz" || die 8 "cannot write to $prefix"
}

run_install() {
  local prefix=
  while (($# > 0)); do
    case $1 in
      --prefix=?*) prefix=${1#*=} ;;
      --prefix) prefix=${2:-} && shift ;;
      *) die 2 "install takes --prefix DIR, not \"$1\"" ;;
    esac
    shift || break
  done
  [[ -n $prefix ]] || die 2 "install needs a place: --prefix DIR, such as \$HOME/.local or /usr/local"
  build_dist
  mkdir -p -- "$prefix" || die 8 "cannot make $prefix"
  prefix=$(readlink -f -- "$prefix")
  install_tree "$prefix"
  say "installed: $prefix/bin/facet"
  [[ :$PATH: == *":$prefix/bin:"* ]] || say "for this shell: export PATH=$prefix/bin:\$PATH"
}

# What libraries the programs and plugins are linked to, as Debian packages.
library_packages() { # library_packages ROOT
  local work=$1/shlibs file
  mkdir -p "$work/debian" && printf 'Source: facet\n\nPackage: facet\nArchitecture: any\n' >"$work/debian/control"
  local elf=()
  while IFS= read -r file; do elf+=("-e$file"); done < <(
    find "$1/usr/lib/facet" -type f \( -path '*/bin/*' -o -path '*/benchmarks/*' -o -name '*.so' \) | sort)
  (cd "$work" && dpkg-shlibdeps -O --ignore-missing-info "-l$1/usr/lib/facet/lib" "${elf[@]}" 2>"$work/log") ||
    { cat "$work/log" >&2; die 8 "dpkg-shlibdeps failed"; }
  rm -rf "$work"
}

run_package() {
  local out=. version arch release depends tree name
  while (($# > 0)); do
    case $1 in
      --out=?*) out=${1#*=} ;;
      --out) out=${2:-} && shift ;;
      *) die 2 "package takes --out DIR, not \"$1\"" ;;
    esac
    shift || break
  done
  [[ -n $out ]] || die 2 "--out needs a folder"
  [[ -z $libtorch_home ]] || die 2 "LIBTORCH_HOME is set: a package brings no LibTorch, it depends on Debian's; unset it"
  build_dist
  local missing
  mapfile -t missing < <(missing_packages "${kPackagingPackages[@]}")
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
  mkdir -p -- "$out" || die 8 "cannot make $out"
  version=$(sed -n 's/.*PACKAGE_VERSION "\(.*\)".*/\1/p' "$state/dist/cmake/facetConfigVersion.cmake")
  arch=$(dpkg --print-architecture)
  release=$(. /etc/os-release && printf %s "${VERSION_ID%%.*}")
  # The same sources give the same bytes.
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || printf 0)
  export SOURCE_DATE_EPOCH
  tree=$(mktemp -d) || die 8 "cannot write to ${TMPDIR:-/tmp}"
  chmod 755 "$tree"
  install_tree "$tree/usr"
  depends=$(library_packages "$tree")
  depends=${depends#shlibs:Depends=}
  # Its BLAS, the cascades that detectors read, and the fonts of contact sheets.
  depends+=", libopenblas0-openmp, opencv-data, fonts-dejavu-core, fonts-freefont-ttf, fonts-lohit-deva, fonts-wqy-microhei"
  cp "$tree/usr/lib/facet/doc/LICENSE" "$tree/usr/lib/facet/doc/copyright"
  mkdir "$tree/DEBIAN"
  printf '%s\n' >"$tree/DEBIAN/control" \
    "Package: facet" "Version: $version+deb$release" "Architecture: $arch" "Maintainer: facet <facet@localhost>" \
    "Section: science" "Priority: optional" "Installed-Size: $(du -sk "$tree/usr" | cut -f1)" \
    "Depends: $depends" "Suggests: $(IFS=,; printf '%s' "${kPluginPackages[*]}" | sed 's/,/, /g')" \
    "Description: face-recognition experiments from swappable parts" \
    " Computes ablation tables: which part of a face-recognition system matters?" \
    " Components are plugins; the suggested packages are for writing one."
  name=facet_$version+deb${release}_$arch.deb
  dpkg-deb --root-owner-group --build "$tree" "$out/$name" >/dev/null || die 8 "dpkg-deb failed"
  local folder=facet-$version-debian$release-$arch
  rm -rf "$tree/DEBIAN" && mv "$tree/usr" "$tree/$folder"
  printf '%s\n' >"$tree/$folder/INSTALL" \
    "bin/facet runs from here, wherever this folder lies, on Debian $release with these packages:" "" \
    "  apt-get install --no-install-recommends $(printf '%s' "$depends" | sed 's/([^)]*)//g; s/ |[^,]*//g; s/,//g; s/  */ /g')"
  tar -C "$tree" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$folder" |
    gzip -9n >"$out/$folder.tar.gz" || die 8 "writing $out/$folder.tar.gz failed"
  rm -rf -- "$tree"
  say "install with: apt install $(readlink -f -- "$out/$name")"
  printf '%s\n' "$out/$name" "$out/$folder.tar.gz"
}
