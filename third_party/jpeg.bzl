"""libjpeg: JPEG headers and the decoder's warnings."""

load("//third_party:debian.bzl", "debian_library")

def jpeg():
    debian_library(
        name = "jpeg",
        build_file = "//third_party:jpeg.BUILD",
        headers = ["jconfig.h", "jerror.h", "jmorecfg.h", "jpeglib.h"],
        package = "libjpeg-dev",
    )
