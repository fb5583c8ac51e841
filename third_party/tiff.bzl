"""libtiff: TIFF files."""

load("//third_party:debian.bzl", "debian_library")

def tiff():
    debian_library(
        name = "tiff",
        build_file = "//third_party:tiff.BUILD",
        headers = ["tiff.h", "tiffconf.h", "tiffio.h", "tiffvers.h"],
        package = "libtiff-dev",
    )
