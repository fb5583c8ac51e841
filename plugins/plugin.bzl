"""Plugins: one shared library with its tests and its schema from one BUILD line.

    load("//plugins:plugin.bzl", "facet_plugin", "facet_plugin_library", "facet_plugins")

    facet_plugin(name = "softmax", torch = True)
    facet_plugin(name = "haar", deps = ["@opencv//:objdetect"], test_deps = ["@opencv//:imgcodecs"])
    facet_plugins(name = "losses", plugins = ["softmax", "triplet"])
    facet_plugin_library(name = "pair_matrix", torch = True)
    facet_plugin_library(name = "annotation", parts = FOLDER, deps = ["//plugins/lists"])

`facet_plugin` makes from <name>.cc, which may include core/api (//core/api, a dependency by itself), its `deps` and,
with `torch = True`, LibTorch (@torch and //core/api:torch, the headers with tensors):
    lib<name>.so             exports the plugin's descriptor alone
    <name>_contract_test     tests/contracts on the library, with `contract_options`, which may name
                             files of `contract_data` by their path in the repository
    <name>_test              from <name>_test.cc, if there is one. It is linked to the plugin's own objects: the
                             descriptor function can be called directly. `test_deps` and `test_data` are its own.
                             Not with `tests_together`: facet_plugins makes one program of all, which loads the library
                             that the running test's file is named after
`facet_plugin_library` makes what several components share: a static library with hidden symbols of <part>.cc and <part>.h,
where `parts` is the name alone, a list, or FOLDER, all of the folder; <part>_test.cc are its tests, one program
<name>_tests where there are several. With FOLDER, *_testing.h and *_testing.cc become the test-only library `testing`.
Abseil, core/api and core/base are dependencies by themselves.
`facet_plugins` gathers the libraries of a folder, each with its lib<name>.schema.json: its components, options and digest,
so that the host need not load it, and its lib<name>.manual.txt, the source's first comment, which `plugins describe` shows. //plugins takes them all in. <name>.page is the folder's README.md. With `tests_together` it makes <folder>_tests of all
<plugin>_test.cc, with `test_deps`, `test_data` and, where a test needs LibTorch, `torch`; *_testing.h and *_testing.cc are
what they share.
"""

load("//core:core.bzl", "ABSL", "COPTS", "HIDDEN", "RUN_PATH", "facet_cc_library", "facet_cc_test", "precompiled")

_DEPS = ["//core/api", "//core/base"] + ABSL
_TORCH_DEPS = ["//core/api:torch", "@torch"]

FOLDER = "*"

def _schemas_impl(ctx):
    # One process for a folder: loading LibTorch takes longer than describing all its plugins.
    outs = [ctx.actions.declare_file(library.basename[:-len(".so")] + ".schema.json") for library in ctx.files.libraries]
    ctx.actions.run(
        outputs = outs,
        inputs = ctx.files.libraries,
        executable = ctx.executable.describe,
        arguments = [path for library, out in zip(ctx.files.libraries, outs) for path in (library.path, out.path)],
        mnemonic = "DescribePlugins",
        progress_message = "Describing %s" % ctx.label.package,
    )
    return [DefaultInfo(files = depset(outs))]

_schemas = rule(
    implementation = _schemas_impl,
    attrs = {
        # Of the target configuration: it loads the plugins, so both need the same compiler flags (sanitizers).
        "describe": attr.label(default = "//core/plugin:describe_plugin", executable = True, cfg = "target"),
        "libraries": attr.label_list(allow_files = [".so"], mandatory = True),
    },
)

def facet_plugin(
        name,
        deps = [],
        test_deps = [],
        test_data = [],
        torch = False,
        contract_options = "{}",
        contract_data = [],
        copts = [],
        tests_together = False):
    """A plugin from <name>.cc; see the head of this file. `contract_options`: JSON, for the contract test."""
    library = "lib%s.so" % name
    tags = ["torch"] if torch else []
    include, header = precompiled(tags)
    native.cc_library(
        name = name + ".objects",
        srcs = [name + ".cc"],
        alwayslink = True,
        copts = COPTS + HIDDEN + copts + include,
        linkstatic = True,
        tags = tags,
        visibility = ["//benchmarks:__pkg__", "//tests/fuzz:__pkg__"],  # they call into the component
        deps = _DEPS + (_TORCH_DEPS if torch else []) + deps + header,
    )
    native.cc_binary(
        name = library,
        linkopts = RUN_PATH + ["-Wl,-z,defs"],
        linkshared = True,
        tags = tags,
        visibility = ["//visibility:public"],
        deps = [":%s.objects" % name],
    )
    native.sh_test(
        name = name + "_contract_test",
        size = "medium",  # seconds on an idle machine; some networks and cascades take longer on a busy one
        srcs = ["//tests/contracts:facet-torch-contract" if torch else "//tests/contracts:facet-contract"],
        args = ["$(rootpath %s)" % library, "'%s'" % contract_options],
        data = [library] + contract_data,
        tags = tags,
    )
    if native.glob([name + "_test.cc"]) and not tests_together:
        facet_cc_test(
            name = name + "_test",
            size = "medium",
            srcs = [name + "_test.cc"],
            data = [library] + test_data,
            torch = torch,
            deps = [":%s.objects" % name, "//plugins:plugin_testing"] + test_deps,
        )

