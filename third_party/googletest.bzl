"""GoogleTest and GoogleMock."""

load("//third_party:debian.bzl", "debian_library")

def googletest():
    debian_library(
        name = "googletest",
        build_file = Label("//third_party:googletest.BUILD"),
        headers = ["gmock", "gtest"],
        package = "libgmock-dev",
    )
