"""What the WORKSPACE of a plugin outside facet's tree calls, once:

    local_repository(name = "facet", path = "/usr/lib/facet")
    load("@facet//:workspace.bzl", "facet_workspace")
    facet_workspace()

For Debian's Bazel 4.2.3 with the packages g++, pkgconf, libabsl-dev and, as needed, libtorch-dev (or LIBTORCH_HOME),
libopencv-dev, libgtest-dev and libgmock-dev: a library that nothing asks for need not be there. Nothing is downloaded.
"""

load("//third_party:absl.bzl", "absl")
load("//third_party:googletest.bzl", "googletest")
load("//third_party:nlohmann_json.bzl", "nlohmann_json")
load("//third_party:opencv.bzl", "opencv")
load("//third_party:torch.bzl", "torch")

def _part_impl(ctx):
    folder = ctx.path(Label("//third_party:BUILD")).dirname.get_child(ctx.attr.folder)
    for entry in folder.readdir():
        ctx.symlink(entry, entry.basename)

_part = repository_rule(implementation = _part_impl, attrs = {"folder": attr.string(mandatory = True)}, local = True)

def facet_workspace():
    # Bazel 4.2.3 would download these three: two stand-ins, and Debian's bazel-rules-java.
    _part(name = "rules_cc", folder = "rules_cc")
    _part(name = "remote_coverage_tools", folder = "remote_coverage_tools")
    native.local_repository(name = "rules_java", path = "/usr/share/bazel/rules/java")
    absl()
    googletest()
    nlohmann_json()
    opencv()
    torch()
