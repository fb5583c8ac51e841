"""sizes: the length of every file against sizes.txt."""

import re

from tree import BrokenRules, Finding, pattern, rule_lines

RULES = "tests/lint/sizes.txt"

_FIXES = {
    "component": "move a part that has a name of its own into a folder beside the kind (MAP.md)",
    "BUILD": "let a macro say what its targets have in common, or split the folder",
    "header": "move what plugins do not call out of the interface",
    "other": "split it by what it does, in files that are named so",
}


def _is_component(tree, path):
    return path.startswith("plugins/") and path.endswith(".cc") and re.search(r"^FACET_PLUGIN\(", tree.read(path), re.MULTILINE) is not None


def count_code(path, text):
    """Lines that are neither blank nor comment alone."""
    hash_comments = not path.endswith((".cc", ".h", ".js", ".css"))
    count, inside = 0, None
    for line in text.splitlines():
        line = line.strip()
        if inside:
            if inside in line:
                inside = None
            continue
        if not line or line.startswith("#" if hash_comments else "//"):
            continue
        opening = '"""' if hash_comments else "/*"
        closing = '"""' if hash_comments else "*/"
        if line.startswith(opening):
            if closing not in line[len(opening):]:
                inside = closing
            continue
        count += 1
    return count


def _read_rules(tree):
    limits, allowed = [], {}
    for number, line in rule_lines(tree, RULES):
        match = re.fullmatch(r"allow (\d+) (\S+) (.+)", line)
        if match:
            if match[2] not in tree.set:
                raise BrokenRules(RULES, number, "%s does not exist" % match[2])
            allowed[match[2]] = (number, int(match[1]))
            continue
        match = re.fullmatch(r"(\d+) (lines|code) (.+)", line)
        if not match:
            raise BrokenRules(RULES, number, "neither `LIMIT UNIT PATTERN` nor `allow N FILE REASON`")
        limits.append((int(match[1]), match[2], match[3].split()))
    return limits, allowed


def _fits(tree, path, what):
    return _is_component(tree, path) if what == "component" else pattern(what).match(path) is not None


def _kind(path, what):
    if what == "component":
        return what
    return "BUILD" if path.endswith("BUILD") else "header" if path.startswith("core/api/") else "other"


def check(tree):
    limits, allowed = _read_rules(tree)
    findings = []
    for path in tree.files:
        found = next(((limit, unit, what) for limit, unit, patterns in limits for what in patterns
                      if _fits(tree, path, what)), None)
        if not found:
            continue
        limit, unit, what = found
        text = tree.read(path)
        size = text.count("\n") if unit == "lines" else count_code(path, text)
        words = "lines" if unit == "lines" else "lines of code"
        if path in allowed:
            number, more = allowed[path]
            if size <= limit:
                findings.append(Finding(RULES, number, "%s has %d %s and needs no exception" % (path, size, words),
                                        "take this line out"))
            limit = max(limit, more)
        if size > limit:
            findings.append(Finding(path, 0, "%d %s; at most %d" % (size, words, limit),
                                    "%s; where that would be worse, an exception with its reason in %s" %
                                    (_FIXES[_kind(path, what)], RULES)))
    return findings
