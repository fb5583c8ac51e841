"""libwebp: WebP files."""

load("//third_party:debian.bzl", "debian_library")

def webp():
    debian_library(
        name = "webp",
        build_file = "//third_party:webp.BUILD",
        headers = ["webp"],
        package = "libwebp-dev",
    )
