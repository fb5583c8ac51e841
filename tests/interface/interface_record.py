"""The binary interface between facet and a compiled plugin, as text, and what a difference means.

    interface_record.py OBJECT LIBFACET [HEADER...]                    prints the record
    interface_record.py --against RECORD OBJECT LIBFACET [HEADER...]   exit code 1, and the reasons, where they differ
    interface_record.py --write FOLDER OBJECT LIBFACET [HEADER...]     writes FOLDER/interface_<number>.txt

OBJECT is a source that includes all of core/api, compiled with the options of BUILD, which keep what it does not use;
HEADERs are those of core/api. The record has every class of namespace facet that they define (size, bases, fields with their offsets,
virtual functions with their slots), every enumeration (values), and what libfacet.so exports of them. It says the same
with g++ 12 and 14: names of the standard library's and Abseil's inner namespaces, and defaults of templates, are left out.

CONTRIBUTING.md, "Interface versions", is the rule that this holds us to.
"""

import os
import re
import subprocess
import sys

_DIE = re.compile(r"^ <([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+(?: \(DW_TAG_(\w+)\))?")
_ATTRIBUTE = re.compile(r"^ +<[0-9a-f]+> +DW_AT_(\w+) *: (.*)$")
_INDIRECT = re.compile(r"^\((?:indirect|alt indirect)[^)]*\): ")
_WANTED = {"name", "byte_size", "data_member_location", "type", "linkage_name", "virtuality", "vtable_elem_location",
           "const_value", "declaration", "artificial"}
_CLASSES = {"class_type", "structure_type", "union_type"}
_PREFIXES = {"pointer_type": "{}*", "reference_type": "{}&", "rvalue_reference_type": "{}&&", "const_type": "{} const",
             "volatile_type": "{} volatile"}
_RAISE = "raise kInterfaceVersion (core/api/component.h), then: bazel run //tests/interface:record"
_KEEP = "bazel run //tests/interface:record"


class Die:
    def __init__(self, tag, parent):
        self.tag, self.parent, self.children, self.attributes = tag, parent, [], {}

    def get(self, name, default=None):
        return self.attributes.get(name, default)


