"""libcurl: downloads."""

load("//third_party:debian.bzl", "debian_library")

def curl():
    debian_library(
        name = "curl",
        build_file = "//third_party:curl.BUILD",
        headers = ["curl"],
        package = "libcurl4-openssl-dev",
    )
