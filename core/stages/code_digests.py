"""Digests of compiled code: of a function and of everything that it can reach.

    code_digests.py OUT STAGE=SYMBOL... --interface FILE... --others FILE...

writes C++ with the digest of each stage's function, and of each function of facet that the objects of `--interface`
(libfacet.so) define: a plugin's part of a key names those that it calls. Equal digest, equal computation: what is hashed are the machine code and data of the sections that can be reached from a
symbol through relocations, in the objects and archives given, as a linker with --gc-sections keeps them. Objects are
compiled with a section per function and without debugging information, so comments, blank lines, names of local
variables and functions that are not reached do not count. Order and place do not count either: each section is hashed
by itself, with what its relocations name; of strings and constants that a linker may merge, the content.

A function may be left by an exception into its cold part, and a table says where: `.text.unlikely.F` and
`.gcc_except_table.F` go with `.text.F`. Where a variable is reached, so is what initialises its object's variables.
"""

import hashlib
import struct
import sys

_RELA, _NOBITS, _SYMTAB = 4, 8, 2
_ALLOC, _WRITE, _MERGE, _STRINGS = 0x2, 0x1, 0x10, 0x20
_UNDEFINED, _ABSOLUTE, _COMMON, _EXTENDED = 0, 0xFFF1, 0xFFF2, 0xFFFF
_LOCAL, _WEAK = 0, 2
_SECTION_SYMBOL = 3
# x86-64's relocations relative to the program counter: their addend is that of the symbol less 4.
_PC_RELATIVE = {2, 4, 9, 41, 42}
# Where execution may go on from a function's section without a relocation that says so.
_COMPANIONS = (".text.unlikely.", ".text.hot.", ".text.startup.", ".gcc_except_table.")


class Section:
    __slots__ = ("name", "flags", "data", "entry_bytes", "relocations", "owner", "digest", "edges")

    def __init__(self, name, flags, data, entry_bytes, owner):
        self.name, self.flags, self.data, self.entry_bytes, self.owner = name, flags, data, entry_bytes, owner
        self.relocations = []  # offset, type, addend, symbol
        self.digest, self.edges = None, []


class Symbol:
    __slots__ = ("name", "value", "section", "binding", "kind")

    def __init__(self, name, value, section, binding, kind):
        self.name, self.value, self.section, self.binding, self.kind = name, value, section, binding, kind


def _text(table, offset):
    return table[offset:table.index(b"\0", offset)].decode()


class Object:
    """The sections that are loaded, and the symbols, of one relocatable ELF file (64 bits, little-endian)."""

    def __init__(self, name, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("%s: no 64-bit little-endian ELF object" % name)
        self.name = name
        (offset, ), (size, count, names) = struct.unpack_from("<Q", data, 40), struct.unpack_from("<HHH", data, 58)
        headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(max(count, 1))]
        if count == 0:  # more than 65,279: the first header says how many
            headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(headers[0][5])]
        if names == _EXTENDED:
            names = headers[0][6]
        title = data[headers[names][4]:headers[names][4] + headers[names][5]]
        self.sections = []
        for h in headers:
            loaded = h[2] & _ALLOC and not _text(title, h[0]).startswith((".eh_frame", ".note"))
            content = b"" if h[1] == _NOBITS else data[h[4]:h[4] + h[5]]
            if h[1] == _NOBITS:
                content = struct.pack("<Q", h[5])
            self.sections.append(Section(_text(title, h[0]), h[2], content, h[9], self) if loaded else None)
        symbols = self._read_symbols(data, headers)
        for h in headers:
            if h[1] != _RELA or self.sections[h[7]] is None:
                continue
            for where, info, addend in struct.iter_unpack("<QQq", data[h[4]:h[4] + h[5]]):
                self.sections[h[7]].relocations.append((where, info & 0xFFFFFFFF, addend, symbols[info >> 32]))
        self.symbols = symbols

    def _read_symbols(self, data, headers):
        symbols = []
        for h in headers:
            if h[1] != _SYMTAB:
                continue
            strings = data[headers[h[6]][4]:headers[h[6]][4] + headers[h[6]][5]]
            for name, info, _, index, value, _ in struct.iter_unpack("<IBBHQQ", data[h[4]:h[4] + h[5]]):
                if index == _EXTENDED:
                    raise ValueError("%s: too many sections" % self.name)
                section = self.sections[index] if index not in (_UNDEFINED, _ABSOLUTE, _COMMON) else None
                symbols.append(Symbol(_text(strings, name), value, section, info >> 4, info & 15))
        return symbols