def _run(command, text=None):
    return subprocess.run(command, input=text, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


def read_dies(lines):
    """Offset -> Die, of what readelf prints."""
    dies, path, die = {}, {}, None
    for line in lines:
        if line.startswith(" <"):
            match = _DIE.match(line)
            if match is None:
                continue
            depth, offset, tag = int(match[1], 16), int(match[2], 16), match[3]
            die = None
            if tag is None:
                continue
            die = Die(tag, path.get(depth - 1))
            if die.parent is not None:
                die.parent.children.append(die)
            path[depth] = dies[offset] = die
        elif die is not None:
            match = _ATTRIBUTE.match(line)
            if match is not None and match[1] in _WANTED:
                die.attributes[match[1]] = _INDIRECT.sub("", match[2].strip())
    return dies


def _without_arguments(text, names):
    """Template arguments like ", std::allocator<...>" taken out, wherever they stand."""
    for name in names:
        while True:
            begin = text.find(", " + name + "<")
            if begin < 0:
                break
            end, depth = begin + len(name) + 2, 0
            while True:
                depth += {"<": 1, ">": -1}.get(text[end], 0)
                end += 1
                if depth == 0:
                    break
            text = text[:begin] + text[end:].lstrip(" ") if text[end:].startswith(" >") else text[:begin] + text[end:]
    return text


def plain(text):
    """A type or a signature without what compilers and releases of Abseil write differently."""
    text = re.sub(r"\[abi:\w+\]|__cxx11::|\b_V2::|(?<=absl::)(?:lts_\d+|debian\d+)::", "", text)
    text = _without_arguments(text, ["std::char_traits", "std::allocator", "std::default_delete", "std::less",
                                     "std::hash", "std::equal_to"])
    text = re.sub(r"\b(\d+)(?:ul|u|l)\b", r"\1", text)
    text = re.sub(r"\s+>", ">", text)
    text = text.replace("std::basic_string_view<char>", "std::string_view").replace("std::basic_string<char>", "std::string")
    return text


class Record:
    """Name of a class, an enumeration or a function -> its lines, the first of which says what it is."""

    def __init__(self, entries):
        self.entries = entries

    @staticmethod
    def parse(text):
        entries = {}
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith(" "):
                entries[name].append(line)
            else:
                name = re.split(r", size | = ", line)[0]
                entries[name] = [line]
        return Record(entries)

    def text(self, number):
        head = "# The interface between facet and compiled plugins, number %s: tests/interface/interface_record.py.\n" % number
        return head + "".join(line + "\n" for name in sorted(self.entries) for line in self.entries[name])


class Reader:
    def __init__(self, object_file, libfacet, headers):
        self.dies = read_dies(_run(["readelf", "--debug-dump=info", object_file]).splitlines())
        self.entries, self.number = {}, None
        for die in self.dies.values():
            if die.tag in _CLASSES and self._crosses(die):
                self._add_class(die)
            elif die.tag == "enumeration_type" and self._crosses(die):
                self._add_enumeration(die)
            elif die.tag == "variable" and die.get("name") == "kInterfaceVersion" and die.get("const_value"):
                self.number = int(die.get("const_value").split()[0], 0)
        self._demangle()
        self._add_functions(libfacet, headers)
        self.record = Record(self.entries)

    def _crosses(self, die):
        name = self._qualified(die)
        return (name.startswith("facet::") and not name.startswith("facet::internal::") and "<" not in name
                and "{" not in name and "declaration" not in die.attributes)

    def _qualified(self, die):
        names = []
        while die is not None and die.tag not in ("compile_unit", "partial_unit"):
            names.append(die.get("name", "{unnamed}"))
            die = die.parent
        return "::".join(reversed(names))

    def _type(self, reference):
        if reference is None:
            return "void"
        die = self.dies[int(reference.strip("<>"), 16)]
        if die.tag in _PREFIXES:
            return _PREFIXES[die.tag].format(self._type(die.get("type")))
        if die.tag == "array_type":
            return self._type(die.get("type")) + "[]"
        if die.tag == "subroutine_type":
            arguments = [self._type(child.get("type")) for child in die.children if child.tag == "formal_parameter"]
            return "%s(%s)" % (self._type(die.get("type")), ", ".join(arguments))
        return self._qualified(die)

    def _add_class(self, die):
        name = self._qualified(die)
        lines = ["class %s, size %s" % (name, die.get("byte_size"))]
        virtual = []
        for child in die.children:
            place = child.get("data_member_location")
            if child.tag == "inheritance":
                lines.append("  base %s at %s" % (plain(self._type(child.get("type"))), place))
            elif child.tag == "member" and place is not None:
                field = "vtable" if child.get("name", "").startswith("_vptr") else child.get("name", "{unnamed}")
                kind = "" if field == "vtable" else ": " + plain(self._type(child.get("type")))
                lines.append("  field at %s %s%s" % (place, field, kind))
            elif child.tag == "subprogram" and child.get("vtable_elem_location"):
                slot = int(re.search(r"DW_OP_constu: (\d+)", child.get("vtable_elem_location"))[1])
                virtual.append((slot, self._type(child.get("type")), child.get("linkage_name", child.get("name"))))
        self.entries["class " + name] = lines + sorted(virtual)

    def _demangle(self):
        """Virtual functions, which are tuples so far, as lines."""
        virtual = [(name, i) for name, lines in self.entries.items() for i, line in enumerate(lines)
                   if isinstance(line, tuple)]
        names = _run(["c++filt"], "\n".join(self.entries[name][i][2] for name, i in virtual)).splitlines()
        for (name, i), function in zip(virtual, names):
            slot, kind, _ = self.entries[name][i]
            function = plain(function).replace(name[len("class "):] + "::", "", 1)
            kind = "" if function.startswith("~") else plain(kind) + " "
            self.entries[name][i] = "  virtual %d %s%s" % (slot, kind, function)

    def _add_enumeration(self, die):
        name = self._qualified(die)
        self.entries["enum " + name] = ["enum %s, size %s" % (name, die.get("byte_size"))] + [
            "  %s = %s" % (child.get("name"), child.get("const_value")) for child in die.children
            if child.tag == "enumerator"]

    def _add_functions(self, libfacet, headers):
        text = "\n".join(re.sub(r"//.*", "", open(header).read()) for header in headers)
        declared = set(re.findall(r"^\w[^;{}#]*?\b(\w+)\((?:[^;{}]|\{\})*?\)\s*;", text, re.M))
        for line in _run(["nm", "-D", "-C", "--defined-only", libfacet]).splitlines():
            match = re.match(r"^[0-9a-f]+ T (facet::(?:internal::)?(.*))$", plain(line))
            if match is None or "(" not in match[2]:
                continue
            scope = "class facet::" + match[2].split("(")[0].rpartition("::")[0]
            if scope in self.entries or match[2].split("(")[0] in declared:
                name = "function " + match[1]
                self.entries[name] = [name]


def differences(old, new):
    """(breaking, compatible): sentences."""
    breaking, compatible = [], []
    for name, lines in old.entries.items():
        if name not in new.entries:
            breaking.append("%s is gone" % name)
            continue
        others = new.entries[name]
        gone = [line.strip() for line in lines if line not in others]
        added = [line.strip() for line in others if line not in lines]
        for line in gone:
            breaking.append("%s: there is no more: %s" % (name, line))
        for line in added:
            (compatible if name.startswith("enum ") and not gone else breaking).append("%s: new: %s" % (name, line))
    compatible += ["%s is new" % name for name in new.entries if name not in old.entries]
    return breaking, compatible


def compare(path, reader):
    """What to print, empty where the record is right."""
    if not os.path.exists(path):
        return ("The number is %s, and there is no record of it (%s). Where core/api changed so that compiled plugins notice, "
                "that is right; write it:\n    %s\n" % (reader.number, os.path.basename(path), _KEEP))
    breaking, compatible = differences(Record.parse(open(path).read()), reader.record)
    said = "".join("  %s\n" % sentence for sentence in breaking + compatible)
    if breaking:
        return "Plugins that were compiled before would notice this, and the number is still %s:\n%sTake it back, or %s\n" % (
            reader.number, said, _RAISE)
    if compatible:
        return "Plugins that were compiled before do not notice this; no new number. Put it on record: %s\n%s" % (_KEEP, said)
    return ""


def main(arguments):
    option, value = None, None
    if arguments[0].startswith("--"):
        option, value, arguments = arguments[0], arguments[1], arguments[2:]
    reader = Reader(arguments[0], arguments[1], arguments[2:])
    if option == "--against":
        said = compare(value.replace("NUMBER", str(reader.number)), reader)
        sys.stdout.write(said)
        return 1 if said else 0
    text = reader.record.text(reader.number)
    if option == "--write":
        for file in os.listdir(value):
            if re.fullmatch(r"interface_\d+\.txt", file):
                os.remove(os.path.join(value, file))
        with open(os.path.join(value, "interface_%s.txt" % reader.number), "w") as file:
            file.write(text)
        return 0
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
