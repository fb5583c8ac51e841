"""Precompiled headers: `facet_precompiled(name, header, deps, copts)`.

The headers of the standard library, of Abseil, nlohmann's JSON, GoogleTest and LibTorch are most of what a compilation
reads. `name` compiles `header` once with the flags of our own compilations, and is depended on like a library; the
compilations that use it get `-include` of it first (PRECOMPILED_COPTS). GCC takes it where the flags agree and reads the
header itself where they do not, so a wrong flag costs time and nothing else.

Bazel stays sound: the compiled header is an output of an action whose inputs are all headers of `deps`. GCC does not
name it among what a compilation read, and Bazel would forget it; so the same action writes a stamp, a header with its
digest, which is included right after it and named like any header: where the one changes, the other does.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _precompiled_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    context = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]).compilation_context

    # The copy lies where GCC looks for the compiled form beside it.
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    ctx.actions.expand_template(template = ctx.file.header, output = header, substitutions = {})
    compiled = ctx.actions.declare_file(ctx.label.name + ".h.gch")
    stamp = ctx.actions.declare_file(ctx.label.name + "_stamp.h")
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        # Native rules read their copts as a shell would.
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts +
                             [flag.replace("\\\"", "\"") for flag in ctx.attr.copts],
        include_directories = context.includes,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
        preprocessor_defines = context.defines,
        source_file = header.path,
        output_file = compiled.path,
        use_pic = True,
    )
    arguments = cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = CPP_COMPILE_ACTION_NAME,
        variables = variables,
    )
    compiler = cc_common.get_tool_for_action(feature_configuration = features, action_name = CPP_COMPILE_ACTION_NAME)
    ctx.actions.run_shell(
        command = 'out=$1; stamp=$2; shift 2; "$@" && echo "// $(sha256sum < "$out")" > "$stamp"',
        arguments = [compiled.path, stamp.path, compiler, "-x", "c++-header"] +
                    [flag for flag in arguments if flag != "-c"],
        env = cc_common.get_environment_variables(
            feature_configuration = features,
            action_name = CPP_COMPILE_ACTION_NAME,
            variables = variables,
        ),
        inputs = depset([header], transitive = [context.headers, toolchain.all_files]),
        outputs = [compiled, stamp],
        mnemonic = "Precompile",
        progress_message = "Precompiling %s" % ctx.label,
    )
    own = cc_common.create_compilation_context(headers = depset([header, compiled, stamp]))
    return [
        DefaultInfo(files = depset([header, compiled, stamp])),
        cc_common.merge_cc_infos(direct_cc_infos = [CcInfo(compilation_context = own)], cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]),
    ]

facet_precompiled = rule(
    implementation = _precompiled_impl,
    attrs = {
        "copts": attr.string_list(),
        "deps": attr.label_list(providers = [CcInfo]),
        "header": attr.label(allow_single_file = [".h"], mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
