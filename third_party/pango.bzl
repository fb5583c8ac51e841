"""Pango, which draws through Cairo: text in any script, from whatever fonts the machine has."""

load("//third_party:debian.bzl", "debian_headers")

def _pango_impl(ctx):
    debian_headers(ctx, ["cairo", "glib-2.0", "harfbuzz", "pango-1.0"], ctx.attr.package)

    # The one header that lies with the libraries: it differs between machines.
    found = ctx.execute(["sh", "-c", "ls /usr/lib/*/glib-2.0/include/glibconfig.h"]).stdout.split("\n")
    if not found[0]:
        fail("glibconfig.h is missing; install the Debian package %s" % ctx.attr.package)
    ctx.symlink(found[0], "config/glibconfig.h")
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

_pango_repository = repository_rule(
    implementation = _pango_impl,
    attrs = {
        "build_file": attr.label(mandatory = True),
        "package": attr.string(mandatory = True),
    },
    local = True,
)

def pango():
    _pango_repository(
        name = "pango",
        build_file = "//third_party:pango.BUILD",
        package = "libpango1.0-dev",
    )
