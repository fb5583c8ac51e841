"""JSON for Modern C++."""

load("//third_party:debian.bzl", "debian_library")

def nlohmann_json():
    debian_library(
        name = "nlohmann_json",
        build_file = Label("//third_party:nlohmann_json.BUILD"),
        headers = ["nlohmann"],
        package = "nlohmann-json3-dev",
    )
