"""Libraries of Debian packages as Bazel repositories.

`debian_library` links the named headers, and nothing else of /usr/include, into the repository's `include/`, so that
`includes = ["include"]` makes them system headers without shadowing the C library. `debian_headers` does the same for
a repository rule of its own (Abseil, LibTorch).
"""

def _include_roots(ctx, prefix):
    arch = {"amd64": "x86_64", "arm64": "aarch64"}.get(ctx.os.arch, ctx.os.arch) if hasattr(ctx.os, "arch") else None
    if not arch:
        arch = ctx.execute(["uname", "-m"]).stdout.strip()
    return [prefix + "/include", prefix + "/include/" + arch + "-linux-gnu"]

def debian_headers(ctx, headers, package, prefix = "/usr", optional = False):
    """Symlinks `headers` (files or folders below an include folder of `prefix`) into `include/`."""
    roots = _include_roots(ctx, prefix)
    for header in headers:
        found = [root + "/" + header for root in roots if ctx.path(root + "/" + header).exists]
        if found:
            ctx.symlink(found[0], "include/" + header)
        elif not optional:
            fail("header %s is missing in %s; install the Debian package %s" %
                 (header, " and ".join(roots), package))

def _debian_library_impl(ctx):
    debian_headers(ctx, ctx.attr.headers, ctx.attr.package, prefix = "/usr")
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

debian_library = repository_rule(
    implementation = _debian_library_impl,
    attrs = {
        "build_file": attr.label(mandatory = True),
        "headers": attr.string_list(mandatory = True, doc = "Files or folders below /usr/include."),
        "package": attr.string(mandatory = True, doc = "The Debian package that brings them."),
    },
    local = True,
    doc = "A library in the compiler's default folders.",
)
