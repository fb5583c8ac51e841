"""`stage_code`: a header with a digest of the sources that each stage consists of.

    stage_code(name = "stage_code", common = [...], stages = {":train": "train"})

A stage's digest covers the sources and headers of its target and of all targets of this workspace that it depends on,
by path and content, and the `common` files. The host puts it into the stage's cache key: an edited training loop misses
the cache for training, and nothing else does. Sources, not objects: the host need not wait for the worker's compilation.
`stage_code_test` guards against a stage whose own file is not covered.
"""

_SourcesInfo = provider(fields = ["files"])

def _sources_aspect_impl(target, ctx):
    direct = []
    if not target.label.workspace_name:
        for attribute in ["srcs", "hdrs"]:
            if hasattr(ctx.rule.files, attribute):
                direct += [file for file in getattr(ctx.rule.files, attribute) if file.is_source]
    deps = [dep[_SourcesInfo].files for dep in getattr(ctx.rule.attr, "deps", []) if _SourcesInfo in dep]
    return [_SourcesInfo(files = depset(direct, transitive = deps))]

_sources_aspect = aspect(
    implementation = _sources_aspect_impl,
    attr_aspects = ["deps"],
)

# A line "<stage> <digest>" for one stage: $1 stage, $2 out, then the files. Paths count, so that a renamed file does too.
_HASH = """
stage="$1"; out="$2"; shift 2
digest=$(for file in "$@"; do sha256sum "$file"; done | LC_ALL=C sort -k 2 | sha256sum | cut -d ' ' -f 1)
printf '    {"%s", "%s"},\\n' "$stage" "$digest" > "$out"
"""

_HEADER = """
out="$1"; shift
{
  echo '// Digest of the code of each stage, made by the build (stage_code.bzl).'
  echo '#ifndef FACET_CORE_STAGES_STAGE_CODE_DIGESTS_H_'
  echo '#define FACET_CORE_STAGES_STAGE_CODE_DIGESTS_H_'
  echo 'namespace facet {'
  echo 'inline constexpr const char* kStageCode[][2] = {'
  cat "$@"
  echo '};'
  echo '}  // namespace facet'
  echo '#endif  // FACET_CORE_STAGES_STAGE_CODE_DIGESTS_H_'
} > "$out"
"""

def _stage_code_impl(ctx):
    lines = []
    for target, stage in ctx.attr.stages.items():
        files = depset(ctx.files.common, transitive = [target[_SourcesInfo].files])
        line = ctx.actions.declare_file("%s.%s.line" % (ctx.label.name, stage))
        arguments = ctx.actions.args()
        arguments.add(stage)
        arguments.add(line)
        arguments.add_all(files)
        ctx.actions.run_shell(
            outputs = [line],
            inputs = files,
            command = _HASH,
            arguments = [arguments],
            mnemonic = "StageCode",
            progress_message = "Hashing the code of stage %s" % stage,
        )
        lines.append(line)
    header = ctx.actions.declare_file(ctx.attr.header)
    arguments = ctx.actions.args()
    arguments.add(header)
    arguments.add_all(lines)
    ctx.actions.run_shell(
        outputs = [header],
        inputs = lines,
        command = _HEADER,
        arguments = [arguments],
        mnemonic = "StageCode",
    )
    return [DefaultInfo(files = depset([header]))]

stage_code = rule(
    implementation = _stage_code_impl,
    attrs = {
        "common": attr.label_list(allow_files = True),
        "header": attr.string(default = "stage_code_digests.h"),
        "stages": attr.label_keyed_string_dict(aspects = [_sources_aspect], mandatory = True),
    },
)
