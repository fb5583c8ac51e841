"""links: what Markdown links to, and the files that comments, MAP, README and CONTRIBUTING name, exist."""

import os
import re
from urllib.parse import unquote

from tree import Finding, folder_of, pattern

_OVERVIEWS = ("MAP.md", "README.md", "CONTRIBUTING.md")

_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)")
_CODE = re.compile(r"`([^`]+)`")
_NAME = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
_SOURCE = re.compile(r"[\w*]+\.(?:cc|h|bzl)")
# In a comment: `lists/csv.h`, but not <torch/torch.h>, a URL, or a path of the machine.
_PATH = re.compile(r"(?<![\w/.:<\"~$}-])((?:[\w*-][\w.*-]*/)+[\w.*-]+\.(?:h|cc|bzl|md|toml))\b")
_ROW_OF_FOLDER = re.compile(r"\| `([\w/]+)` \|")


def _prose(text):
    """(line number, line) without code blocks."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if fence:
            fence = None if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        elif not line.startswith(("    ", "\t")):
            yield number, line


def _anchors(text):
    """As GitHub makes them of headings."""
    anchors = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    for _, line in _prose(text):
        if re.match(r"#+ ", line):
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", line.lstrip("#").strip().lower())
            anchors.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return anchors


def _check_link(tree, path, number, target):
    if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
        return
    file, _, anchor = target.partition("#")
    name = os.path.normpath(os.path.join(folder_of(path), unquote(file))) if file else path
    if name not in tree.set and name not in tree.folders:
        yield Finding(path, number, "links to %s, which does not exist" % name, "link to where it is now")
    elif anchor and name.endswith(".md") and anchor not in _anchors(tree.read(name)):
        yield Finding(path, number, "links to #%s, but %s has no such heading" % (anchor, name),
                      "one of: %s" % " ".join(sorted(_anchors(tree.read(name)))))


def _exists(tree, path, folder, name):
    """True for what is no name of ours too, like `bazel-bin/dist` or `torch/torch.h`.

    `folder`: what the row of a table is about; its files are meant then.
    """
    name = name.rstrip("/")
    first = name.split("/")[0]
    if "/" not in name:
        below = folder + "/**/" if folder in tree.folders else "**/"
        return not _SOURCE.fullmatch(name) or any(pattern(below + name).match(file) for file in tree.files)
    if first in {known.split("/")[-1] for known in tree.folders}:
        here = [name, os.path.normpath(os.path.join(folder_of(path), name))]
        if first not in tree.folders:  # it begins further down: `rendered_faces/album.h`
            here.append("**/" + name)
        return any(pattern(way).match(known) for way in here for known in tree.set | tree.folders)
    return True


def _check_markdown(tree, path):
    for number, line in _prose(tree.read(path)):
        for match in _LINK.finditer(_CODE.sub("", line)):
            yield from _check_link(tree, path, number, match[1] or match[2])
        if path in _OVERVIEWS:
            row = _ROW_OF_FOLDER.match(line)
            folder = row[1] if row else ""
            for name in _CODE.findall(line):
                if _NAME.fullmatch(name) and not _exists(tree, path, folder, name):
                    where = " in " + folder if folder and name != folder else ""
                    yield Finding(path, number, "names %s, which does not exist%s" % (name, where),
                                  "name what took its place, or take it out")


def _check_comments(tree, path, known_ends):
    mark = "//" if path.endswith((".cc", ".h")) else "#"
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        _, _, comment = line.partition(mark)
        for name in _PATH.findall(comment):
            if name not in known_ends and not ("*" in name and
                                               any(pattern("**/" + name).match(file) for file in tree.files)):
                yield Finding(path, number, "a comment names %s, which does not exist" % name,
                              "name what took its place; headers of libraries are written like <torch/torch.h>")


def check(tree):
    findings = []
    # Of `plugins/lists/csv.h`: itself, `lists/csv.h`, `csv.h`.
    known_ends = {"/".join(file.split("/")[start:]) for file in tree.files for start in range(file.count("/") + 1)}
    for path in tree.files:
        if path.endswith(".md"):
            findings += _check_markdown(tree, path)
        elif path.endswith((".cc", ".h", ".toml", "BUILD", ".bzl")):
            findings += _check_comments(tree, path, known_ends)
    return findings
