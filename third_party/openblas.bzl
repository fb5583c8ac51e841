"""OpenBLAS: products of matrices. The one whose threads are OpenMP's, as LibTorch's are (torch.bzl)."""

load("//third_party:debian.bzl", "debian_headers")

def _openblas_impl(ctx):
    debian_headers(ctx, ["openblas-openmp"], "libopenblas-openmp-dev")
    found = ctx.execute(["sh", "-c", "ls -d /usr/lib/*/openblas-openmp"]).stdout.strip().splitlines()
    if not found:
        fail("no /usr/lib/*/openblas-openmp; install the Debian package libopenblas-openmp-dev")
    flags = ["-L" + found[0], "-Wl,-rpath," + found[0], "-lopenblas", "-lgomp"]
    ctx.template("BUILD.bazel", ctx.attr.build_file, {"%{LINK_FLAGS}": repr(flags)})

openblas_repository = repository_rule(
    implementation = _openblas_impl,
    attrs = {"build_file": attr.label(mandatory = True)},
    local = True,
)

def openblas():
    openblas_repository(name = "openblas", build_file = "//third_party:openblas.BUILD")
