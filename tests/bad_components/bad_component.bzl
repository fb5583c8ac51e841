"""Components that break their kind's contract, and the test that the contract finds it.

    load("//tests/bad_components:bad_component.bzl", "bad_component")

`bad_component(name, sentences, torch = False, deps = [])` makes a plugin of <name>.cc and <name>_test, which fails
unless the contract program refuses the library and prints each of `sentences`, and nothing else.
"""

load("//core:core.bzl", "facet_cc_test_plugin")

def bad_component(name, sentences, torch = False, deps = []):
    library = "lib%s.so" % name
    contract = "//tests/contracts:facet-torch-contract" if torch else "//tests/contracts:facet-contract"
    tags = ["torch"] if torch else []
    facet_cc_test_plugin(name, deps = deps, torch = torch)
    native.sh_test(
        name = name + "_test",
        size = "small",
        srcs = ["refused.sh"],
        args = ["$(rootpath %s)" % contract, "$(rootpath :%s)" % library] + ["'%s'" % sentence for sentence in sentences],
        data = [contract, ":" + library],
        tags = tags,
    )
