"""Abseil from Debian's shared libraries.

Library names differ between releases, so that the link flags come from pkg-config. A module that a release lacks
(`log` and `check` in 20220623) gets no target there.
"""

load("//third_party:debian.bzl", "debian_headers")

_MODULES = [
    "btree",
    "cleanup",
    "cord",
    "flat_hash_map",
    "flat_hash_set",
    "function_ref",
    "hash",
    "inlined_vector",
    "random_random",
    "span",
    "stacktrace",
    "status",
    "statusor",
    "str_format",
    "strings",
    "symbolize",
    "synchronization",
    "time",
]

def _absl_impl(ctx):
    debian_headers(ctx, ["absl"], "libabsl-dev")
    pkg_config = ctx.which("pkg-config")
    if not pkg_config:
        fail("pkg-config is missing; install the Debian package pkgconf")
    flags = {}
    for module in _MODULES:
        result = ctx.execute([pkg_config, "--libs", "absl_" + module])
        if result.return_code != 0:
            fail("pkg-config does not know absl_%s; install the Debian package libabsl-dev: %s" %
                 (module, result.stderr.strip()))
        # pkg-config gives the whole closure: keep what a program's symbols need.
        libs = [flag for flag in result.stdout.strip().split(" ") if flag.startswith("-l")]
        flags[module] = ["-Wl,--push-state,--as-needed"] + libs + ["-Wl,--pop-state"] if libs else []
    ctx.template("BUILD.bazel", ctx.attr.build_file, {"%{LINK_FLAGS}": repr(flags)})

absl_repository = repository_rule(
    implementation = _absl_impl,
    attrs = {"build_file": attr.label(default = "//third_party:absl.BUILD")},
    local = True,
)

def absl():
    absl_repository(name = "absl")
