"""LIBLINEAR: a second solver, which tests compare linear SVMs with."""

load("//third_party:debian.bzl", "debian_library")

def liblinear():
    debian_library(
        name = "liblinear",
        build_file = "//third_party:liblinear.BUILD",
        headers = ["linear.h"],
        package = "liblinear-dev",
    )
