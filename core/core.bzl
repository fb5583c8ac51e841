"""The rules of facet's own C++: one set of warnings, one copy of core in a process.

    load("//core:core.bzl", "facet_cc_binary", "facet_cc_library", "facet_cc_test", "facet_cc_test_plugin", "libfacet_cc_library")

`libfacet_cc_library(name, srcs, hdrs, deps)`   in core/base, core/api and core/plugin alone: a part of libfacet.so.
    Whoever depends on it gets its headers and is linked to the one libfacet.so. List it in //core:libfacet.
    `deps` are other parts (":x", "//core/base:x") and third-party libraries that libfacet.so may load: no LibTorch, no
    OpenCV ("@torch//:headers" is allowed: declarations only).
`facet_cc_library(name, srcs, hdrs, deps)`      everything else in core: linked statically into the programs that use it.
`facet_cc_binary(name, srcs, deps)`             a program. Finds libfacet.so in the build tree and in ../lib of a copied tree.
`facet_cc_test(name, srcs, deps, torch = False)` a GoogleTest program, main included; not optimised, for it is compiled
    more often than it runs. `torch = True` where LibTorch is linked, directly or not: sanitizer builds leave it out.
`facet_cc_test_plugin(name, deps, torch = False)` lib<name>.so of <name>.cc, a plugin that a test needs: not optimised.
`written_file(name, out, lines)`                a source that a list in a .bzl file spells out.
All take the attributes of the native rules too. Includes are written from the workspace's root. All but parts of
libfacet.so hide their symbols. Headers of other projects are precompiled (core/precompiled), and the sources of a
target are compiled UNITY at a time, so that their headers and templates are read once: what one source hides in an
unnamed namespace, another of its target may not name alike. `bazel build --define=sources=alone` compiles each by
itself and without precompiled headers, which shows an include that it lacks.
"""

load("@environment//:environment.bzl", "BUILD_ENVIRONMENT", "STANDARD_COPT")

# Our code only: third-party headers are system headers. Two warnings are off because g++ 12 and 14 give them for correct
# code of their own library at -O2: -Wrestrict (GCC bug 105651), -Wmaybe-uninitialized (in std::optional and std::variant).
COPTS = [
    "-Wall",
    "-Wextra",
    "-Wnon-virtual-dtor",
    "-Wshadow=local",
    "-Werror",
    "-Wno-restrict",
    "-Wno-maybe-uninitialized",
    # A unique symbol would pin a library and tie two plugins' inline statics together.
    "-fno-gnu-unique",
    # Enters the key of Bazel's disk cache; see third_party/environment.bzl.
    "-DFACET_BUILD_ENVIRONMENT=\\\"%s\\\"" % BUILD_ENVIRONMENT,
] + ([STANDARD_COPT] if STANDARD_COPT else [])

HIDDEN = ["-fvisibility=hidden", "-fvisibility-inlines-hidden"]

# Of the host and of what waits for disk, network and people. At -O1 g++ 12 warns of correct code of its own library.
WAITING_COPTS = [
    "-O1",
    "-Wno-array-bounds",
    "-Wno-stringop-overflow",
]
_WAITING_PACKAGES = ["core/app", "core/bench", "core/config", "core/graph", "core/pipeline", "core/report", "core/worker"] + [
    "plugins/curators/" + part
    for part in ["annotation", "download", "names", "search"]
] + ["plugins/lists", "plugins/manifest"]

def waits(name):
    """Whether a target of this package is not worth optimising: the host's packages, the plans of stages."""
    package = native.package_name()
    return package in _WAITING_PACKAGES or (package.startswith("core/stages/") and name == "plan")

TEST_COPTS = ["-O0", "-U_FORTIFY_SOURCE"]

_ALONE = "//core/precompiled:alone"

def _precompiled(name):
    path = "core/precompiled/precompiled_" + name
    return (
        select({_ALONE: [], "//conditions:default": ["-include", path + ".h", "-include", path + "_stamp.h"]}),
        select({_ALONE: [], "//conditions:default": ["//core/precompiled:precompiled_" + name]}),
    )

