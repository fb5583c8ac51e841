"""SQLite: the index of digests of files that were hashed before."""

load("//third_party:debian.bzl", "debian_library")

def sqlite():
    debian_library(
        name = "sqlite",
        build_file = "//third_party:sqlite.BUILD",
        headers = ["sqlite3.h"],
        package = "libsqlite3-dev",
    )
