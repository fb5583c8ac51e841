"""Stages: each a folder of core/stages, made known by one line of core/stages/BUILD.

    load("//core/stages:stage.bzl", "facet_stage", "facet_stages")

    facet_stage(name = "describe", torch = True, run_deps = ["//core/training:model"])     in core/stages/describe/BUILD
    facet_stages(name = "stages", stages = ["dataset", ...])                               in core/stages/BUILD

`facet_stage` makes from the folder
    :settings    settings.h, if there is one: what the stage may be told
    :plan        plan.cc and *_plan.h: <Name>Stage(), how the host plans it; no LibTorch, no OpenCV
    :run         run.cc and all other sources: Run<Name>(), what the worker runs
    *_test       from *_test.cc; `plan_test` and `settings_*` need no worker's code; run_*_test.cc are part of `run_test`.
                 `test_deps`, `test_data` are theirs
`facet_stages` makes
    :types       AllStageTypes() (stage_types.h), for the host
    :code_digests   StageCodeDigests(), InterfaceCodeDigests() (code_digests.h), for the host and the workers
    :functions   AllStageFunctions() (stage_functions.h), for the worker with LibTorch
    :functions_without_torch   StageFunctionsWithoutTorch(), of the stages in `without_torch`, for the one that starts faster
from the list, in its order: from the bottom up, a stage after those whose ports it takes.

A stage's digest covers the compiled code that Run<Name>() can reach in the objects of its :run, of all that it depends on
and of libfacet (code_digests.py). The host puts it into the stage's cache key: an edited training loop misses the cache
for training, and nothing else does; a comment, a renamed variable, a function that training does not call miss nothing.
"""

load("//core:core.bzl", "ABSL", "facet_cc_library", "facet_cc_test", "written_file")

def _camel(name):
    return "".join([word.capitalize() for word in name.split("_")])

def facet_stage(
        name,
        torch = False,
        plan_deps = [],
        run_deps = [],
        settings_deps = [],
        test_deps = [],
        test_deps_of = {},
        test_data = [],
        test_sizes = {},
        test_cpus = {}):
    """A stage from its folder; see the head of this file.

    `test_cpus`: of tests whose threads wait for each other all the time; beside another test they take ten times as long.
    """
    if native.package_name() != "core/stages/" + name:
        fail("%s: the stage \"%s\" is a folder of core/stages" % (native.package_name(), name))
    tags = ["torch"] if torch else []
    settings = native.glob(["settings.h"])
    shared = ["//core/api", "//core/base", "//core/pipeline:context"] + ABSL
    if settings:
        facet_cc_library(
            name = "settings",
            hdrs = settings,
            deps = ["//core/api"] + settings_deps,
        )
        shared = shared + [":settings"]
    host_sources = ["plan.cc"] + native.glob(["settings_*.cc", "*_plan.h", "settings_*.h"], exclude = ["*_test.cc"])
    facet_cc_library(
        name = "plan",
        srcs = [file for file in host_sources if file.endswith(".cc")],
        hdrs = [name + ".h"] + [file for file in host_sources if file.endswith(".h")],
        deps = shared + ["//core/pipeline"] + plan_deps,
    )
    run_headers = native.glob(["*.h"], exclude = ["*_testing.h", "*_plan.h", "settings.h", "settings_*.h"])
    facet_cc_library(
        name = "run",
        srcs = native.glob(["*.cc"], exclude = ["*_test.cc", "plan.cc", "settings_*.cc", "*_testing.cc"]) +
               [file for file in host_sources if file.startswith("settings_") and file.endswith(".cc")],
        hdrs = run_headers + [file for file in host_sources if file.startswith("settings_") and file.endswith(".h")],
        tags = tags,
        deps = shared + (["//core/api:torch", "@torch"] if torch else []) + run_deps,
    )
    of_run_test = native.glob(["run_*_test.cc"])
    for test in native.glob(["*_test.cc"], exclude = of_run_test):
        test_name = test[:-len(".cc")]
        of_host = test_name == "plan_test" or test_name.startswith("settings_")
        facet_cc_test(
            name = test_name,
            size = test_sizes.get(test_name, "small"),
            srcs = [test] + (of_run_test if test_name == "run_test" else []) + native.glob(["*_testing.h"]),
            data = [] if of_host else test_data,
            tags = ["cpu:%d" % test_cpus[test_name]] if test_name in test_cpus else [],
            torch = torch and not of_host,
            deps = shared + ["//core/base:test_folder"] + ([
                ":plan",
                "//core/stages:planner_testing",
            ] if of_host else [
                ":run",
                "//core/pipeline:context_testing",
            ] + test_deps + test_deps_of.get(test_name, []) + (["//core/api:torch", "@torch"] if torch else [])),
        )

