"""`facet_dist`: the programs, libfacet.so and the plugins as one tree of plain files that can be copied anywhere.

    bin/facet  bin/facet-worker  lib/libfacet.so  plugins/lib*.so  plugins/lib*.schema.json
"""

def _dist_impl(ctx):
    outs = []
    for folder, files in [("bin", ctx.files.programs), ("lib", ctx.files.libraries), ("plugins", ctx.files.plugins)]:
        names = {}
        for file in files:
            if file.basename in names:
                fail("two files named %s: %s and %s" % (file.basename, names[file.basename], file.short_path))
            names[file.basename] = file.short_path
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
    return [DefaultInfo(files = depset(outs), runfiles = ctx.runfiles(files = outs))]

facet_dist = rule(
    implementation = _dist_impl,
    attrs = {
        "libraries": attr.label_list(allow_files = True),
        "plugins": attr.label_list(allow_files = True),
        "programs": attr.label_list(allow_files = True),
    },
)
