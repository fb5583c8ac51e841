"""The benchmark programs of the kinds with tensors, of the border to a plugin, and their tests.

    load("//benchmarks:tensor_benchmarks.bzl", "tensor_benchmarks")

`tensor_benchmarks()` in //benchmarks makes `architecture`, `loss`, `miner`, `optimizer` and `plugin_border`, each with
<name>_test: a dry run. And `pairs`, facet's side of a comparison with another program.
"""

load("//core:core.bzl", "ABSL", "facet_cc_binary", "facet_cc_library", "facet_cc_test")

_DEPS = [
    "//core/api",
    "//core/api:torch",
    "//core/base",
    "//core/training:tensors",
    "@torch",
] + ABSL

# Their threads wait for each other.
_TEST_TAGS = ["cpu:2", "torch"]

# Kind, folder, what it needs beside, arguments of its test.
_KINDS = [
    (
        "architecture",
        "architectures",
        [],
        ["--sizes=2", "--option=fc_size=64", "--option=iresnet.depth=\\\"18\\\""],
    ),
    ("loss", "losses", ["//core/training:reduce"], ["--sizes=16"]),
    ("miner", "miners", [], ["--sizes=16"]),
    ("optimizer", "optimizers", [], ["--sizes=1000"]),
]

def _kind(kind, folder, deps, args):
    facet_cc_binary(
        name = kind,
        srcs = [kind + ".cc"],
        tags = ["torch"],
        deps = [":components", ":tensor_step", "@benchmark"] + _DEPS + deps,
    )

    # Every component once: that all that can be made are measured without an error.
    native.sh_test(
        name = kind + "_test",
        srcs = [":" + kind],
        args = ["--plugins=plugins/" + folder, "--benchmark_min_time=0"] + args,
        data = ["//plugins/" + folder],
        tags = _TEST_TAGS,
    )

def tensor_benchmarks():
    """See the head of this file."""
    facet_cc_library(
        name = "tensor_step",
        srcs = ["tensor_step.cc"],
        hdrs = ["tensor_step.h"],
        tags = ["torch"],
        deps = [":components", "@benchmark"] + _DEPS,
    )
    facet_cc_test(
        name = "tensor_step_test",
        srcs = ["tensor_step_test.cc"],
        torch = True,
        deps = [":components", ":tensor_step", "@benchmark"] + _DEPS,
    )
    for kind, folder, deps, args in _KINDS:
        _kind(kind, folder, deps, args)

    # facet's side of peers/pairs.py.
    facet_cc_binary(
        name = "pairs",
        srcs = ["pairs.cc", "process_memory.h"],
        data = ["//plugins/losses:lib%s.so" % name for name in [
            "contrastive",
            "multi_similarity",
            "ntxent",
            "supcon",
            "triplet",
        ]] + ["//plugins/miners:lib%s.so" % name for name in ["batch_hard", "multi_similarity"]],
        tags = ["torch"],
        deps = [":turns", "//core/plugin", "//core/training:reduce"] + _DEPS,
    )

    facet_cc_library(
        name = "paired_ratio",
        srcs = ["paired_ratio.cc"],
        hdrs = ["paired_ratio.h"],
        deps = ["//core/base"],
    )
    facet_cc_test(
        name = "paired_ratio_test",
        srcs = ["paired_ratio_test.cc"],
        deps = [":paired_ratio"],
    )
    facet_cc_library(name = "border_clock", hdrs = ["border_clock.h"])
    facet_cc_library(
        name = "border_calls",
        srcs = ["border_calls.cc"],
        hdrs = ["border_calls.h"],
        textual_hdrs = ["//plugins/schedules:cosine.cc"],
        deps = [":border_clock", "//core/api", "//core/base", "//plugins/schedules:fall", "@benchmark"] + ABSL,
    )
    facet_cc_library(
        name = "border_step",
        srcs = ["border_step.cc"],
        hdrs = ["border_step.h"],
        tags = ["torch"],
        deps = [":border_clock", "//core/training:learned_tensors", "//core/training:objective"] + _DEPS,
    )
    facet_cc_binary(
        name = "plugin_border",
        srcs = ["plugin_border.cc"],
        tags = ["torch"],
        deps = [
            ":border_calls",
            ":border_clock",
            ":border_step",
            ":components",
            ":paired_ratio",
            "//core/base:child_process",
            "//core/plugin",
            "//plugins/losses:softmax.objects",
        ] + _DEPS,
    )

    # Few, small steps: that it runs to its end, and that the plugin and the linked loss train alike.
    native.sh_test(
        name = "plugin_border_test",
        srcs = [":plugin_border"],
        args = [
            "--plugins=" + ":".join(["plugins/" + folder for folder in ["architectures", "losses", "optimizers", "schedules"]]),
            "--pairs=3",
            "--steps=1",
            "--batch=4",
            "--px=32",
            "--calls=1000",
        ],
        data = ["//plugins/" + folder for folder in ["architectures", "losses", "optimizers", "schedules"]],
        tags = _TEST_TAGS,
    )
