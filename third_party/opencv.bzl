"""OpenCV: images, cascades, networks that only infer."""

load("//third_party:debian.bzl", "debian_library")

def opencv():
    debian_library(
        name = "opencv",
        build_file = Label("//third_party:opencv.BUILD"),
        headers = ["opencv4"],
        package = "libopencv-dev",
    )
