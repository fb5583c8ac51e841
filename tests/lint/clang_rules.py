"""format, tidy: clang-format and clang-tidy on what changed. Both are optional packages.

What changed: against the merge base with the main branch, uncommitted and new files included.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from starlark import BrokenBuild, Packages
from tree import Finding

# One release for everyone, because each formats a little differently; in Debian 12 and 13.
_RELEASE = "19"
_MAIN_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_FILES_PER_CALL = 50


class Skipped(Exception):
    """Why a check does not run here."""


def _tool(name):
    tool = "%s-%s" % (name, _RELEASE)
    if not any(os.access(os.path.join(folder, tool), os.X_OK) for folder in os.get_exec_path()):
        raise Skipped("%s is missing; as root: apt-get install --no-install-recommends %s" % (tool, tool))
    return tool


def _git(root, *arguments):
    """Lines of git's answer; None without git."""
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.splitlines() if done.returncode == 0 else None


def _changed(tree):
    """Files that differ from the main branch, None if that cannot be known."""
    top = _git(tree.root, "rev-parse", "--show-toplevel")
    if not top or os.path.realpath(top[0]) != os.path.realpath(tree.root):
        return None
    bases = (_git(tree.root, "merge-base", "HEAD", branch) for branch in _MAIN_BRANCHES)
    base = next((base[0] for base in bases if base), "HEAD")
    changed = _git(tree.root, "diff", "--name-only", "--diff-filter=d", base)
    return None if changed is None else set(
        changed + _git(tree.root, "ls-files", "--others", "--exclude-standard"))


def _sources(tree, everything):
    if everything:
        return tree.sources()
    changed = _changed(tree)
    if changed is None:
        raise Skipped("without git it is not known what changed; --all checks everything")
    return [path for path in tree.sources() if path in changed]


def check_format(tree, everything, fix):
    tool = _tool("clang-format")
    sources = _sources(tree, everything)
    places = {}  # path -> lines
    for start in range(0, len(sources), _FILES_PER_CALL):
        command = [tool] + (["-i"] if fix else ["--dry-run"]) + sources[start:start + _FILES_PER_CALL]
        done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
        found = re.findall(r"^(.+?):(\d+):\d+: (?:warning|error): ", done.stderr, re.MULTILINE)
        if done.returncode and not found:
            raise Skipped("%s failed: %s" % (tool, done.stderr.strip()))
        for path, line in found:
            places.setdefault(path, []).append(int(line))
    return [Finding(path, min(lines), "not as .clang-format says (%s)" %
                    ("1 place" if len(lines) == 1 else "%d places" % len(lines)), "./facet lint --fix format")
            for path, lines in sorted(places.items())]


def _flags(tree):
    """What the compiler is told: our warnings, and where the headers of Debian's packages lie."""
    try:
        copts = Packages(tree).constant("core/core.bzl", "COPTS")
    except BrokenBuild as error:
        raise Skipped("the BUILD files cannot be read: %s" % error) from error
    torch = (os.environ.get("LIBTORCH_HOME") or "/usr").rstrip("/") + "/include"
    system = [torch, torch + "/torch/csrc/api/include", "/usr/include/opencv4"]
    return (["-xc++", "-std=c++17", "-I" + tree.root, "-I" + os.path.join(tree.root, "bazel-bin")] +
            ["-isystem" + folder for folder in system if folder != "/usr/include"] +
            [flag for flag in copts if flag.startswith("-W") and flag != "-Werror"] +
            ["-Wno-unknown-warning-option", '-DFACET_BUILD_ENVIRONMENT=""'])


def check_tidy(tree, everything, _fix):
    tool = _tool("clang-tidy")
    sources = _sources(tree, everything)
    flags = _flags(tree)

    def run(path):
        command = [tool, "--quiet", "--header-filter=.*", path, "--"] + flags
        return subprocess.run(command, cwd=tree.root, capture_output=True, text=True).stdout

    findings = []
    # LibTorch's headers take over a gigabyte each time: half of the processors.
    with ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 1) // 2)) as pool:
        for output in pool.map(run, sources):
            for place, line, text, name in re.findall(
                    r"^(.+?):(\d+):\d+: (?:warning|error): (.*) \[([\w.,-]+)\]$", output, re.MULTILINE):
                path = os.path.relpath(os.path.join(tree.root, place), tree.root)
                if path in sources:
                    name = name.split(",")[0]
                    findings.append(Finding(path, int(line), text,
                                            "as %s asks, or NOLINT(%s) with the reason" % (name, name)))
    return sorted(set(findings))
