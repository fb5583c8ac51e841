"""Files of an installation that are made.

`with_version(name, srcs)`: copies of text files with @VERSION@ replaced by kVersion of build_info.h.
`program_output(name, program, arguments, out)`: what a program of ours prints.
"""

def with_version(name, srcs):
    outs = []
    for src in srcs:
        out = "versioned/" + src.split("/")[-1]
        native.genrule(
            name = name + "." + src.split("/")[-1],
            srcs = [src, "//core/app:build_info.h"],
            outs = [out],
            cmd = "version=$$(sed -n 's/.*kVersion\\[\\] = \"\\(.*\\)\".*/\\1/p' $(location //core/app:build_info.h)) && " +
                  "sed \"s/@VERSION@/$$version/\" $(location %s) >$@" % src,
        )
        outs.append(out)
    native.filegroup(name = name, srcs = outs)

def _program_output_impl(ctx):
    ctx.actions.run_shell(
        outputs = [ctx.outputs.out],
        tools = [ctx.executable.program],
        command = '"$@" >' + ctx.outputs.out.path,
        arguments = [ctx.executable.program.path] + ctx.attr.arguments,
        mnemonic = "Print",
        progress_message = "Writing %s" % ctx.outputs.out.short_path,
    )

program_output = rule(
    implementation = _program_output_impl,
    attrs = {
        "arguments": attr.string_list(),
        "out": attr.output(mandatory = True),
        # As everything else is built: a second configuration would compile it all again.
        "program": attr.label(executable = True, cfg = "target", mandatory = True),
    },
)
