"""`facet_dist`: the programs, libfacet.so and the plugins as one tree of plain files that can be copied anywhere.

    bin/facet  bin/facet-worker  bin/facet-torch-worker  bin/facet-manifest
    bin/facet-contract  bin/facet-torch-contract  lib/libfacet.so
    plugins/lib<folder>_*.so  plugins/lib<folder>_*.schema.json

Components of two kinds may have one name (a loss and its miner), so the folder of a plugin becomes part of its file's.
`plugins` is one output: a plugin that is gone from the sources is gone from it too.
"""

def _copy(ctx, folder, files):
    outs = []
    for file in files:
        out = ctx.actions.declare_file("%s/%s/%s" % (ctx.label.name, folder, file.basename))
        ctx.actions.run(
            outputs = [out],
            inputs = [file],
            executable = "/bin/cp",
            arguments = ["-f", file.path, out.path],
            mnemonic = "Dist",
            progress_message = "Copying %s" % file.short_path,
        )
        outs.append(out)
    return outs

def _copy_plugins(ctx):
    out = ctx.actions.declare_directory(ctx.label.name + "/plugins")
    arguments = ctx.actions.args()
    arguments.add(out.path)
    for file in ctx.files.plugins:
        arguments.add(file)
        arguments.add("lib%s_%s" % (file.dirname.split("/")[-1], file.basename[len("lib"):]))
    ctx.actions.run_shell(
        outputs = [out],
        inputs = ctx.files.plugins,
        command = 'out=$1; shift; while [ $# -gt 0 ]; do cp -f "$1" "$out/$2" || exit; shift 2; done',
        arguments = [arguments],
        mnemonic = "Dist",
        progress_message = "Copying the plugins",
    )
    return out

def _dist_impl(ctx):
    outs = _copy(ctx, "bin", ctx.files.programs) + _copy(ctx, "lib", ctx.files.libraries) + [_copy_plugins(ctx)]
    return [DefaultInfo(files = depset(outs), runfiles = ctx.runfiles(files = outs))]

facet_dist = rule(
    implementation = _dist_impl,
    attrs = {
        "libraries": attr.label_list(allow_files = True),
        "plugins": attr.label_list(allow_files = True),
        "programs": attr.label_list(allow_files = True),
    },
)