def _objects(targets):
    """Archives and objects of this workspace that `targets` (CcInfo) are linked with."""
    files = []
    for target in targets:
        for linked in target[CcInfo].linking_context.linker_inputs.to_list():
            for library in linked.libraries:
                file = library.pic_static_library or library.static_library
                if file and not file.owner.workspace_name:
                    files.append(file)
    return depset(files).to_list()

def _digests_impl(ctx):
    interface = _objects(ctx.attr.interface)
    others = [file for file in _objects(ctx.attr.stages) if file not in interface]
    source = ctx.actions.declare_file(ctx.label.name + ".cc")
    arguments = ctx.actions.args()
    arguments.add(ctx.file._tool)
    arguments.add(source)
    for target in ctx.attr.stages:
        stage = target.label.package.split("/")[-1]
        function = "Run" + _camel(stage)
        arguments.add("%s=_ZN5facet%d%sERNS_12StageContextE" % (stage, len(function), function))
    arguments.add("--interface")
    arguments.add_all(interface)
    arguments.add("--others")
    arguments.add_all(others)
    ctx.actions.run_shell(
        outputs = [source],
        inputs = interface + others + [ctx.file._tool],
        command = 'python3 -B "$@"',
        arguments = [arguments],
        mnemonic = "CodeDigests",
        progress_message = "Hashing the code of the stages",
    )
    return [DefaultInfo(files = depset([source]))]

_digests = rule(
    implementation = _digests_impl,
    attrs = {
        "interface": attr.label_list(providers = [CcInfo], mandatory = True),
        "stages": attr.label_list(providers = [CcInfo], mandatory = True),
        "_tool": attr.label(default = "//core/stages:code_digests.py", allow_single_file = True),
    },
)

def _functions(name, function, stages, tags = []):
    """A library with the map `function`() of stages by name."""
    written_file(
        name = name + "_list",
        out = name + "_list.cc",
        lines = ["#include \"core/stages/stage_functions.h\""] +
                ["#include \"core/stages/%s/%s.h\"" % (stage, stage) for stage in stages] + [
            "namespace facet {",
            "StageFunctions %s() {" % function,
            "  return {",
        ] + ["      {\"%s\", &Run%s}," % (stage, _camel(stage)) for stage in stages] + [
            "  };",
            "}",
            "}  // namespace facet",
        ],
    )
    facet_cc_library(
        name = name,
        srcs = [":" + name + "_list"],
        hdrs = ["stage_functions.h"],
        tags = tags,
        deps = ["//core/pipeline:context"] + ["//core/stages/%s:run" % stage for stage in stages],
    )

def facet_stages(name, stages, without_torch):
    """All stages; see the head of this file."""
    _functions("functions", "AllStageFunctions", stages, tags = ["torch"])
    _functions(
        "functions_without_torch",
        "StageFunctionsWithoutTorch",
        [stage for stage in stages if stage in without_torch],
    )
    includes = ["#include \"core/stages/%s/%s.h\"" % (stage, stage) for stage in stages]
    written_file(
        name = name + "_types_list",
        out = name + "_types_list.cc",
        lines = ["#include \"core/stages/stage_types.h\""] + includes + [
            "namespace facet {",
            "const std::vector<StageType>& AllStageTypes() {",
            "  static const std::vector<StageType>& types = *new std::vector<StageType>{",
        ] + ["      %sStage()," % _camel(stage) for stage in stages] + [
            "  };",
            "  return types;",
            "}",
            "}  // namespace facet",
        ],
    )
    _digests(
        name = name + "_digests",
        interface = ["//core:libfacet_objects"],
        stages = ["//core/stages/%s:run" % stage for stage in stages],
    )
    facet_cc_library(
        name = "code_digests",
        srcs = [":" + name + "_digests"],
        hdrs = ["code_digests.h"],
    )
    facet_cc_library(
        name = "types",
        srcs = [":" + name + "_types_list"],
        hdrs = ["stage_types.h"],
        deps = ["//core/pipeline"] + ["//core/stages/%s:plan" % stage for stage in stages],
    )
