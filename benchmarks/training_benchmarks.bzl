"""Programs that measure how fast networks are trained and describe."""

load("//core:core.bzl", "facet_cc_binary", "facet_cc_library")

# What a training of the paper's networks consists of.
TRAINING_PLUGINS = ["//plugins/%s:lib%s.so" % plugin for plugin in [
    ("architectures", "vgg"),
    ("augmentations", "crop"),
    ("augmentations", "flip"),
    ("losses", "softmax"),
    ("optimizers", "sgd"),
    ("samplers", "random"),
    ("schedules", "plateau"),
]]

def training_benchmarks():
    """Those programs, and tests that they run."""
    facet_cc_library(
        name = "vgg_parts",
        srcs = ["vgg_parts.cc"],
        hdrs = ["vgg_parts.h"],
        tags = ["torch"],
        deps = [
            "//core/api:torch",
            "//core/training:tensors",
            "@torch",
        ],
    )

    facet_cc_library(
        name = "vgg_training",
        srcs = ["vgg_training.cc"],
        hdrs = ["vgg_training.h"],
        tags = ["torch"],
        deps = [
            ":vgg_parts",
            "//core/image:image_io",
            "//core/plugin",
            "//core/records:blob_file",
            "//core/records:crops",
            "//core/records:record_lines",
            "//core/training",
            "@torch",
        ],
    )

    facet_cc_binary(
        name = "training_step",
        srcs = ["training_step.cc"],
        data = TRAINING_PLUGINS,
        tags = ["torch"],
        deps = [
            ":vgg_training",
            "@benchmark",
            "@torch",
        ],
    )

    # facet's sides of peers/training_step.py.
    facet_cc_binary(
        name = "training_turns",
        srcs = [
            "process_memory.h",
            "taken_steps.h",
            "training_turns.cc",
        ],
        data = TRAINING_PLUGINS,
        tags = ["torch"],
        deps = [
            ":turns",
            ":vgg_parts",
            ":vgg_training",
            "//core/training:learned_tensors",
            "@torch",
        ],
    )

    # facet's sides of peers/descriptors.py.
    facet_cc_binary(
        name = "descriptor_turns",
        testonly = True,
        srcs = [
            "descriptor_turns.cc",
            "process_memory.h",
            "taken_steps.h",
        ],
        data = ["//plugins/architectures:libvgg.so"],
        tags = ["torch"],
        deps = [
            ":turns",
            ":vgg_parts",
            "//core/image:image_io",
            "//core/pipeline:context_testing",
            "//core/records:blob_file",
            "//core/records:crops",
            "//core/records:record_lines",
            "//core/stages/describe:run",
            "@torch",
        ],
    )

    # facet's side of peers/embedding.py.
    facet_cc_binary(
        name = "embedding",
        srcs = ["embedding.cc", "process_memory.h"],
        data = [
            "//plugins/losses:libtriplet.so",
            "//plugins/miners:librandom_violating.so",
        ],
        tags = ["torch"],
        deps = [
            ":turns",
            "//core/plugin",
            "//core/stages/project:run",
            "@torch",
        ],
    )

    # Few descriptors: that it runs.
    native.sh_test(
        name = "embedding_test",
        srcs = ["embedding_test.sh"],
        args = ["$(rootpath :embedding)"],
        data = [":embedding", "repeat_bytes.sh"],
        tags = [
            "cpu:2",  # its threads wait for each other
            "torch",
        ],
    )

    # A step or a batch of each side, narrow networks: that they run, from the same weights, and that
    # a step maps no memory anew.
    for name in ["descriptor_turns", "training_turns"]:
        native.sh_test(
            name = name + "_test",
            size = "medium",
            srcs = [name + "_test.sh"],
            args = ["$(rootpath :%s)" % name],
            data = [":" + name],
            tags = [
                "cpu:2",  # its threads wait for each other
                "torch",
            ],
        )

    # One case, once: that it runs and that both loops train the same network.
    native.sh_test(
        name = "training_step_test",
        size = "medium",
        srcs = [":training_step"],
        args = ["--benchmark_filter=float32/px:64 --benchmark_repetitions=1"],
        tags = [
            "cpu:2",  # its threads wait for each other
            "torch",
        ],
    )
