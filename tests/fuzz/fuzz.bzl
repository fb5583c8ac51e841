"""`facet_fuzz_target(name, deps)`: <name>.cc, which defines Fuzz() (fuzz.h), as a fuzzer and as a test.

    <name>        the fuzzer; only with --config=fuzz, which ./facet fuzz gives
    <name>_test   the target on its corpus, corpus/<corpus>/*, in ordinary builds

`source` and `corpus` are `name` where they are not given: several fuzzers may have one source. The words that libFuzzer
puts into inputs are in dictionaries/<corpus>.dict, if there is such a file.
"""

load("//core:core.bzl", "COPTS", "HIDDEN", "RUN_PATH", "facet_cc_test")

def facet_fuzz_target(name, deps, source = None, corpus = None):
    """A fuzz target; see the head of this file."""
    source = (source or name) + ".cc"
    corpus = corpus or name
    deps = [":fuzz", "//core/base"] + deps
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = [source, "fuzzer_main.cc"],
        copts = COPTS + HIDDEN,
        linkopts = RUN_PATH + ["-fsanitize=fuzzer"],
        linkstatic = True,
        # What cannot be linked in an ordinary build is asked for by name.
        tags = ["fuzzer", "manual"],
        deps = deps,
    )
    facet_cc_test(
        name = name + "_test",
        srcs = [source, "corpus_test.cc"],
        data = native.glob(["corpus/%s/*" % corpus]),
        env = {"FACET_FUZZ_CORPUS": "%s/corpus/%s" % (native.package_name(), corpus)},
        deps = deps,
    )