def precompiled(tags, test = False):
    """(copts, deps) of sources that use the precompiled headers: those with LibTorch where `tags` say so."""
    return _precompiled(("torch" if "torch" in tags else "base") + ("_test" if test else ""))

UNITY = 12

def _unity(name, srcs, testonly = False, names_apart = False):
    """(srcs, deps) that compile `srcs`, UNITY at a time: files that include them, a library that holds them.

    `names_apart`: files that hold them, each one's unnamed namespace named after it: they may have names in common.
    """
    sources = [src for src in srcs if src.endswith(".cc")]
    if len(sources) < 2:
        return srcs, []
    units = []
    for first in range(0, len(sources), UNITY):
        unit = "%s_unity%d" % (name, first // UNITY + 1)
        units.append(unit + ".cc")
        if names_apart:
            native.genrule(
                name = unit + ".lines",
                testonly = testonly,
                srcs = sources[first:first + UNITY],
                outs = [unit + ".cc"],
                cmd = """for file in $(SRCS); do
                    echo "#line 1 \\"$$file\\""
                    sed "s/^namespace {$$/namespace $$(basename $$file .cc) {/" $$file
                done > $@""",
                tags = ["manual"],
            )
            continue
        written_file(
            name = unit + ".lines",
            out = unit + ".cc",
            lines = ['#include "%s/%s"' % (native.package_name(), src.lstrip(":")) for src in sources[first:first + UNITY]],
            tags = ["manual"],
            testonly = testonly,
        )
    native.cc_library(name = name + ".sources", textual_hdrs = sources, tags = ["manual"], testonly = testonly)
    rest = [src for src in srcs if not src.endswith(".cc")]
    return (
        select({_ALONE: srcs, "//conditions:default": units + rest}),
        select({_ALONE: [], "//conditions:default": [":%s.sources" % name]}),
    )

# The modules that most of our code uses; what a program does not need of them it does not load.
ABSL = ["@absl//:" + module for module in ["status", "statusor", "str_format", "strings", "time"]]

# `bin/` and `plugins/` lie beside `lib/` in a copied tree (//:dist); Bazel adds the run path of the build tree itself.
RUN_PATH = ["-Wl,-rpath,$$ORIGIN/../lib"]

_LIBFACET_PACKAGES = ["core/base", "core/api", "core/plugin"]
_PUBLIC = ["//visibility:public"]

def _label(dep):
    """(package, name) of a label of this workspace, None for another repository's."""
    if dep.startswith("@"):
        return None
    if dep.startswith(":"):
        return native.package_name(), dep[1:]
    package, _, name = dep[2:].partition(":")
    return package, name or package.split("/")[-1]

def _part(dep, kind):
    """The `kind` target of a dependency that is part of libfacet.so, else the dependency."""
    label = _label(dep)
    if label == None:
        return dep
    package, name = label
    if package not in _LIBFACET_PACKAGES:
        fail("%s: libfacet.so consists of %s and third-party libraries, not of %s" %
             (native.package_name(), ", ".join(_LIBFACET_PACKAGES), dep))
    return "//%s:%s.%s" % (package, name, kind)

def libfacet_cc_library(name, srcs = [], hdrs = [], deps = [], copts = [], **kwargs):
    """A part of libfacet.so; see the head of this file."""
    if native.package_name() not in _LIBFACET_PACKAGES:
        fail("%s: libfacet_cc_library is for %s; use facet_cc_library" %
             (native.package_name(), ", ".join(_LIBFACET_PACKAGES)))
    header_deps = [_part(dep, "headers") for dep in deps]
    srcs, sources = _unity(name, srcs)
    include, header = _precompiled("libfacet")
    native.cc_library(
        name = name + ".headers",
        hdrs = hdrs,
        deps = header_deps,
        visibility = _PUBLIC,
    )
    native.cc_library(
        name = name + ".objects",
        srcs = srcs,
        hdrs = hdrs,
        alwayslink = True,
        copts = COPTS + copts + include,
        linkstatic = True,
        deps = header_deps + sources + header,
        visibility = ["//core:__pkg__"],
        **kwargs
    )
    native.cc_library(
        name = name,
        visibility = _PUBLIC,
        deps = [":" + name + ".headers", "//core:libfacet"],
    )

def libfacet(name, parts):
    """libfacet.so from all `parts` (libfacet_cc_library), and `name`, which links to it. In //core alone."""
    native.cc_binary(
        name = "libfacet.so",
        linkopts = ["-Wl,-soname,libfacet.so", "-Wl,-z,defs"],
        linkshared = True,
        deps = [_part(part, "objects") for part in parts],
        visibility = _PUBLIC,
    )
    native.cc_import(
        name = name,
        shared_library = ":libfacet.so",
        visibility = _PUBLIC,
    )

    # Whose code is in the keys.
    native.cc_library(
        name = name + "_objects",
        deps = [_part(part, "objects") for part in parts],
        visibility = ["//core/stages:__pkg__"],
    )

def facet_cc_library(name, srcs = [], copts = [], deps = [], tags = [], testonly = False, **kwargs):
    """A static library; see the head of this file."""
    kwargs.setdefault("visibility", _PUBLIC)
    include, header = precompiled(tags, testonly) if srcs else ([], [])
    srcs, sources = _unity(name, srcs, testonly)
    own = TEST_COPTS if testonly else WAITING_COPTS if waits(name) else []
    native.cc_library(
        name = name,
        testonly = testonly,
        srcs = srcs,
        copts = COPTS + HIDDEN + own + copts + include,
        linkstatic = True,
        tags = tags,
        deps = deps + sources + header,
        **kwargs
    )

def facet_cc_binary(name, srcs = [], copts = [], linkopts = [], deps = [], tags = [], **kwargs):
    """A program; see the head of this file."""
    kwargs.setdefault("visibility", _PUBLIC)
    include, header = precompiled(tags)
    native.cc_binary(
        name = name,
        srcs = srcs,
        copts = COPTS + HIDDEN + (WAITING_COPTS if waits(name) else []) + copts + include,
        linkopts = RUN_PATH + linkopts,
        tags = tags,
        deps = deps + header,
        **kwargs
    )

def facet_cc_test(
        name,
        srcs = [],
        deps = [],
        copts = [],
        linkopts = [],
        tags = [],
        torch = False,
        size = "small",
        names_apart = False,
        **kwargs):
    """A GoogleTest program; see the head of this file. `names_apart`: sources may have names in common."""
    include, header = precompiled(["torch"] if torch else [], test = True)
    srcs, sources = _unity(name, srcs, testonly = True, names_apart = names_apart)
    native.cc_test(
        name = name,
        size = size,
        srcs = srcs,
        copts = COPTS + HIDDEN + TEST_COPTS + copts + include,
        linkopts = RUN_PATH + linkopts,
        # As the programs are linked: a dynamically linked test passes where the program has two copies of core.
        linkstatic = True,
        tags = tags + (["torch"] if torch else []),
        deps = deps + ["@googletest//:gtest_main"] + sources + header,
        **kwargs
    )

def facet_cc_test_plugin(name, srcs = None, copts = [], deps = [], torch = False):
    """A plugin for tests; see the head of this file."""
    tags = ["torch"] if torch else []
    include, header = precompiled(tags, test = True)
    folder, _, base = name.rpartition("/")
    native.cc_binary(
        name = "%slib%s.so" % (folder + "/" if folder else "", base),
        testonly = True,
        srcs = srcs or [name + ".cc"],
        copts = COPTS + HIDDEN + TEST_COPTS + copts + include,
        linkopts = RUN_PATH,
        linkshared = True,
        tags = tags,
        deps = ["//core/api"] + (["//core/api:torch", "@torch"] if torch else []) + deps + header,
        visibility = ["//tests:__subpackages__"],
    )

def _written_file_impl(ctx):
    ctx.actions.write(ctx.outputs.out, "\n".join(ctx.attr.lines) + "\n")

written_file = rule(
    implementation = _written_file_impl,
    attrs = {
        "lines": attr.string_list(mandatory = True),
        "out": attr.output(mandatory = True),
    },
)
