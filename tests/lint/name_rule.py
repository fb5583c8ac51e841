"""names: no two headers define one name.

Two classes, structs, enums or inline functions of one name and namespace in different headers are one to the linker, which
takes either for both: no compiler sees both, and what comes of it is memory that another class wrote. Overloads, with
other parameters, are no such pair; specialisations of templates neither.
"""

import re

from tree import Finding

_TYPE = re.compile(r"^(?:class|struct|enum class|enum) +(\w+)(?: +final)?(?: *:[^:;{]*)? *\{", re.M)
_INLINE = re.compile(r"^inline +(?!constexpr)[\w:<>,&* ]*?[ &*](\w+)\(([^)]*)\)[^;{]*\{", re.M)
_NAMESPACE = re.compile(r"^namespace ([\w:]+) \{", re.M)
# Programs of their own, which no other is linked to.
_APART = re.compile(r"_testing\.h\Z|\Atests/|\Abenchmarks/")


def _types_of(parameters):
    """ "const Json& json, int n = 0" -> "const Json&,int": what tells overloads apart."""
    types = []
    for parameter in parameters.split(","):
        words = parameter.split("=")[0].split()
        types.append(" ".join(words[:-1] if len(words) > 1 and re.fullmatch(r"\w+", words[-1]) else words))
    return ",".join(types)


def check(tree):
    found = {}
    for path in sorted(tree.sources()):
        if not path.endswith(".h") or _APART.search(path):
            continue
        text = tree.read(path)
        namespaces = _NAMESPACE.findall(text)
        if not namespaces:
            continue
        scope = "::".join(namespaces)
        names = [(match, match.group(1)) for match in _TYPE.finditer(text)]
        names += [(match, "%s(%s)" % (match.group(1), _types_of(match.group(2)))) for match in _INLINE.finditer(text)]
        for match, name in names:
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault((scope, name), []).append((path, line))
    return [Finding(path, line, "%s::%s is defined in %s too" % (scope, name, places[0][0]),
                    "give one of them a name that says more, or both one header")
            for (scope, name), places in sorted(found.items()) for path, line in places[1:] if path != places[0][0]]
