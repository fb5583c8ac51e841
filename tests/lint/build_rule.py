"""build: every source is compiled by a target, every test is run, every component is part of the program."""

import os

from starlark import BrokenBuild, Packages
from tree import Finding, folder_of, is_test

_SOURCES = (".cc", ".h", ".sh")
_PROGRAM = "//:dist"
# Components that users copy (`facet plugins new`): no part of the program, and their tests are in this tree.
_SKELETONS = "//plugins:skeletons"


def _reached(rules, start):
    """Rules that `start` depends on, directly or not, itself included."""
    by_label = {label: rule for rule in rules for label in rule.outputs()}
    reached, todo = set(), [start]
    while todo:
        rule = by_label.get(todo.pop())
        if rule and rule not in reached:
            reached.add(rule)
            todo += rule.labels()
    return reached


def check(tree):
    try:
        packages = Packages(tree)
    except BrokenBuild as error:
        return [Finding(error.path, error.line, str(error),
                        "correct it, or teach tests/lint/starlark.py that part of Bazel")]
    named = {}  # file -> rules that have it
    for rule in packages.rules:
        for label in rule.labels():
            named.setdefault(label[2:].replace(":", "/").lstrip("/"), []).append(rule)
    program = _reached(packages.rules, _PROGRAM) | _reached(packages.rules, _SKELETONS)
    findings = []
    for path in tree.files:
        if path.endswith(_SOURCES):
            findings += _check_source(path, packages.package_of(path), named.get(path, []), program)
    return findings


def _check_source(path, package, rules, program):
    if package is None:
        return [Finding(path, 0, "no folder above it has a BUILD", "add %s/BUILD" % folder_of(path))]
    build = os.path.join(package, "BUILD")
    if not rules:
        return [Finding(path, 0, "no target of %s names it: it is never compiled%s" %
                        (build, " and never runs" if is_test(path) else ""), "name it there, or delete it")]
    if path.endswith(("_test.cc", "_test.sh")):
        if not any(rule.kind.endswith("_test") and "manual" not in rule.attributes.get("tags", []) for rule in rules):
            return [Finding(path, 0, "no test of %s has it: it never runs" % build,
                            "name it in a facet_cc_test() that has no tag manual")]
    elif path.startswith(("core/", "plugins/")) and not is_test(path):
        if not program & set(rules) and not all(rule.attributes.get("testonly") for rule in rules):
            return [Finding(path, 0, "compiled, but %s does not contain it" % _PROGRAM,
                            "name its target where others of its kind are (facet_plugins(), facet_stages(), deps), or "
                            "say testonly = True")]
    return []
