"""Benchmarks of the whole program, run as a user runs it."""

load("//core:core.bzl", "ABSL", "facet_cc_binary", "facet_cc_library")

def program_benchmarks():
    """Those programs, and tests that they run."""

    # The side of facet in comparisons with other programs (peers/).
    facet_cc_library(
        name = "turns",
        srcs = [
            "process_memory.h",
            "turns.cc",
        ],
        hdrs = ["turns.h"],
        deps = ABSL,
    )

    facet_cc_binary(
        name = "evaluation",
        srcs = ["evaluation.cc", "process_memory.h"],
        deps = [
            ":turns",
            "//core/api",
            "//plugins/evaluators:person_pairs",
            "//plugins/evaluators:verification_scores",
        ] + ABSL,
    )

    # Few pairs: that each work runs.
    native.sh_test(
        name = "evaluation_test",
        srcs = ["evaluation_test.sh"],
        args = ["$(rootpath :evaluation)"],
        data = [":evaluation", "repeat_bytes.sh"],
    )

    facet_cc_binary(
        name = "packing",
        srcs = ["packing.cc", "process_memory.h"],
        deps = [
            ":turns",
            "//core/base",
            "//plugins/opencv",
            "//plugins/rendered_faces",
            "@opencv//:imgcodecs",
            "@opencv//:objdetect",
        ] + ABSL,
    )

    # Few photographs: that both sides find the same.
    native.sh_test(
        name = "packing_test",
        srcs = ["packing_test.sh"],
        args = ["$(rootpath :packing) dist/bin/facet"],
        data = [
            ":packing",
            "peers/packing.py",
            "peers/turns.py",
            "//:dist",
        ],
        tags = ["torch"],
    )

    # What busy_machine runs a training beside.
    facet_cc_binary(
        name = "openmp_load",
        srcs = ["openmp_load.cc"],
        copts = ["-fopenmp"],
        linkopts = ["-fopenmp"],
    )

    facet_cc_binary(
        name = "busy_machine",
        srcs = ["busy_machine.cc"],
        data = [":openmp_load"],
        deps = [
            ":paired_ratio",
            "//core/base",
            "//core/base:child_process",
        ] + ABSL,
    )

    native.sh_test(
        name = "busy_machine_test",
        size = "medium",
        srcs = [":busy_machine"],
        args = [
            "--facet dist/bin/facet",
            "--repetitions 1",
            "--epochs 1",
        ],
        data = ["//:dist"],
        tags = [
            "cpu:2",  # its threads wait for each other
            "torch",
        ],
    )
