"""Boost.DLL, and the two Boost libraries below it."""

load("//third_party:debian.bzl", "debian_library")

def boost():
    debian_library(
        name = "boost",
        build_file = "//third_party:boost.BUILD",
        headers = ["boost"],
        package = "libboost-filesystem-dev",
    )
