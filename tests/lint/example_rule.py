"""examples: a block of code in Markdown that says whose text it is has that text.

    <!-- text of plugins/losses/skeleton/new_loss.cc -->
    ```cpp
    ...
    ```

So the examples of a guide are files that are compiled and run. With `fix` the blocks are written.
"""

import os
import re

from tree import Finding, pattern

_FIX = "./facet lint --fix examples"
_BLOCK = re.compile(r"^<!-- text of (\S+) -->\n(```\w*\n)(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^<!-- text of (\S+) -->$", re.MULTILINE)
# Whose text some page must show.
_SHOWN = pattern("plugins/*/skeleton/new_*"), re.compile(r"(?<!_test)\.cc\Z|\.toml\Z")


def _is_shown(path):
    return _SHOWN[0].match(path) and _SHOWN[1].search(path)


def check(tree, fix):
    findings, shown = [], set()
    for path in tree.files:
        if path.endswith(".md"):
            findings += _check_page(tree, path, fix, shown)
    for path in tree.files:
        if _is_shown(path) and path not in shown:
            findings.append(Finding(path, 0, "no page shows it",
                                    "in %s/README.md, above a block of code: <!-- text of %s -->" %
                                    (path.split("/skeleton/")[0], path)))
    return findings


def _check_page(tree, path, fix, shown):
    page = tree.read(path)
    findings = []

    def line_of(position):
        return page.count("\n", 0, position) + 1

    def expected(match):
        file, fence, text = match.groups()
        if file not in tree.set:
            findings.append(Finding(path, line_of(match.start()), "shows %s, which does not exist" % file,
                                    "name what took its place"))
            return match[0]
        shown.add(file)
        if text != tree.read(file) and not fix:
            findings.append(Finding(path, line_of(match.start()), "the block below is not the text of %s" % file, _FIX))
        return "<!-- text of %s -->\n%s%s```" % (file, fence, tree.read(file))

    written = _BLOCK.sub(expected, page)
    if len(_MARK.findall(page)) != len(_BLOCK.findall(page)):
        findings.append(Finding(path, 0, "a comment says `text of` a file, but no block of code follows it",
                                "put ```cpp and ``` on the lines below it"))
    if fix and written != page:
        with open(os.path.join(tree.root, path), "w", encoding="utf-8") as file:
            file.write(written)
    return findings
