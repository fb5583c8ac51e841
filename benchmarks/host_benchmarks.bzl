"""The benchmark programs of the kinds without tensors: <kind> from <kind>.cc, and <kind>_test, which runs it dry."""

load("//core:core.bzl", "ABSL", "facet_cc_binary", "facet_cc_library", "facet_cc_test")

_FILES = "tests/contracts/curator_files"

# Kind: what it needs beside, and of its test: folders of plugins, what is left out for want of files, arguments.
_KINDS = {
    "aligner": (
        [":photographs"],
        ["aligners", "datasets"],
        "none",
        [
            "--sizes=80",
            "--option=ert.trees=5",
            "--option=facemark_lbf.candidates=10",
            "--option=pictorial.rounds=5",
            "--option=pictorial.features=50",
        ],
    ),
    "augmentation": (
        [":photographs", "//core/training:batches"],
        ["augmentations", "datasets"],
        "none",
        ["--sizes=56"],
    ),
    "curator": (
        [":made_collection", ":photographs", "//core/image:image_io", "//plugins/manifest"],
        ["curators"],
        "none",
        [
            "--sizes=24",
            "--option=annotate_people.min_images=4",
            "'--option=contaminate.root=\"%s/mirror/photographs\"'" % _FILES,
            "--option=contaminate.min_images=5",
            "--option=deduplicate.people=2",
            "--option=deduplicate.size_px=64",
            "--option=deduplicate.words=8",
            "--option=purify.components=8",
            "--option=purify.local_descriptors=2000",
            "--option=unimodal.components=8",
            "--option=unimodal.discriminants=2",
            "--option=unimodal.local_descriptors=2000",
            "--option=unimodal.min_faces=4",
        ],
    ),
    "dataset": (
        [":made_collection", "//core/image:image_io"],
        ["datasets"],
        "celeba,image_list,images,insightface_bin,landmarks_300w,lfw,vggface,ytf",
        [
            "--sizes=4",
            "--option=synthetic.people=10",
            "'--option=folder.root=\"%s/mirror/photographs\"'" % _FILES,
        ],
    ),
    "detector": (
        [":photographs"],
        ["detectors", "datasets"],
        "dpm,mtcnn,ssd,yunet",
        ["--sizes=80", "--images=%s/mirror" % _FILES],
    ),
    "evaluator": ([], ["evaluators"], "none", ["--sizes=40"]),
    "sampler": ([], ["samplers"], "none", ["--sizes=1000"]),
    "schedule": ([], ["schedules"], "none", ["--sizes=10"]),
}

def _shared():
    """What the programs of several kinds share."""
    facet_cc_library(
        name = "made_collection",
        srcs = ["made_collection.cc"],
        hdrs = ["made_collection.h"],
        deps = [
            "//core/api",
            "//core/base",
            "//core/image:image_io",
            "//plugins/curators/stage",
            "//plugins/manifest",
            "//plugins/rendered_faces",
        ] + ABSL,
    )
    facet_cc_library(
        name = "measured_case",
        hdrs = ["measured_case.h"],
        deps = [":components", "@benchmark"] + ABSL,
    )
    facet_cc_library(
        name = "photographs",
        srcs = ["photographs.cc"],
        hdrs = ["photographs.h"],
        deps = [":components", "//core/api", "//core/image:image_io", "@opencv//:core"] + ABSL,
    )
    facet_cc_test(
        name = "host_benchmarks_test",
        srcs = ["made_collection_test.cc", "photographs_test.cc"],
        data = ["//plugins/datasets"],
        deps = [
            ":made_collection",
            ":photographs",
            "//core/base",
            "//core/base:test_folder",
            "//core/image:image_io",
            "//plugins/curators/stage",
            "//plugins/manifest",
        ] + ABSL,
    )

def _detector_framing():
    """How alike detectors frame a face: the program, its parts and their tests."""
    facet_cc_library(
        name = "box_agreement",
        srcs = ["box_agreement.cc", "framing_tables.cc"],
        hdrs = ["box_agreement.h", "framing_tables.h"],
        deps = ["//core/api", "//core/base"] + ABSL,
    )
    facet_cc_test(
        name = "box_agreement_test",
        srcs = ["box_agreement_test.cc"],
        deps = [":box_agreement", "//core/api"] + ABSL,
    )
    facet_cc_binary(
        name = "detector_framing",
        srcs = ["detector_framing.cc"],
        data = ["//plugins/datasets", "//plugins/detectors"],
        deps = [
            ":box_agreement",
            ":components",
            "//core/api",
            "//core/base",
            "//core/image:image_io",
        ] + ABSL,
    )
    native.sh_test(
        name = "detector_framing_test",
        size = "large",  # 240 photographs, all detectors
        srcs = ["detector_framing_test.sh"],
        args = ["$(rootpath :detector_framing)"],
        data = [":detector_framing"],
    )

def host_benchmarks():
    """All programs and their tests."""
    _shared()
    _detector_framing()
    for kind, (deps, folders, left_out, arguments) in _KINDS.items():
        facet_cc_binary(
            name = kind,
            srcs = [kind + ".cc"],
            deps = [
                ":components",
                ":measured_case",
                "//core/api",
                "//core/base",
                "@benchmark",
            ] + deps,
        )
        native.sh_test(
            name = kind + "_test",
            srcs = ["dry_run_test.sh"],
            args = [
                "benchmarks/" + kind,
                left_out,
                "--plugins=" + ":".join(["plugins/" + folder for folder in folders]),
            ] + arguments,
            data = [":" + kind, "//tests/contracts:curator_files"] + ["//plugins/" + folder for folder in folders],
        )
