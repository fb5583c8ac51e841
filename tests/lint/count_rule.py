"""counts: "21 losses" on an overview page is how many there are.

On a line that names experiment files (`losses.toml`) it is how many different ones these use, elsewhere how many
components of the kind the tree has. A miner of a batch and one of an epoch are both miners.
"""

import re

from tree import Finding

_PAGES = ("README.md", "MAP.md", "CONTRIBUTING.md", "experiments/README.md", "plugins/README.md")
# The word on the page -> the folder of plugins, and the last word of the slot.
_KINDS = {
    "aligners": ("aligners", "aligner"), "architectures": ("architectures", "architecture"),
    "augmentations": ("augmentations", r"augmentation\.\w+"), "curators": ("curators", "curator"),
    "data sets": ("datasets", "data"), "detectors": ("detectors", "detector"),
    "evaluators": ("evaluators", "evaluator"), "losses": ("losses", "loss"), "miners": ("miners", "miner"),
    "optimisers": ("optimizers", "optimizer"), "samplers": ("samplers", "sampler"),
    "schedules": ("schedules", "schedule"),
}
_COUNT = re.compile(r"\b(\d+) (%s)\b" % "|".join(_KINDS))
_EXPERIMENT = re.compile(r"`(\w+\.toml)`")


def _components(tree, folder):
    return {path for path in tree.sources()
            if re.match(r"plugins/%s/\w+\.cc\Z" % folder, path) and not path.endswith("_test.cc")
            and re.search(r"^FACET_PLUGIN", tree.read(path), re.M)}


def _used(tree, files, slot):
    use = re.compile(r"\b%s(?:\.use)? *= *(?:\{ *use *= *)?\"(\w+)\"" % slot)
    return {name for file in files for name in use.findall(tree.read(file))}


def check(tree):
    findings = []
    for page in _PAGES:
        if page not in tree.set:
            continue
        for number, line in enumerate(tree.read(page).splitlines(), 1):
            files = ["experiments/" + name for name in _EXPERIMENT.findall(line) if "experiments/" + name in tree.set]
            for said, words in _COUNT.findall(line):
                folder, slot = _KINDS[words]
                there = len(_used(tree, files, slot) if files else _components(tree, folder))
                if int(said) != there:
                    findings.append(Finding(page, number, "says %s %s, %s %d" % (
                        said, words, "the experiments that it names use" if files else "there are", there),
                                            "write %d" % there))
    return findings
