"""`made_folder(name, tool)`: a folder <name> that `tool`, called with its path, fills."""

def _made_folder_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run(
        outputs = [folder],
        executable = ctx.executable.tool,
        arguments = [folder.path],
        mnemonic = "MakeFolder",
        progress_message = "Making %s" % folder.short_path,
    )
    return [DefaultInfo(files = depset([folder]), runfiles = ctx.runfiles([folder]))]

made_folder = rule(
    implementation = _made_folder_impl,
    attrs = {
        # Of the target configuration: it is compiled for the tests anyway.
        "tool": attr.label(executable = True, cfg = "target", mandatory = True),
    },
)
