"""@environment//:environment.bzl: what the machine says about how we compile.

BUILD_ENVIRONMENT, a digest of the compiler and of the installed libraries. Every compile command of ours carries it
(core/core.bzl). Bazel does not look at the compiler's own headers and at shared libraries below /usr; without the
digest a disk cache that two releases of Debian share would mix their objects.

STANDARD_COPT, -std=... where the headers of LibTorch want a later C++ standard than .bazelrc names, else "". All of our
code is compiled so, for objects of two standards need not agree on what an inline function or a class looks like.
"""

load("//third_party:torch.bzl", "LIBTORCH_CHECK", "check_libtorch_home")

_PACKAGES = ["libc6-dev", "libstdc++-*-dev", "libtorch-dev", "libopencv-dev", "libabsl-dev", "libboost*-dev"]

def _environment_impl(ctx):
    compiler = ctx.execute(["g++", "--version"])
    if compiler.return_code != 0:
        fail("g++ is missing; install the Debian package g++")
    packages = ctx.execute(["dpkg-query", "--show"] + _PACKAGES)
    digest = ctx.execute(["sh", "-c", 'printf %s "$1" | sha256sum | cut -c 1-16', "sh", compiler.stdout + packages.stdout])
    standard = check_libtorch_home(ctx).standard
    ctx.file("BUILD.bazel", "")
    ctx.file("environment.bzl", "BUILD_ENVIRONMENT = %s\nSTANDARD_COPT = %s\n" % (
        repr(digest.stdout.strip()),
        repr("" if standard == "c++17" else "-std=" + standard),
    ))

environment_repository = repository_rule(
    implementation = _environment_impl,
    attrs = LIBTORCH_CHECK,
    environ = ["LIBTORCH_HOME"],
    local = True,
)

def environment():
    environment_repository(name = "environment")
