"""A plugin outside facet's tree, from one BUILD line.

    load("@facet//:plugin.bzl", "facet_plugin")

    facet_plugin(name = "my_loss", torch = True)
    facet_plugin(name = "my_detector", opencv = ["imgproc"])

From <name>.cc, which may include core/api, core/base and, with `torch = True`, LibTorch, come
    lib<name>.so             with lib<name>.schema.json: what the host reads instead of loading it, and
                             lib<name>.manual.txt, the first comment of <name>.cc, which `facet plugins describe` shows. The
                             folder bazel-bin is a plugin folder: `facet run --plugin-path bazel-bin EXPERIMENT`
    <name>_test              from <name>_test.cc, if there is one: GoogleTest, linked to the plugin's own objects
    <name>_check             `facet plugins check` on the library
`opencv`: modules of OpenCV. `curation`: what curators do around their work (plugins/curators/stage). `deps`, `test_deps`, `copts`: as in cc_library.
"""

# As facet itself is compiled. A unique symbol would pin a library and tie two plugins' inline statics together.
_COPTS = ["-fno-gnu-unique", "-fvisibility=hidden", "-fvisibility-inlines-hidden"]

_ABSL = ["@absl//:" + module for module in ["status", "statusor", "str_format", "strings", "time"]]

def facet_plugin(
        name,
        torch = False,
        opencv = [],
        curation = False,
        deps = [],
        test_deps = [],
        copts = [],
        visibility = None):
    """A plugin from <name>.cc; see the head of this file."""
    library = "lib%s.so" % name
    native.cc_library(
        name = name + ".objects",
        srcs = [name + ".cc"],
        alwayslink = True,
        copts = _COPTS + copts,
        linkstatic = True,
        deps = ["@facet//:api"] + _ABSL + (["@torch"] if torch else []) +
               (["@facet//:curation"] if curation else []) +
               ["@opencv//:" + module for module in opencv] + deps,
    )
    native.cc_binary(
        name = library,
        linkopts = ["-Wl,-z,defs"],
        linkshared = True,
        visibility = visibility,
        deps = [":%s.objects" % name],
    )
    native.genrule(
        name = name,
        srcs = [library, name + ".cc"],
        outs = ["lib%s.schema.json" % name, "lib%s.manual.txt" % name],
        cmd = ("$(execpath @facet//:bin/facet-worker) describe $(execpath {library}) >$(execpath lib{name}.schema.json) && " +
               "sed -n -e '\\|^//|!q' -e 's|^// \\{{0,1\\}}||p' $(execpath {name}.cc) >$(execpath lib{name}.manual.txt)").format(
            library = library,
            name = name,
        ),
        message = "Describing",
        tools = ["@facet//:bin/facet-worker"],
        visibility = visibility,
    )
    native.sh_test(
        name = name + "_check",
        size = "medium",
        srcs = ["@facet//:bin/facet"],
        args = ["plugins", "check", "$(rootpath %s)" % library],
        data = [library],
    )
    if native.glob([name + "_test.cc"]):
        native.cc_test(
            name = name + "_test",
            size = "medium",
            srcs = [name + "_test.cc"],
            data = [library],
            linkstatic = True,
            deps = [":%s.objects" % name, "@googletest//:gtest_main"] + test_deps,
        )
