"""toml++: TOML with the line and column of every node."""

load("//third_party:debian.bzl", "debian_library")

def tomlplusplus():
    debian_library(
        name = "tomlplusplus",
        build_file = "//third_party:tomlplusplus.BUILD",
        headers = ["toml++"],
        package = "libtomlplusplus-dev",
    )
