"""core/api as it was, or as it may be, in one header: made of today's by edits.

    other_interface.py EDITS ROOT... < nothing > HEADER

ROOTs are headers of core/api ("core/api/loss.h"); HEADER has them and what they include of core/api. EDITS has one edit a
line, "PATH: REGULAR EXPRESSION => TEXT", each of which must fit exactly one place.
"""

import re
import sys


def read_edits(path):
    edits = []
    for line in open(path):
        if line.strip() and not line.startswith("#"):
            file, edit = line.rstrip("\n").split(": ", 1)
            before, after = edit.split(" =>", 1)
            edits.append((file, before, after.lstrip(" ")))
    return edits


def edited(file, edits, name):
    text = open(file).read()
    for before, after in [edit[1:] for edit in edits if edit[0] == file]:
        text, count = re.subn(before, after.replace("\\", "\\\\"), text)
        if count != 1:
            sys.exit("%s: \"%s\" fits %d places of %s, not one: say there how that interface differs from today's" %
                     (name, before, count, file))
    return text


def main(name, roots):
    edits, seen = read_edits(name), set()

    def write(file):
        if file in seen:
            return
        seen.add(file)
        for line in edited(file, edits, name).splitlines():
            include = re.match(r'#include "(core/api/.*)"', line)
            if include:
                write(include[1])
            else:
                print(line)

    for root in roots:
        write(root)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
