"""Google Benchmark."""

load("//third_party:debian.bzl", "debian_library")

def benchmark():
    debian_library(
        name = "benchmark",
        build_file = "//third_party:benchmark.BUILD",
        headers = ["benchmark"],
        package = "libbenchmark-dev",
    )
