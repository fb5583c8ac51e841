"""dlib: its frontal face detector (the model is compiled in) and its regression trees for landmarks."""

load("//third_party:debian.bzl", "debian_library")

def dlib():
    debian_library(
        name = "dlib",
        build_file = "//third_party:dlib.BUILD",
        headers = ["dlib"],
        package = "libdlib-dev",
    )
