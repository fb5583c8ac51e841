"""LMDB: the memory-mapped store of packed crops."""

load("//third_party:debian.bzl", "debian_library")

def lmdb():
    debian_library(
        name = "lmdb",
        build_file = "//third_party:lmdb.BUILD",
        headers = ["lmdb.h"],
        package = "liblmdb-dev",
    )
