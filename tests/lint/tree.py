"""The tree that is checked, and what a check says of it."""

import os
import re
from collections import namedtuple

# `line` is 0 for a finding on the whole file.
Finding = namedtuple("Finding", "path line text fix")

_BROKEN_RULES = "correct this line"


def show(finding):
    place = "%s:%d" % (finding.path, finding.line) if finding.line else finding.path
    return "%s: %s. Fix: %s." % (place, finding.text, finding.fix)


class BrokenRules(Exception):
    """A line of layers.txt or sizes.txt that cannot be understood."""

    def __init__(self, path, line, text):
        super().__init__(text)
        self.finding = Finding(path, line, text, _BROKEN_RULES)


class Tree:
    """All files below `root`, by path from there. Not from git: a tarball gets the same answers as a clone."""

    def __init__(self, root):
        self.root = root
        self.files = []
        for folder, folders, files in os.walk(root):
            # Bazel's links into its output are not followed by walk; .git, .facet and the like are nobody's sources.
            folders[:] = sorted(name for name in folders if not name.startswith(".") or name == ".ci")
            self.files += [os.path.relpath(os.path.join(folder, name), root) for name in sorted(files)]
        self.set = set(self.files)
        self.folders = {folder for file in self.files for folder in parents(file)}

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def sources(self):
        return [path for path in self.files if path.endswith((".cc", ".h"))]


def folder_of(path):
    return os.path.dirname(path)


def parents(path):
    """Folders that `path` lies in, the innermost first; not the root."""
    while "/" in path:
        path = folder_of(path)
        yield path


def is_testing_header(path):
    return path.endswith("_testing.h")


def is_test(path):
    return path.startswith(("tests/", "benchmarks/")) or re.search(r"_(test\.cc|testing\.(cc|h))$", path) is not None


def pattern(glob):
    """A compiled regular expression of a path: `*` within one name, `**/` any folders."""
    parts = re.split(r"(\*\*/|\*)", glob)
    regex = "".join({"**/": r"(?:.*/)?", "*": r"[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.compile(regex + r"\Z")


def rule_lines(tree, path):
    """(line number, text) of a file of rules, without comments and blank lines."""
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            yield number, line


def and_list(words):
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
