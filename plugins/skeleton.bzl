"""Skeletons: what `facet plugins new KIND NAME` copies, built and tested here as any plugin.

    load("//plugins:skeleton.bzl", "facet_skeleton")

    facet_skeleton(kind = "loss", torch = True)

In plugins/<kinds>/skeleton: new_<kind>.cc, new_<kind>_test.cc and new_<kind>.toml are `:skeleton`; of the first two come
lib<name>.so, its contract test and its test, as facet_plugin makes them. They are built without facet's tree too, so they
include core/api, core/base, plugins/plugin_testing.h, LibTorch, OpenCV and Abseil alone (tests/lint/layers.txt).
"""

load("//plugins:plugin.bzl", "facet_plugin")

def facet_skeleton(kind, **kwargs):
    """The skeleton of `kind`; what else is given goes to facet_plugin()."""
    name = "new_" + kind
    facet_plugin(name = name, **kwargs)
    native.filegroup(
        name = "skeleton",
        srcs = [name + ".cc", name + "_test.cc", name + ".toml"],
        visibility = ["//visibility:public"],
    )
