"""LibTorch: Debian's, or the release that LIBTORCH_HOME names.

LIBTORCH_HOME is a folder with `include/` and `lib/`, built with the C++11 string ABI: a release of pytorch.org, or the
folder `torch` of an installed PyTorch wheel. libtorch_home.sh says what is wrong with one. CUDA builds are linked to
their CUDA libraries; those that a wheel takes from the packages beside it, its own libraries find. The programs find it
by a run path to LIBTORCH_HOME/lib.
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

# Attributes of a repository rule that calls check_libtorch_home. It says environ = ["LIBTORCH_HOME"] too.
LIBTORCH_CHECK = {"check": attr.label(default = "//third_party:libtorch_home.sh", allow_single_file = True)}

def check_libtorch_home(ctx):
    """LIBTORCH_HOME ("" for Debian's) and the C++ standard that its headers want; fails where it is of no use."""
    home = ctx.os.environ.get("LIBTORCH_HOME", "").rstrip("/")
    if not home:
        return struct(home = "", standard = "c++17")
    checked = ctx.execute(["sh", ctx.path(ctx.attr.check), home])
    if checked.return_code != 0:
        fail(checked.stderr.strip())
    return struct(home = home, standard = checked.stdout.strip())

def _torch_impl(ctx):
    home = check_libtorch_home(ctx).home
    if not home:
        debian_headers(ctx, _HEADERS, "libtorch-dev")
        debian_headers(ctx, _OPTIONAL_HEADERS, "libtorch-dev", optional = True)
        flags = ["-l" + name for name in _LIBRARIES] + _openblas_flags(ctx)
    else:
        lib = home + "/lib"
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
    attrs = dict(LIBTORCH_CHECK, build_file = attr.label(default = "//third_party:torch.BUILD")),
    environ = ["LIBTORCH_HOME"],
    local = True,
)

def torch():
    torch_repository(name = "torch")
