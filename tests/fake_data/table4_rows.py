#!/usr/bin/env python3
"""facet show table4_scratch.toml --json | table4_rows.py: a row differs from the row before it as the paper's Table 4 says.

One line per row that does not, in the order of the table; slots of which any value differs count.
"""
import json
import sys

# Row, the row it is compared with, and what the paper's columns Config., Data, Train align., Test align. and
# Embedding say of the two. B and D begin with A, in phases.
EXPECTED = [
    ("1", "2", {"train.data"}),
    ("3", "2", {"test.aligner"}),
    ("4", "3", {"train.architecture", "train.start_from", "train.phases"}),
    ("5", "4", {"train.aligner"}),
    ("6", "4", {"train.architecture"}),
    ("6_scratch", "3", {"train.architecture"}),
    ("7", "4", {"embed"}),
]


def kind(slot):
    """train.phases.everything.schedule -> train.phases; embed.loss -> embed."""
    parts = slot.split(".")
    return parts[0] if parts[0] == "embed" else ".".join(parts[:2])


def main():
    rows = {row["id"]: row["slots"] for row in json.load(sys.stdin)["rows"]}
    for name, before, expected in EXPECTED:
        a, b = rows[name], rows[before]
        changed = {kind(slot) for slot in a.keys() | b.keys() if a.get(slot) != b.get(slot)}
        if changed != expected:
            print("row %s differs from row %s in %s, not in %s" %
                  (name, before, sorted(changed), sorted(expected)))


if __name__ == "__main__":
    main()
