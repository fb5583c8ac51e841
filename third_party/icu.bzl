"""ICU: comparing people's names across spellings."""

load("//third_party:debian.bzl", "debian_library")

def icu():
    debian_library(
        name = "icu",
        build_file = "//third_party:icu.BUILD",
        headers = ["unicode"],
        package = "libicu-dev",
    )