def _folder_parts():
    """Names of the folder's files without endings, tests and their helpers apart."""
    files = native.glob(["*.cc", "*.h"], exclude = ["*_test.cc", "*_testing.cc", "*_testing.h", "*_main.cc"])
    return depset([file.rpartition(".")[0] for file in files]).to_list()

def facet_plugin_library(
        name,
        parts = None,
        srcs = [],
        deps = [],
        test_deps = [],
        tests_apart = [],
        copts = [],
        linkopts = [],
        torch = False):
    """What several components share; see the head of this file.

    `srcs`: generated sources beside the parts. `test_deps`: of the tests and of `testing`.
    `tests_apart`: files of tests that want a process of their own (they fork).
    """
    tags = ["torch"] if torch else []
    all_deps = _DEPS + (_TORCH_DEPS if torch else []) + deps
    folder = parts == FOLDER
    parts = _folder_parts() if folder else parts or [name]
    facet_cc_library(
        name = name,
        srcs = native.glob([part + ".cc" for part in parts]) + srcs,
        hdrs = native.glob([part + ".h" for part in parts]),
        copts = copts,
        linkopts = linkopts,
        tags = tags,
        deps = all_deps,
    )
    testing = []
    if folder and native.glob(["*_testing.h"]):
        testing = [":testing"]
        facet_cc_library(
            name = "testing",
            testonly = True,
            srcs = native.glob(["*_testing.cc"]),
            hdrs = native.glob(["*_testing.h"]),
            tags = tags,
            deps = [":" + name, "@googletest//:gtest"] + all_deps + test_deps,
        )
    tests = native.glob(["*_test.cc"] if folder else [part + "_test.cc" for part in parts])
    together = [test for test in tests if test not in tests_apart]
    for program in [[test] for test in tests_apart] + ([together] if together else []):
        facet_cc_test(
            name = name + "_tests" if len(program) > 1 else program[0][:-len(".cc")],
            size = "medium",  # seconds on an idle machine; tests run beside others
            srcs = program,
            torch = torch,
            deps = [":" + name, "//core/base:test_folder"] + testing + all_deps + test_deps,
        )

def facet_plugins(name, plugins, tests_together = False, test_deps = [], test_data = [], torch = False):
    """All `plugins` of a package, libraries and schemas: ":<name>"; see the head of this file."""
    libraries = [":lib%s.so" % plugin for plugin in plugins]
    _schemas(name = name + ".schemas", libraries = libraries)
    native.genrule(
        name = name + ".manuals",
        srcs = [plugin + ".cc" for plugin in plugins],
        outs = ["lib%s.manual.txt" % plugin for plugin in plugins],
        # The lines up to the first that is no comment, without their slashes.
        cmd = "for source in $(SRCS); do manual=$(RULEDIR)/lib$$(basename $$source .cc).manual.txt; " +
              "sed -n -e '\\|^//|!q' -e 's|^// \\{0,1\\}||p' $$source >$$manual; done",
    )
    native.filegroup(
        name = name + ".page",
        srcs = native.glob(["README.md"]),
        visibility = ["//visibility:public"],
    )
    native.filegroup(
        name = name,
        srcs = libraries + [":%s.schemas" % name, ":%s.manuals" % name],
        visibility = ["//visibility:public"],
    )
    if tests_together:
        testing = []
        if native.glob(["*_testing.h"]):
            testing = [":testing"]
            facet_cc_library(
                name = "testing",
                testonly = True,
                srcs = native.glob(["*_testing.cc"]),
                hdrs = native.glob(["*_testing.h"]),
                tags = ["torch"] if torch else [],
                deps = ["//plugins:plugin_testing", "@googletest//:gtest"] + _DEPS +
                       (_TORCH_DEPS if torch else []) + test_deps,
            )
        facet_cc_test(
            name = name + "_tests",
            size = "medium",
            srcs = native.glob([plugin + "_test.cc" for plugin in plugins]),
            data = libraries + test_data,
            names_apart = True,
            torch = torch,
            deps = ["//plugins:plugin_testing", "//plugins:tested_plugin"] + testing + test_deps,
        )
