"""Of `facet show ablation_small.toml --json` on stdin: each row of the ablation with its seed, where it differs from the
full row of that seed, and the row whose network it begins with."""

import json
import sys


def values(row):
    """Path -> value; a component as a whole, where another takes its place, by its `use` alone."""
    flat = {}
    for slot, value in row["slots"].items():
        if isinstance(value, dict):
            flat.update({f"{slot}.{option}": each for option, each in value.items()})
        else:
            flat[slot] = value
    return flat


def changes(row, full):
    own, others = values(row), values(full)
    paths = set()
    for path in own.keys() | others.keys():
        if own.get(path) == others.get(path):
            continue
        slot = path.rpartition(".")[0]
        swapped = own.get(f"{slot}.use") != others.get(f"{slot}.use")
        paths.add("embed" if path.startswith("embed.") else slot if swapped else path)
    return sorted(paths)


rows = {row["id"]: row for row in json.load(sys.stdin)["rows"]}
for row in rows.values():
    if not row.get("part"):
        continue
    seed = row["id"].partition("@")[2]
    start = row["slots"]["train.start_from"] or "nothing"
    print(row["part"], seed, *changes(row, rows["full@" + seed]), "from", start)