def read_objects(path):
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(b"!<arch>\n"):
        return [Object(path, data)]
    objects, position = [], 8
    while position + 60 <= len(data):
        name, size = data[position:position + 16], int(data[position + 48:position + 58])
        content = data[position + 60:position + 60 + size]
        if not name.startswith((b"/ ", b"// ", b"/SYM64/")):
            objects.append(Object("%s(%s)" % (path, name.decode().strip()), content))
        position += 60 + size + size % 2
    return objects


class Code:
    def __init__(self, paths):
        self.defined = {}
        self._companions = {}
        self._initialisers = {}
        objects = [each for path in paths for each in read_objects(path)]
        for each in objects:
            for symbol in each.symbols:
                if symbol.binding == _LOCAL or symbol.section is None:
                    continue
                known = self.defined.get(symbol.name)
                if known is None or known.binding == _WEAK and symbol.binding != _WEAK:
                    self.defined[symbol.name] = symbol
            for section in each.sections:
                if section is None:
                    continue
                for prefix in _COMPANIONS:
                    if section.name.startswith(prefix):
                        self._companions.setdefault((each, section.name[len(prefix):]), []).append(section)
                if section.name.startswith((".init_array", ".ctors")):
                    self._initialisers.setdefault(each, []).append(section)

    def _label(self, symbol, kind, addend):
        """What a relocation names, and the section that it leads to."""
        if symbol.binding != _LOCAL:
            known = self.defined.get(symbol.name)
            return symbol.name, addend, known.section if known else None
        section = symbol.section
        if section is None:
            return symbol.name, addend, None
        if section.flags & _MERGE and section.entry_bytes:
            # A label says which entry is meant, a section's symbol leaves it to the addend.
            begin = symbol.value
            if symbol.kind == _SECTION_SYMBOL:
                begin, addend = addend + (4 if kind in _PC_RELATIVE else 0), 0
            if section.flags & _STRINGS and section.entry_bytes == 1:
                end = section.data.index(b"\0", begin)
            else:
                end = begin + section.entry_bytes
            return "=" + section.data[begin:end].hex(), addend, None
        if symbol.kind == _SECTION_SYMBOL or symbol.name.startswith(".L"):
            return "%s+%d" % (section.name, symbol.value), addend, section
        return symbol.name, addend, section

    def _hash(self, section):
        digest = hashlib.sha256(section.name.encode() + b"\0" + section.data)
        for where, kind, addend, symbol in section.relocations:
            label, addend, target = self._label(symbol, kind, addend)
            digest.update(("\n%d %d %d %s" % (where, kind, addend, label)).encode())
            if target is not None:
                section.edges.append(target)
        if section.name.startswith(".text."):
            section.edges += self._companions.get((section.owner, section.name[len(".text."):]), [])
        if section.flags & _WRITE:
            section.edges += self._initialisers.get(section.owner, [])
        section.digest = digest.hexdigest()

    def digest(self, symbol):
        """Of what can be reached from `symbol`, which is defined."""
        seen, waiting = set(), [self.defined[symbol].section]
        while waiting:
            section = waiting.pop()
            if section in seen:
                continue
            seen.add(section)
            if section.digest is None:
                self._hash(section)
            waiting += section.edges
        return hashlib.sha256("\n".join([symbol] + sorted(each.digest for each in seen)).encode()).hexdigest()


def _source(code, stages, interface):
    """C++ with StageCodeDigests() and InterfaceCodeDigests() (core/stages/code_digests.h)."""
    lines = [
        "// Made by the build (core/stages/code_digests.py).",
        '#include "core/stages/code_digests.h"',
        "namespace facet {",
    ]
    calls = {name: name for name, symbol in code.defined.items()
             if "5facet" in name and symbol.section.owner.name.split("(")[0] in interface}
    for function, symbols in (("StageCodeDigests", stages), ("InterfaceCodeDigests", calls)):
        lines.append("const std::map<std::string, std::string>& %s() {" % function)
        lines.append("  static const auto& digests = *new std::map<std::string, std::string>{")
        lines += ['      {"%s", "%s"},' % (name, code.digest(symbols[name])) for name in sorted(symbols)]
        lines += ["  };", "  return digests;", "}"]
    return "\n".join(lines + ["}  // namespace facet"]) + "\n"


def main(arguments):
    first, second = arguments.index("--interface"), arguments.index("--others")
    stages = dict(each.split("=") for each in arguments[1:first])
    interface, others = arguments[first + 1:second], arguments[second + 1:]
    code = Code(others + interface)
    missing = [symbol for symbol in stages.values() if symbol not in code.defined]
    if missing:
        sys.exit("code_digests.py: no object defines " + ", ".join(missing))
    with open(arguments[0], "w") as file:
        file.write(_source(code, stages, set(interface)))


if __name__ == "__main__":
    main(sys.argv[1:])
