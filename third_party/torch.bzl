"""LibTorch: Debian's, or the release that LIBTORCH_HOME names.

LIBTORCH_HOME is a folder with `include/` and `lib/` as in the releases of pytorch.org, built with the C++11 string ABI.
CUDA builds are linked to their CUDA libraries. The programs find it by a run path to LIBTORCH_HOME/lib.
"""

load("//third_party:debian.bzl", "debian_headers")

_HEADERS = ["ATen", "c10", "torch"]
_OPTIONAL_HEADERS = ["caffe2"]
_LIBRARIES = ["torch", "torch_cpu", "c10"]

def _openblas_flags(ctx):
    """Prefers the OpenBLAS that shares LibTorch's OpenMP threads, whatever libblas.so.3 points to.

    The one with POSIX threads keeps a second pool, and two pools that spin on the same cores make small matrix products
    several times slower. RPATH and not RUNPATH: it is LibTorch that asks for libblas.so.3, not our programs.
    """
    found = ctx.execute(["sh", "-c", "ls -d /usr/lib/*/openblas-openmp"]).stdout.strip().splitlines()
    return ["-Wl,--disable-new-dtags,-rpath," + found[0]] if found else []

def _torch_impl(ctx):
    home = ctx.os.environ.get("LIBTORCH_HOME", "").rstrip("/")
    if not home:
        debian_headers(ctx, _HEADERS, "libtorch-dev")
        debian_headers(ctx, _OPTIONAL_HEADERS, "libtorch-dev", optional = True)
        flags = ["-l" + name for name in _LIBRARIES] + _openblas_flags(ctx)
    else:
        if not home.startswith("/"):
            fail("LIBTORCH_HOME=%s is not an absolute path" % home)
        lib = home + "/lib"
        for needed in [home + "/include/" + header for header in _HEADERS] + \
                      [lib + "/lib%s.so" % name for name in _LIBRARIES]:
            if not ctx.path(needed).exists:
                fail("LIBTORCH_HOME=%s is not laid out like a LibTorch release: %s is missing" % (home, needed))
        if ctx.execute(["grep", "-q", "__cxx11", lib + "/libc10.so"]).return_code != 0:
            fail("LIBTORCH_HOME=%s is built with the old string ABI; take the release named cxx11-abi" % home)
        for header in _HEADERS + _OPTIONAL_HEADERS:
            if ctx.path(home + "/include/" + header).exists:
                ctx.symlink(home + "/include/" + header, "include/" + header)
        names = _LIBRARIES
        if ctx.path(lib + "/libtorch_cuda.so").exists:
            names = names + ["torch_cuda", "c10_cuda"]

        # No symbol of ours is in the CUDA libraries: loading them is what registers the device.
        flags = ["-L" + lib, "-Wl,-rpath," + lib, "-Wl,--push-state,--no-as-needed"] + \
                ["-l" + name for name in names] + ["-Wl,--pop-state"]
    ctx.template("BUILD.bazel", ctx.attr.build_file, {"%{LINK_FLAGS}": repr(flags)})

torch_repository = repository_rule(
    implementation = _torch_impl,
    attrs = {"build_file": attr.label(default = "//third_party:torch.BUILD")},
    environ = ["LIBTORCH_HOME"],
    local = True,
)

def torch():
    torch_repository(name = "torch")
