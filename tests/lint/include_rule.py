"""includes: every #include of the tree against layers.txt."""

import re

from tree import BrokenRules, Finding, and_list, folder_of, is_test, is_testing_header, pattern, rule_lines

RULES = "tests/lint/layers.txt"

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)


class _Place:
    """A folder or a file of layers.txt, perhaps with `*`."""

    def __init__(self, text):
        self.text = text
        self._regex, self._is_file = pattern(text), text.endswith((".h", ".cc"))

    def has(self, path):
        return self._regex.match(path if self._is_file else folder_of(path)) is not None

    def names(self, path):
        return self._is_file and self.has(path)

    def folders(self, tree):
        return {folder_of(path) for path in tree.sources() if self.has(path)}

    def exists(self, tree):
        return any(self.has(path) for path in tree.files) or any(self._regex.match(path) for path in tree.folders)


class _Rule:
    def __init__(self, line, tests, who, what):
        self.line, self.tests, self.who, self.what = line, tests, who, what


def _read_rules(tree):
    rules, names = [], {}

    def expand(words):
        return [text for word in words for text in names.get(word, [word])]

    for number, line in rule_lines(tree, RULES):
        match = re.fullmatch(r"(\w+) = (.+)", line)
        if match:
            names[match[1]] = expand(match[2].split())
            continue
        match = re.fullmatch(r"(tests of )?([^\s:]+):(.*)", line)
        if not match:
            raise BrokenRules(RULES, number, "not a line of the form `WHO: WHAT...`")
        who, what = ([_Place(text) for text in expand(words.split())] for words in (match[2], match[3]))
        for place in who + what:
            if not place.exists(tree):
                raise BrokenRules(RULES, number, "%s does not exist" % place.text)
        rules += [_Rule(number, bool(match[1]), place, what) for place in who]
    return rules


def _allowed(rules, path):
    """Where `path` may include from, beside its own folder; None if no line speaks of it."""
    about = [rule for rule in rules if rule.who.has(path)]
    if all(rule.tests for rule in about):
        return None
    return [place for rule in about if not rule.tests or is_test(path) for place in rule.what]


def _may_include(path, header, allowed):
    if is_testing_header(header) and not is_test(path):
        return any(place.names(header) for place in allowed)
    return folder_of(header) == folder_of(path) or any(place.has(header) for place in allowed)


def _circles(tree, rules):
    """Folders that may include each other, directly or through others: the layers would go round."""
    arrows = {}  # folder -> folder that it may include -> line
    for rule in rules:
        if not rule.tests:
            for folder in rule.who.folders(tree):
                for place in rule.what:
                    for into in place.folders(tree) - {folder}:
                        arrows.setdefault(folder, {}).setdefault(into, rule.line)

    def way_back(start, end, seen):
        for into in sorted(arrows.get(start, {})):
            if into == end:
                return [start]
            if into not in seen:
                seen.add(into)
                rest = way_back(into, end, seen)
                if rest:
                    return [start] + rest
        return None

    reported = set()
    for folder in sorted(arrows):
        circle = way_back(folder, folder, set())
        if circle and not reported & set(circle):
            reported |= set(circle)
            yield Finding(RULES, arrows[folder][(circle + [folder])[1]],
                          "%s may include each other: the layers go round" % and_list(circle),
                          "take one of the arrows out")


def check(tree):
    rules = _read_rules(tree)
    findings = list(_circles(tree, rules))
    top = {path.split("/")[0] for path in tree.folders}
    for path in tree.sources():
        text = tree.read(path)
        allowed = _allowed(rules, path)
        if allowed is None:
            if not path.startswith("third_party/"):
                findings.append(Finding(path, 0, "no line of %s says what %s may include" % (RULES, folder_of(path)),
                                        "add one, beside the folders of its layer"))
            continue
        for match in _INCLUDE.finditer(text):
            header = match[1]
            line = text.count("\n", 0, match.start()) + 1
            if header.split("/")[0] not in top:
                if folder_of(path) + "/" + header in tree.set:
                    findings.append(Finding(path, line, 'includes "%s" by a relative path' % header,
                                            'write "%s/%s"' % (folder_of(path), header)))
            elif not _may_include(path, header, allowed):
                findings.append(_breach(path, line, header, allowed))
    return findings


def _breach(path, line, header, allowed):
    if is_testing_header(header) and not is_test(path):
        return Finding(path, line, "includes %s, which is for tests alone" % header,
                       "move what it needs into a header without _testing")
    texts = list(dict.fromkeys(place.text for place in allowed))
    who = folder_of(path)
    if is_test(path) and not who.startswith(("tests", "benchmarks")):
        who = "a test of " + who
    if path.startswith("plugins/"):
        fix = "what a plugin needs of the host comes through core/api; what several kinds share is a folder of its own"
    else:
        fix = "move what it needs down into a layer that both may include, or have it handed in"
    return Finding(path, line,
                   "includes %s; %s may include %s" %
                   (header, who, and_list(texts) + ("" if len(texts) > 1 else " alone") if texts else "itself alone"),
                   fix + " (%s)" % RULES)
