"""cpp-httplib: HTTP servers."""

load("//third_party:debian.bzl", "debian_library")

def httplib():
    debian_library(
        name = "httplib",
        build_file = "//third_party:httplib.BUILD",
        headers = ["httplib.h"],
        package = "libcpp-httplib-dev",
    )
