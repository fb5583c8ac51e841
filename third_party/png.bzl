"""libpng: PNG files."""

load("//third_party:debian.bzl", "debian_library")

def png():
    debian_library(
        name = "png",
        build_file = "//third_party:png.BUILD",
        headers = ["png.h", "pngconf.h", "pnglibconf.h"],
        package = "libpng-dev",
    )
