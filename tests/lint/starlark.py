"""What the BUILD files say: all rules of all packages, without Bazel.

BUILD and .bzl files are Starlark, which is Python in all that is used here: they are run as Python, with Bazel's own
rules replaced by notes of how they were called. So the macros are not known here; they do what they do. Other
repositories (@torch) are names that lead nowhere.
"""

import builtins
import os
import re

from tree import folder_of, parents, pattern

_NATIVE_RULES = [
    "alias", "cc_binary", "cc_import", "cc_library", "cc_test", "cc_toolchain", "cc_toolchain_suite", "config_setting",
    "filegroup", "genrule", "sh_binary", "sh_library", "sh_test", "test_suite"
]

# Python's own functions, as far as Starlark has them: none of them opens a file.
_BUILTINS = [
    "all", "any", "bool", "dict", "enumerate", "getattr", "hasattr", "int", "len", "list", "max", "min", "print", "range",
    "repr", "reversed", "sorted", "str", "tuple", "zip"
]

_NO_LABELS = {"args", "cmd", "copts", "linkopts", "name", "tags"}


class BrokenBuild(Exception):
    def __init__(self, path, line, text):
        super().__init__(text)
        self.path, self.line = path, line


class _Elsewhere(str):
    """A name of another repository: nothing, also where it is a rule."""

    def __call__(self, **_):
        return None


class Rule:
    """One target. Its labels are written in full: `//package:name`."""

    def __init__(self, package, kind, attributes):
        self.package, self.kind, self.attributes = package, kind, attributes
        self.label = "//%s:%s" % (package, attributes.get("name", ""))

    def labels(self, *names):
        """Labels in the attributes `names`, or in all."""
        texts = []
        for name, value in self.attributes.items():
            if name in names or not names and name not in _NO_LABELS:
                texts += _texts(value)
        return [full_label(self.package, text) for text in texts if not text.startswith("@")]

    def outputs(self):
        return [full_label(self.package, text) for text in _texts(self.attributes.get("outs", []))] + [self.label]


def _texts(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in _texts(key) + _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, (list, tuple)) else []


def full_label(package, text):
    if text.startswith("//"):
        package, colon, name = text[2:].partition(":")
        return "//%s:%s" % (package, name if colon else package.split("/")[-1])
    return "//%s:%s" % (package, text.lstrip(":"))


class _Depset:
    def __init__(self, direct=(), transitive=()):
        self.items = list(dict.fromkeys(list(direct) + [item for other in transitive for item in other.items]))

    def to_list(self):
        return list(self.items)


class _Namespace:
    def __init__(self, **fields):
        self.__dict__.update(fields)


class _AnyAttribute:
    """Bazel's module `attr`: of an attribute of a rule only the default matters."""

    def __getattr__(self, _):
        return lambda *_, default=None, **__: default


class Packages:
    def __init__(self, tree):
        self.tree = tree
        self.rules = []
        self.packages = {folder_of(path) for path in tree.files if os.path.basename(path) == "BUILD"}
        self._package = None
        self._loaded = {}
        for package in sorted(self.packages):
            self._package = package
            self._run(os.path.join(package, "BUILD"))

    def package_of(self, path):
        """The package that `path` belongs to, None if there is none."""
        return next((folder for folder in list(parents(path)) + [""] if folder in self.packages), None)

    def constant(self, path, name):
        """The value that a .bzl file gives to `name`."""
        return self._load("//%s:%s" % os.path.split(path))[name]

    def _run(self, path):
        scope = self._scope()
        try:
            exec(compile(self.tree.read(path), path, "exec"), scope)
        except BrokenBuild:
            raise
        except SyntaxError as error:
            raise BrokenBuild(path, error.lineno or 0, "not Starlark: %s" % error.msg) from error
        except Exception as error:
            trace, line = error.__traceback__, 0
            while trace:  # the innermost line of `path` itself
                if trace.tb_frame.f_code.co_filename == path:
                    line = trace.tb_lineno
                trace = trace.tb_next
            raise BrokenBuild(path, line, "cannot be read: %s" % error) from error
        return scope

    def _scope(self):
        rules = {kind: self._recorder(kind) for kind in _NATIVE_RULES}
        native = _Namespace(exports_files=lambda *_, **__: None, glob=self._glob, package_name=lambda: self._package, **rules)
        scope = dict(rules)

        def load(label, *names, **renamed):
            loaded = {} if label.startswith("@") else self._load(label)
            for name, original in [(name, name) for name in names] + list(renamed.items()):
                scope[name] = _Elsewhere() if label.startswith("@") else loaded[original]

        def fail(*words):
            raise ValueError(" ".join(str(word) for word in words))

        known = {name: getattr(builtins, name) for name in _BUILTINS}
        scope.update(
            __builtins__=known,
            CcInfo=None,
            aspect=lambda **_: None,
            attr=_AnyAttribute(),
            depset=_Depset,
            exports_files=lambda *_, **__: None,
            fail=fail,
            glob=self._glob,
            load=load,
            native=native,
            package=lambda **_: None,
            provider=lambda **_: _Namespace,
            repository_rule=lambda **_: None,
            rule=self._rule,
            select=lambda branches: [item for value in branches.values() for item in value],
            struct=_Namespace,
            type=lambda value: type(value).__name__,
        )
        return scope

    def _recorder(self, kind, defaults=None):
        def record(**attributes):
            self.rules.append(Rule(self._package, kind, {**(defaults or {}), **attributes}))

        return record

    def _rule(self, attrs=None, **_):
        return self._recorder("rule", {name: default for name, default in (attrs or {}).items() if default})

    def _load(self, label):
        path = re.sub(r"^/+", "", full_label(self._package, label).replace(":", "/"))
        if path not in self._loaded:
            self._loaded[path] = self._run(path)
        return self._loaded[path]

    def _glob(self, include, exclude=(), **_):
        prefix = self._package + "/" if self._package else ""
        names = [path[len(prefix):] for path in self.tree.files
                 if path.startswith(prefix) and self.package_of(path) == self._package]
        wanted = [pattern(glob) for glob in include]
        unwanted = [pattern(glob) for glob in exclude]
        return sorted(name for name in names if any(regex.match(name) for regex in wanted) and
                      not any(regex.match(name) for regex in unwanted))
