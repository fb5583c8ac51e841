"""OpenSSL's libcrypto: SHA-256."""

load("//third_party:debian.bzl", "debian_library")

def openssl():
    debian_library(
        name = "openssl",
        build_file = "//third_party:openssl.BUILD",
        headers = ["openssl"],
        package = "libssl-dev",
    )
