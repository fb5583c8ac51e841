"""`sanitized_plugin(name, src, sanitizer)`: lib<name>.so of one source, compiled with -fsanitize=<sanitizer> as a user may."""

load("//core:core.bzl", "COPTS", "HIDDEN", "RUN_PATH", "TEST_COPTS")

def sanitized_plugin(name, src, sanitizer):
    flag = "-fsanitize=" + sanitizer
    native.cc_binary(
        name = "lib%s.so" % name,
        testonly = True,
        srcs = [src],
        copts = COPTS + HIDDEN + TEST_COPTS + ["-g1", flag],
        linkopts = RUN_PATH + [flag],
        linkshared = True,
        tags = ["torch"],  # a sanitizer of its own: not in sanitizer builds
        deps = ["//core/api"],
    )
