"""CLI11: the command line."""

load("//third_party:debian.bzl", "debian_library")

def cli11():
    debian_library(
        name = "cli11",
        build_file = "//third_party:cli11.BUILD",
        headers = ["CLI"],
        package = "libcli11-dev",
    )
