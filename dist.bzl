"""`facet_dist`: programs, plugins and what writers of plugins need, as one tree of plain files that can be copied anywhere.

    bin/facet  bin/facet-worker  bin/facet-torch-worker  bin/facet-manifest
    bin/facet-contract  bin/facet-torch-contract  lib/libfacet.so
    plugins/lib<folder>_*.so  plugins/lib<folder>_*.schema.json  plugins/lib<folder>_*.manual.txt
    benchmarks/<kind>: what `facet bench` runs
    include/core/...  and what `files` puts where: the kit (plugins/kit), skeletons, experiments

Components of two kinds may have one name (a loss and its miner), so the folder of a plugin becomes part of its file's.
`plugins` is one output: a plugin that is gone from the sources is gone from it too.
"""

def _copy(ctx, file, path):
    out = ctx.actions.declare_file("%s/%s" % (ctx.label.name, path))
    ctx.actions.run(
        outputs = [out],
        inputs = [file],
        executable = "/bin/cp",
        arguments = ["-f", file.path, out.path],
        mnemonic = "Dist",
        progress_message = "Copying %s" % file.short_path,
    )
    return out

def _copy_folder(ctx, name, files, path_of):
    """One output folder of `files`, each at path_of(file) in it."""
    out = ctx.actions.declare_directory("%s/%s" % (ctx.label.name, name))
    arguments = ctx.actions.args()
    arguments.add(out.path)
    for file in files:
        arguments.add(file)
        arguments.add(path_of(file))
    ctx.actions.run_shell(
        outputs = [out],
        inputs = files,
        command = 'out=$1; shift; while [ $# -gt 0 ]; do mkdir -p "$out/${2%/*}" && cp -f "$1" "$out/$2" || exit; shift 2; done',
        arguments = [arguments],
        mnemonic = "Dist",
        progress_message = "Copying %s" % name,
    )
    return out

def _plugin_path(file):
    return "./lib%s_%s" % (file.dirname.split("/")[-1], file.basename[len("lib"):])

def _own_path(file):
    return file.short_path

def _dist_impl(ctx):
    outs = [_copy(ctx, file, "bin/" + file.basename) for file in ctx.files.programs]
    outs += [_copy(ctx, file, "benchmarks/" + file.basename) for file in ctx.files.benchmarks]
    outs += [_copy(ctx, file, "lib/" + file.basename) for file in ctx.files.libraries]
    outs.append(_copy_folder(ctx, "plugins", ctx.files.plugins, _plugin_path))
    outs.append(_copy_folder(ctx, "include", ctx.files.headers, _own_path))
    for target, path in ctx.attr.files.items():
        files = target.files.to_list()
        for file in files:
            outs.append(_copy(ctx, file, path + file.basename if path.endswith("/") else path))
    return [DefaultInfo(files = depset(outs), runfiles = ctx.runfiles(files = outs))]

facet_dist = rule(
    implementation = _dist_impl,
    attrs = {
        "benchmarks": attr.label_list(allow_files = True),
        # To a path in the tree, or to a folder, which ends in "/".
        "files": attr.label_keyed_string_dict(allow_files = True),
        "headers": attr.label_list(allow_files = [".h"]),
        "libraries": attr.label_list(allow_files = True),
        "plugins": attr.label_list(allow_files = True),
        "programs": attr.label_list(allow_files = True),
    },
)

def merged(dicts):
    """A BUILD file cannot write dict(first, **second)."""
    result = {}
    for each in dicts:
        result.update(each)
    return result
