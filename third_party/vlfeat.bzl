"""VLFeat: dense SIFT, k-means, Gaussian mixtures, linear SVMs."""

load("//third_party:debian.bzl", "debian_library")

def vlfeat():
    debian_library(
        name = "vlfeat",
        build_file = "//third_party:vlfeat.BUILD",
        headers = ["vl"],
        package = "libvlfeat-dev",
    )
